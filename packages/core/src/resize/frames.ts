import sharp, { type Sharp } from "sharp";
import { decodeAt, decodedOf, openFrame, shrinkOf, shrunk } from "./decoding.ts";
import { openImage, toRaw } from "./engine.ts";
import { type Size, sameSize } from "./geometry.ts";
import type { Painting } from "./passes.ts";
import type { Pass } from "./picture.ts";
import type { Header } from "./probe.ts";

/**
 * Decoded pixels of one original on their way to its next sizes. A JPEG is decoded at a whole, a half, a quarter or an eighth of its
 * sides, whichever its size takes, and sizes that take the same can share what was decoded. The bytes of a variant are the same
 * with frames and without, whoever asked before.
 */
export interface Frames {
  /**
   * The frame of that name or what `make` gives, which will hold `bytes`; undefined where none is wanted now. Whoever waits for a frame
   * is told of what its making failed with.
   */
  take(name: string, bytes: number, make: () => Promise<Uint8Array>): Promise<Uint8Array> | undefined;
}

/** Below this an original is decoded sooner than it is kept. */
const LEAST_PIXELS = 3_000_000;

/** The frame that this pass may begin with in place of the original, which is decoded as for `decodedOf`; undefined where it has to be the original. */
export async function frameFor(
  painting: Painting,
  { incoming, extract, scaled }: Pass,
  isFine: boolean,
): Promise<Uint8Array | undefined> {
  const { frames, header, gamut, deadline } = painting;
  const isScaledAlone = sameSize(extract, incoming) && !sameSize(extract, scaled);
  if (!frames || !isScaledAlone || gamut !== "srgb" || !canBeFramed(header)) return undefined;
  const shrink = shrinkOf(incoming, scaled);
  const { width, height } = shrunk(incoming, shrink);
  // Only where a frame is wanted: most renders are alone, and the trial costs as much as some of them.
  const make = async () => {
    if (!(await areFramesTrue())) throw new Error("This sharp goes another way than frames do.");
    return decodeAt(decodedOf(painting, shrink, isFine), shrink, deadline);
  };
  try {
    return await frames.take(isFine ? `${shrink}, fine` : String(shrink), width * height * 3, make);
  } catch {
    return undefined; // what is wrong with the original it says itself, to whoever reads it next
  }
}

/** What cameras write: three channels of a byte and one picture. */
const canBeFramed = ({ format, pixels, pixelBytes, hasGainMap }: Header) =>
  format === "jpeg" && pixels >= LEAST_PIXELS && pixelBytes === 3 && !hasGainMap;

let truth: Promise<boolean> | undefined;

/** Whether this sharp on this system goes the way that frames go; asked once. A variant must not depend on who asked before. */
function areFramesTrue(): Promise<boolean> {
  truth ??= provesTrue().catch(() => false);
  return truth;
}

const TRIAL_MS = 10_000;
/** Each shrink from both its ends; and sides where rows lie just between two of libvips' filters, so that a sum of steps may fall to either. */
const TRIALS: readonly { readonly source: Size; readonly targets: readonly Size[] }[] = [
  {
    source: { width: 331, height: 203 },
    targets: [2.4, 3, 4.9, 5, 8.9, 9, 20].map((factor) => ({
      width: Math.floor(331 / factor),
      height: Math.floor(203 / factor),
    })),
  },
  { source: { width: 1410, height: 793 }, targets: [{ width: 1024, height: 576 }] },
];

async function provesTrue(): Promise<boolean> {
  const deadline = performance.now() + TRIAL_MS;
  for (const { source, targets } of TRIALS) {
    const noise = new Uint8Array(source.width * source.height * 3);
    for (let at = 0; at < noise.length; at += 1) noise[at] = Math.imul(at, at * 31) % 251;
    const jpeg = await sharp(noise, { raw: { ...source, channels: 3 } })
      .jpeg()
      .toBuffer();
    for (const size of targets) {
      const scaled = (image: Sharp) => toRaw(image.resize({ ...size, fit: "fill" }), deadline);
      const frame = await decodeAt(jpeg, shrinkOf(source, size), deadline);
      const one = await scaled(openImage(jpeg, { maxPixels: false, animated: false }));
      const other = await scaled(openFrame(frame));
      if (Buffer.compare(one.data, other.data) !== 0) return false;
    }
  }
  return true;
}
