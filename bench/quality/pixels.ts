import sharp from "sharp";
import type { Rgb } from "./ssimulacra2.ts";

/** The pixels of an encoded picture, in sRGB, on white. */
export async function pixelsOf(bytes: Uint8Array): Promise<Rgb> {
  const opened = sharp(bytes).toColourspace("srgb").flatten({ background: "#fff" });
  const { data, info } = await opened.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { data, width, height };
  const three = Uint8Array.from(
    { length: width * height * 3 },
    (_, at) => data[Math.floor(at / 3) * channels] ?? 0,
  );
  return { data: three, width, height };
}
