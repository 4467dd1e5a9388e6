/** Where a filter that gives the address of a picture gets it from. */
export type Origin = "image" | "asset" | "file";

/** A filter that gives the address of a picture, and how it is told a size. */
export interface UrlFilter {
  readonly origin: Origin;
  /** "named": `width: 300`. "text": `'300x'` as the first argument, 'small' without one. "none": no size at all. */
  readonly size: "named" | "text" | "none";
}

/** Every filter of Shopify's that gives the address of a picture. */
export const URL_FILTERS: Readonly<Record<string, UrlFilter>> = {
  image_url: { origin: "image", size: "named" },
  img_url: { origin: "image", size: "text" },
  product_img_url: { origin: "image", size: "text" },
  collection_img_url: { origin: "image", size: "text" },
  article_img_url: { origin: "image", size: "text" },
  asset_img_url: { origin: "asset", size: "text" },
  file_img_url: { origin: "file", size: "text" },
  asset_url: { origin: "asset", size: "none" },
  file_url: { origin: "file", size: "none" },
};

/** What `asset_url` and `file_url` are written of in passing: scripts, styles, fonts and drawings, which nobody resizes. */
export const PICTURE_NAME = /\.(?:jpe?g|png|gif|webp|avif|tiff?)$/i;

/** What a filter by name of a URL filter takes besides a size, as the snippet takes it. */
export const URL_ARGUMENTS: ReadonlySet<string> = new Set([
  ...["width", "height", "crop", "crop_left", "crop_top", "crop_width", "crop_height"],
  ...["format", "pad_color", "quality", "scale"],
]);

/** Attributes that the snippet takes by name; others are handed over as they stand in HTML. */
export const TAG_ARGUMENTS: Readonly<Record<string, string>> = {
  ...{ alt: "alt", class: "class", id: "id", style: "style", sizes: "sizes", widths: "widths" },
  ...{ loading: "loading", fetchpriority: "fetchpriority", decoding: "decoding", preload: "preload" },
  ...{ width: "img_width", height: "img_height" },
};

/** Filters behind the address that do not care what it looks like. */
export const CALM_FILTERS: ReadonlySet<string> = new Set([
  ...["json", "escape", "escape_once", "url_escape", "url_encode", "strip", "strip_newlines", "default"],
  ...["append", "prepend", "md5", "sha256", "preload_tag"],
]);

/** Names of all filters that make a chain a picture's. */
export const PICTURE_FILTERS: ReadonlySet<string> = new Set([
  ...Object.keys(URL_FILTERS),
  ...["image_tag", "img_tag"],
]);
