import type { ShopContext } from "../shops/context.ts";

/** Headers of a document: which shop's admin may frame it, and nobody where no shop was proved. */
export function documentHeaders(shop: ShopContext | undefined): Readonly<Record<string, string>> {
  const ancestors = shop === undefined ? "'none'" : `https://${shop} https://admin.shopify.com`;
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `frame-ancestors ${ancestors}; base-uri 'self'; object-src 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    // One document belongs to one shop.
    "cache-control": "no-store",
  };
}
