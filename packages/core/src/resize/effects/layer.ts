import type { Sharp } from "sharp";
import { OWN_WATERMARK, type Watermark } from "../../watermarks.ts";
import { asP3, asRenderError, asSrgb, openImage, type Raw, srgbToP3, toRaw } from "../engine.ts";
import { RenderError } from "../errors.ts";
import type { Size } from "../geometry.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { readOriginal } from "../original.ts";
import type { Header } from "../probe.ts";
import type { Means } from "./index.ts";
import { type Layer, placeMark } from "./overlay.ts";
import { writeLayer } from "./writing.ts";

/**
 * The pixels of a watermark for a canvas: its first frame, upright, in its final size, within the bounds of every image. Undefined
 * where the project has none of its own. Throws a `RenderError` that names the watermark.
 */
export async function openLayer(mark: Watermark, canvas: Size, means: Means): Promise<Layer | undefined> {
  if (mark.content.kind === "text") return writeLayer(mark, mark.content, canvas, means.deadline);
  const { image: name } = mark.content;
  const given = means.images?.get(name);
  if (!given) {
    if (name === OWN_WATERMARK) return undefined;
    throw new RenderError("IMAGE_UNREADABLE", "The image of the watermark was not given.");
  }
  try {
    const { limits = DEFAULT_LIMITS } = means;
    const { bytes, header, format } = await readOriginal(given, limits);
    if (format === "pdf") throw new RenderError("IMAGE_UNREADABLE", "It is a document.");
    const box = placeMark(mark, header, canvas);
    const image = openImage(bytes, { maxPixels: limits.maxPixels[header.format], animated: false })
      .autoOrient()
      .resize({ width: box.width, height: box.height, fit: "fill" })
      .toColourspace("srgb")
      .ensureAlpha();
    return { box, opacity: mark.opacity, pixels: await pixelsIn(image, header, means) };
  } catch (error) {
    const { code, message } = asRenderError(error);
    throw new RenderError(code, `The watermark cannot be used. ${message}`, { cause: error });
  }
}

/** In the space of the picture below: colours that only the mark has are the nearest of that. */
async function pixelsIn(image: Sharp, header: Header, { gamut, deadline }: Means): Promise<Raw> {
  if (gamut === "p3" && header.isWide) return toRaw(asP3(image), deadline);
  const raw = await toRaw(header.isDeep && !header.isGrey ? asSrgb(image) : image, deadline);
  return gamut === "p3" ? srgbToP3(raw, deadline) : raw;
}
