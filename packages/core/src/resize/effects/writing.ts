import { color as colorCodec } from "../../codecs/color.ts";
import type { Watermark, WatermarkContent } from "../../watermarks.ts";
import { asRenderError, openImage, toRaw } from "../engine.ts";
import { RenderError } from "../errors.ts";
import type { Size } from "../geometry.ts";
import { type Layer, placeMark } from "./overlay.ts";
import { outline } from "./typeface.ts";

type Text = Extract<WatermarkContent, { kind: "text" }>;

/** Writes a line for a canvas. Only what is visible of it becomes pixels, so that no size costs more than the canvas does. */
export async function writeLayer(
  mark: Watermark,
  { text, font, size, color }: Text,
  canvas: Size,
  deadline: number,
): Promise<Layer | undefined> {
  try {
    const line = await outline(text, font);
    const factor = size.pixels / line.em;
    const own = { width: line.width * factor, height: line.height * factor };
    const box = placeMark({ ...mark, mayHangOver: !size.fits }, own, canvas);
    const left = Math.max(0, box.left);
    const top = Math.max(0, box.top);
    const width = Math.min(canvas.width, box.left + box.width) - left;
    const height = Math.min(canvas.height, box.top + box.height) - top;
    if (width <= 0 || height <= 0) return undefined;
    const [perX, perY] = [line.width / box.width, line.height / box.height];
    const view = [(left - box.left) * perX, (top - box.top) * perY, width * perX, height * perY].join(" ");
    const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${view}"`;
    const svg = `${head} preserveAspectRatio="none" fill="#${colorCodec.format(color)}">${line.paths}</svg>`;
    const image = openImage(Buffer.from(svg), { maxPixels: false, animated: false })
      .resize({ width, height, fit: "fill" })
      .toColourspace("srgb")
      .ensureAlpha();
    const pixels = await toRaw(image, deadline);
    return { pixels, box: { left, top, width, height }, opacity: mark.opacity };
  } catch (error) {
    const { code } = asRenderError(error);
    throw new RenderError(code, "The text of the watermark cannot be written.", { cause: error });
  }
}
