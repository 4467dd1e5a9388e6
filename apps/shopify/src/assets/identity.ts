import { normalizePath } from "@freshet/core";

/** One image of a shop as a URL of Shopify names it, whichever of its forms the URL has. */
export interface ImagePlace {
  /** What stays when the bytes change: `files/hat.jpg`, `products/a.png`, `t/3/assets/logo.svg`; normalised. */
  readonly path: string;
  /** Shopify's own `v`: opaque, another one whenever the bytes change. Absent where the URL has none. */
  readonly version: string | undefined;
  /** Lower-case host with port. */
  readonly host: string;
  /** What stands before the path in the API's form, with scheme: `https://cdn.shopify.com/s/files/1/1/2/3`. */
  readonly prefix: string | undefined;
}

/** Where images of one shop are found: the domains it is visited by, and its folder on Shopify's CDN. */
export interface ShopPlaces {
  /** Origins with scheme and without a slash at the end: `https://shop.example`. */
  readonly origins: readonly string[];
  readonly prefix: string | undefined;
}

const FOLDERS = "(?:files|products|collections|articles)/[^/]+|t/\\d{1,9}/assets/[^/]+";
const API_FORM = new RegExp(`^(/s/files/1(?:/\\d{1,9}){3})/(${FOLDERS})$`);
const SHOP_FORM = new RegExp(`^/cdn/shop/(${FOLDERS})$`);
const LONGEST_URL = 4_096;
const VERSION = /^[A-Za-z0-9._-]{1,64}$/;

/** Reads a URL of an image, absolute or protocol-relative; undefined for what is no image of a shop. Never throws. */
export function readImageUrl(text: unknown): ImagePlace | undefined {
  if (typeof text !== "string" || text.length > LONGEST_URL) return undefined;
  const url = URL.parse(text.startsWith("//") ? `https:${text}` : text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    return undefined;
  const pathname = normalizePath(url.pathname);
  const api = API_FORM.exec(pathname);
  const path = api?.[2] ?? SHOP_FORM.exec(pathname)?.[1];
  if (path === undefined) return undefined;
  const v = url.searchParams.get("v");
  return {
    path,
    version: v !== null && VERSION.test(v) ? v : undefined,
    host: url.host,
    prefix: api === null ? undefined : `${url.origin}${api[1]}`,
  };
}

/** Whether the place is this shop's own: on one of its domains, or in its own folder of the CDN. */
export function belongsTo({ host, prefix }: ImagePlace, places: ShopPlaces): boolean {
  if (prefix !== undefined) return places.prefix === undefined || prefix === places.prefix;
  return places.origins.some((origin) => new URL(origin).host === host);
}

/** Every address under which pages may name the image: an invalidation has to name them all. */
export function originalsOf(path: string, { origins, prefix }: ShopPlaces): readonly string[] {
  // A literal star would read as a wildcard.
  const name = path.replaceAll("*", "%2A");
  return [
    ...(prefix === undefined ? [] : [`${prefix}/${name}`]),
    ...origins.map((origin) => `${origin}/cdn/shop/${name}`),
  ];
}

const SIZE =
  /(?:_(?:pico|icon|thumb|small|compact|medium|large|grande|original|master|\d{1,4}x\d{0,4}|x\d{1,4}))?(?:_crop_(?:top|center|bottom|left|right))?(?:@[23]x)?(?:\.progressive)?(\.[A-Za-z]{3,5}(?:\.jpg)?)$/;

/**
 * The path without what the old `img_url` wrote into a file's name (`_480x480`, `_grande`, `_crop_center`, `@2x`, `.progressive`);
 * undefined where there is nothing of it. A file may really be called so: it counts only if the shop has the other one.
 */
export function withoutOldSize(path: string): string | undefined {
  const shorter = path.replace(SIZE, "$1");
  return shorter === path || /\/\.[A-Za-z]+$/.test(shorter) ? undefined : shorter;
}
