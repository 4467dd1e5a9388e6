import { readTransformation, type Transformation } from "@freshet/core";

/** What Shopify's image URLs and `image_url` may ask of a picture; sides in pixels. */
export interface ShopifyWish {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** "center", "top", "bottom", "left", "right" or "region". */
  readonly crop?: string | undefined;
  /** Of a region: left, top, width and height in pixels of the original. */
  readonly region?: readonly [number, number, number, number] | undefined;
  /** "jpg", "pjpg", "png", "webp" or "avif". */
  readonly format?: string | undefined;
  /** Six hex digits without #. */
  readonly padColor?: string | undefined;
  readonly quality?: number | undefined;
}

/** A picture of a shop, taken apart: the original without query, `v`, and what was asked of it. */
export interface ShopifyImage {
  readonly original: string;
  readonly version: string | undefined;
  readonly wish: ShopifyWish;
}

const PLACES = /^(?:\/cdn\/shop\/|\/s\/files\/)/;
const IMAGE_PATH = /\.(?:jpe?g|png|gif|webp|avif|tiff?)$/i;
const GRAVITIES: Readonly<Record<string, "north" | "south" | "west" | "east">> = {
  top: "north",
  bottom: "south",
  left: "west",
  right: "east",
};

/**
 * Reads the URL of a picture as Shopify writes it, on its CDN (`cdn.shopify.com/s/files/…`) or on a shop's own domain
 * (`/cdn/shop/…`), with or without scheme. Undefined for every other URL, drawings (SVG) and videos among them.
 *
 * @example readShopifyImage("//shop.example/cdn/shop/files/hat.jpg?v=17&width=300")
 * // { original: "https://shop.example/cdn/shop/files/hat.jpg", version: "17", wish: { width: 300 } }
 */
export function readShopifyImage(text: string): ShopifyImage | undefined {
  const url = URL.parse(text.startsWith("//") ? `https:${text}` : text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return undefined;
  if (!PLACES.test(url.pathname) || !IMAGE_PATH.test(url.pathname)) return undefined;
  if (url.pathname.startsWith("/s/files/") && url.host !== "cdn.shopify.com") return undefined;
  const asked = (name: string) => url.searchParams.get(name) || undefined;
  const pixels = (name: string) => {
    const number = Math.round(Number(asked(name)));
    return number > 0 ? number : undefined;
  };
  const [left, top] = [pixels("crop_left") ?? 0, pixels("crop_top") ?? 0];
  const [regionWidth, regionHeight] = [pixels("crop_width"), pixels("crop_height")];
  const wish = {
    width: pixels("width"),
    height: pixels("height"),
    crop: asked("crop"),
    region: regionWidth && regionHeight ? ([left, top, regionWidth, regionHeight] as const) : undefined,
    format: asked("format"),
    padColor: asked("pad_color"),
    quality: pixels("quality"),
  };
  return { original: url.origin + url.pathname, version: asked("v"), wish };
}

/**
 * Shopify's wish in the operations of a delivery URL. As with Shopify, a picture is never enlarged, and both sides without a crop
 * are the box that it fits in.
 */
export function transformationOf({ width, height, crop, region, ...wish }: ShopifyWish): Transformation {
  const isBox = width !== undefined && height !== undefined;
  const pad = isBox ? wish.padColor?.replace("#", "") : undefined;
  const isCut = isBox && crop !== undefined && (crop === "center" || Object.hasOwn(GRAVITIES, crop));
  const [left, top, regionWidth, regionHeight] = (crop === "region" && region) || [];
  const parameters: Readonly<Record<string, string | number | undefined>> = {
    ...(regionWidth && regionHeight
      ? {
          tl_px: `${left},${top}`,
          br_px: `${(left ?? 0) + regionWidth},${(top ?? 0) + regionHeight}`,
        }
      : {}),
    w: width,
    h: height,
    func: pad ? "fit" : isBox && !isCut ? "bound" : undefined,
    gravity: isCut && !pad ? GRAVITIES[crop] : undefined,
    org_if_sml: width !== undefined || height !== undefined ? 1 : undefined,
    bg_color: pad,
    force_format: wish.format === "pjpg" ? "jpeg" : wish.format,
    q: wish.quality,
  };
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value), raw: `${name}=${value}` }],
  );
  return readTransformation(pairs).transformation;
}
