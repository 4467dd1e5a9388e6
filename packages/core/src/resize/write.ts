import type { Sharp } from "sharp";
import type { OutputFormat } from "../format.ts";
import type { Rendered } from "./contract.ts";
import { ENCODERS, type Writing } from "./encoders.ts";
import { asP3, limited, toRaw } from "./engine.ts";
import type { Gamut } from "./gamut.ts";

/** How finished pixels are written, whatever the format. */
export interface Finish {
  /** 1 to 100; undefined is the encoder's own. */
  readonly quality: number | undefined;
  /** The space of the pixels. */
  readonly gamut: Gamut;
  readonly writing: Writing;
  readonly deadline: number;
}

/** Encodes a finished picture. */
export async function writePicture(
  image: Sharp,
  format: OutputFormat,
  { quality, gamut, writing, deadline }: Finish,
): Promise<Rendered> {
  if (format === "jxl") {
    const { encodeJxl } = await import("./jxl.ts");
    const raw = await toRaw(image, deadline);
    const { width, height } = raw;
    return { bytes: await encodeJxl(raw, quality, gamut), format, width, height, pages: 1 };
  }
  const encoded = ENCODERS[format](gamut === "p3" ? asP3(image) : image, quality, writing);
  const { data, info } = await limited(encoded, deadline).toBuffer({ resolveWithObject: true });
  return {
    bytes: data,
    format,
    width: info.width,
    height: info.pageHeight ?? info.height,
    pages: info.pages ?? 1,
  };
}
