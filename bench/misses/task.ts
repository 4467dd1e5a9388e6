import sharp from "sharp";

/** What everybody is asked to make of each picture. */
export interface Task {
  readonly format: "jpeg" | "webp" | "avif";
  readonly width: number;
  /** As Freshet's `q` counts it. */
  readonly quality: number;
}

export const JPEG: Task = { format: "jpeg", width: 800, quality: 80 };
export const WEBP: Task = { format: "webp", width: 800, quality: 80 };
export const AVIF: Task = { format: "avif", width: 800, quality: 80 };

/** AVIF at this number looks like JPEG at 80; both at the settings of Freshet's encoders. */
const AVIF_QUALITY = 57;

/** The work itself, with the options of Freshet's decoder and encoders: what a server can at best add nothing to. */
export function renderTask(bytes: Uint8Array, { format, width, quality }: Task): Promise<Buffer> {
  const resized = sharp(bytes, { failOn: "error", sequentialRead: true }).resize({ width });
  const encoded = {
    jpeg: () => resized.jpeg({ quality }),
    webp: () => resized.webp({ quality, effort: 4 }),
    avif: () => resized.avif({ quality: AVIF_QUALITY, effort: 0 }),
  };
  return encoded[format]().toBuffer();
}
