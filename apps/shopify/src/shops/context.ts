declare const PROVED: unique symbol;

/**
 * The shop on whose behalf something is done. Whoever holds one got it from a checked signature (session token, webhook, app
 * proxy) or from a row of the store; every query is bound to it. Nothing makes one from a query parameter.
 */
export type ShopContext = string & { readonly [PROVED]: true };

const DOMAIN = /^[a-z0-9][a-z0-9-]{0,59}\.myshopify\.com$/;

/** The context of a shop that something genuine named; undefined for what is no shop's own domain. */
export function shopContext(genuine: unknown): ShopContext | undefined {
  return typeof genuine === "string" && DOMAIN.test(genuine) ? (genuine as ShopContext) : undefined;
}

/** `hat-shop` of `hat-shop.myshopify.com`. */
export const handleOf = (shop: ShopContext): string => shop.slice(0, shop.indexOf("."));
