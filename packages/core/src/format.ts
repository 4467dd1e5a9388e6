/** Formats Freshet writes. */
export const OUTPUT_FORMATS = ["avif", "webp", "jpeg", "png", "gif"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Formats Freshet reads pixels from. */
export type InputFormat = OutputFormat | "tiff" | "svg";

export const MEDIA_TYPES: Readonly<Record<InputFormat, string>> = {
  avif: "image/avif",
  webp: "image/webp",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  tiff: "image/tiff",
  svg: "image/svg+xml",
};
