import { buildDeliveryUrl, layer, readQuery, readTransformation } from "@freshet/core";
import { readShopifyImage, type ShopifyWish, transformationOf } from "./shopify-image.ts";

/** Where a headless storefront gets its pictures. */
export interface LoaderOptions {
  /** Where delivery URLs begin, such as "https://img.example.com". */
  readonly endpoint: string;
  /** Asked of every picture, in the words of a delivery URL, such as "q=75&sharp=20"; what the page asks for is stronger. */
  readonly parameters?: string;
}

/** What `Image` and `generateSrcSet` of Hydrogen call a loader with. */
export interface HydrogenRequest {
  readonly src?: string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly crop?: "center" | "top" | "bottom" | "left" | "right" | undefined;
}

/** What `next/image` calls a loader with. */
export interface NextRequest {
  readonly src: string;
  readonly width: number;
  readonly quality?: number | undefined;
}

/**
 * The delivery URL of a picture of the shop, whose `v` becomes `vh`; what `wish` says is stronger than the URL's own query. Every other
 * URL is answered as it is. No I/O.
 *
 * @example shopifyDeliveryUrl("//shop.example/cdn/shop/files/hat.jpg?v=17", { width: 300 }, { endpoint: "https://img.example.com" })
 * // "https://img.example.com/v7/https://shop.example/cdn/shop/files/hat.jpg?w=300&org_if_sml=1&vh=17"
 */
export function shopifyDeliveryUrl(
  src: string,
  wish: ShopifyWish,
  { endpoint, parameters }: LoaderOptions,
): string {
  const image = readShopifyImage(src);
  if (!image) return src;
  const usual = parameters ? readTransformation(readQuery(parameters)).transformation : {};
  const asked = transformationOf({ ...image.wish, ...heightFor(wish.width, image.wish), ...known(wish) });
  return buildDeliveryUrl(endpoint, image.original, layer(asked, usual), { version: image.version });
}

/**
 * A `loader` for Hydrogen's `Image`.
 *
 * @example <Image data={product.featuredImage} sizes="50vw" loader={createHydrogenLoader({ endpoint })} />
 */
export function createHydrogenLoader(options: LoaderOptions): (request: HydrogenRequest) => string {
  return ({ src, width, height, crop }) =>
    src ? shopifyDeliveryUrl(src, { width: side(width), height: side(height), crop }, options) : "";
}

/**
 * A `loader` for `next/image`: the default export of the file that `images.loaderFile` names, or the prop of one picture.
 *
 * @example export default createNextLoader({ endpoint: "https://img.example.com" });
 */
export function createNextLoader(options: LoaderOptions): (request: NextRequest) => string {
  return ({ src, width, quality }) =>
    shopifyDeliveryUrl(src, { width: side(width), quality: side(quality) }, options);
}

const side = (pixels: number | undefined) =>
  pixels !== undefined && pixels > 0 ? Math.max(1, Math.round(pixels)) : undefined;

/** What is undefined does not hide what the URL says. */
function known(wish: ShopifyWish): ShopifyWish {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}

/** A height in the URL belongs to the width there: beside another width it would change the shape. */
function heightFor(width: number | undefined, own: ShopifyWish): ShopifyWish {
  if (width === undefined || own.height === undefined) return {};
  return { height: own.width ? side((own.height * width) / own.width) : undefined };
}
