/** Formats Freshet writes. */
export const OUTPUT_FORMATS = ["avif", "webp", "jxl", "jpeg", "png", "gif"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/**
 * Formats that have to be developed: decoded by a library beside sharp, in a process that can be killed. No client is sent one of them
 * (but JPEG XL, to those that name it), so that an original that nothing is asked of becomes JPEG, or PNG where it is transparent.
 */
export const DEVELOPED_FORMATS = ["heic", "jxl", "psd", "raw", "bmp", "ico", "jp2", "pdf"] as const;
export type DevelopedFormat = (typeof DEVELOPED_FORMATS)[number];

/** Formats Freshet reads pixels from. */
export type InputFormat = OutputFormat | "tiff" | "svg" | DevelopedFormat;

export const MEDIA_TYPES: Readonly<Record<InputFormat, string>> = {
  avif: "image/avif",
  webp: "image/webp",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  tiff: "image/tiff",
  svg: "image/svg+xml",
  heic: "image/heic",
  jxl: "image/jxl",
  psd: "image/vnd.adobe.photoshop",
  raw: "image/x-dcraw",
  bmp: "image/bmp",
  ico: "image/vnd.microsoft.icon",
  jp2: "image/jp2",
  pdf: "application/pdf",
};

const DEVELOPED: ReadonlySet<string> = new Set(DEVELOPED_FORMATS);

export const isDeveloped = (format: InputFormat): format is DevelopedFormat => DEVELOPED.has(format);
