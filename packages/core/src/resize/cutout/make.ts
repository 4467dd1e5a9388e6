import type { Sharp } from "sharp";
import type { RenderLimits } from "../contract.ts";
import { asRenderError, limited, openImage, openRaw, toRaw } from "../engine.ts";
import type { Size } from "../geometry.ts";
import { glanceAt } from "../glance.ts";
import { checkLimits, DEFAULT_LIMITS } from "../limits.ts";
import { sketchOf } from "../look.ts";
import { readHeader } from "../probe.ts";
import { fourOf } from "../survey.ts";
import { findSubject } from "./find.ts";
import { LONGEST_MASK, writeMask } from "./mask.ts";
import type { CutoutMask, CutoutPicture, CutoutProvider } from "./provider.ts";

/** Raised by hand whenever Freshet's own provider would give another mask. */
export const CUTOUT_REVISION = 1;

/** What a mask is made from. */
export interface CutoutAsk {
  readonly original: Uint8Array;
  /** `DEFAULT_LIMITS` when absent. */
  readonly limits?: RenderLimits | undefined;
}

/**
 * The mask of an original's subject, a grey PNG of the whole upright picture, no side longer than 1024 pixels; for `RenderOptions.images`
 * under `CUTOUT_MASK`. Undefined where the provider, Freshet's own when absent, sees no subject. Rejects with a `RenderError` for what is wrong with
 * the original, and with whatever the provider throws.
 */
export async function makeCutout(
  ask: CutoutAsk,
  provider: CutoutProvider = findSubject,
): Promise<Uint8Array | undefined> {
  const picture = await pixelsOf(ask);
  const mask = await provider(picture);
  return mask && writeMask(checked(mask, picture));
}

/** The picture that is sent to a provider elsewhere: upright, a PNG, no side longer than 1024 pixels. */
export async function pictureFor(ask: CutoutAsk): Promise<Uint8Array> {
  const picture = await pixelsOf(ask);
  return openRaw({ ...picture, channels: 4, pages: 1 })
    .png({ compressionLevel: 3 })
    .toBuffer();
}

/**
 * What a provider elsewhere has answered, in the form of `makeCutout`: its alpha where anything is transparent, else its brightness.
 * @throws Error for what is no mask of that picture.
 */
export async function takeMask(answer: Uint8Array, picture: Uint8Array): Promise<Uint8Array> {
  const deadline = performance.now() + DEFAULT_LIMITS.timeoutMs;
  const header = await readHeader(answer);
  checkLimits(header, answer.length, DEFAULT_LIMITS);
  const { width, height } = await readHeader(picture);
  const image = openImage(answer, { maxPixels: DEFAULT_LIMITS.maxPixels[header.format], animated: false });
  const read = (one: Sharp) => limited(one.raw(), deadline).toBuffer({ resolveWithObject: true });
  const alpha = header.hasAlpha ? await read(image.clone().extractChannel("alpha")) : undefined;
  const isOpaque = alpha === undefined || alpha.data.every((value) => value === 255);
  const { data, info } = isOpaque
    ? await read(image.removeAlpha().toColourspace("b-w").extractChannel(0))
    : alpha;
  const mask = checked({ data, width: info.width, height: info.height }, { width, height });
  if (mask.width <= width) return writeMask(mask);
  const raw = openRaw({ ...mask, channels: 1, pages: 1 }).toColourspace("b-w");
  return writeMask(await toRaw(raw.resize({ width, height, fit: "fill" }), deadline));
}

async function pixelsOf({ original, limits = DEFAULT_LIMITS }: CutoutAsk): Promise<CutoutPicture> {
  try {
    const { painting, picture } = await glanceAt(original, limits);
    const raw = await sketchOf(painting, picture, LONGEST_MASK);
    return { width: raw.width, height: raw.height, data: fourOf(raw) };
  } catch (error) {
    throw asRenderError(error);
  }
}

/** Proportions may differ by what rounding does. */
function checked(mask: CutoutMask, { width, height }: Size): CutoutMask {
  const isWhole =
    Number.isInteger(mask.width) && Number.isInteger(mask.height) && mask.width > 0 && mask.height > 0;
  if (!isWhole || mask.data.length !== mask.width * mask.height)
    throw new Error("The mask has not a byte for each pixel.");
  const off = Math.abs(mask.width / mask.height - width / height) / (width / height);
  if (off > 0.02 + 1 / Math.min(mask.width, mask.height))
    throw new Error("The mask has other proportions than the picture.");
  return mask;
}
