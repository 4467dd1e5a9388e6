import sharp from "sharp";

/** What every peer is asked for: 800 pixels wide, WebP. */
export const WIDTH = 800;
export const QUALITY = 80;

/** The work itself with the options that Freshet's encoder and decoder use: what a server can at best add nothing to. */
export function renderBare(bytes: Uint8Array, width = WIDTH, quality = QUALITY): Promise<Buffer> {
  return sharp(bytes, { failOn: "error", sequentialRead: true })
    .resize({ width })
    .webp({ quality, effort: 4 })
    .toBuffer();
}
