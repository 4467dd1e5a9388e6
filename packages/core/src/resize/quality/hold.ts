import { qualityFor, shownHardness, type Writer } from "./curves.ts";

/** Below this side a picture is too small to be judged. */
export const SMALLEST = 64;
/** Encodings that are made at most. */
const MOST_TRIES = 4;
/** Points above what is held that are not worth another encoding. */
const CLOSE = 0.5;
const BEST_QUALITY = 100;

/**
 * The fewest bytes in which an encoder gives a picture at least so many points, at most `most` of them: encodes at `from`, judges, and goes
 * where the curve through what was seen leads, between what was too little and what was enough. Undefined where there are none.
 */
export async function hold<Encoded extends { readonly bytes: Uint8Array }>(wanted: {
  readonly points: number;
  readonly most: number;
  readonly writer: Writer;
  readonly from: number;
  readonly write: (quality: number) => Promise<Encoded>;
  readonly pointsOf: (encoded: Encoded) => Promise<number>;
}): Promise<Encoded | undefined> {
  const { points, most, writer, write, pointsOf } = wanted;
  let best: Encoded | undefined;
  let [tooLow, enough] = [0, BEST_QUALITY + 1];
  let quality = wanted.from;
  for (let tries = 0; tries < MOST_TRIES && tooLow < quality && quality < enough; tries += 1) {
    const encoded = await write(quality);
    const seen = await pointsOf(encoded);
    const isEnough = seen >= points;
    if (isEnough) {
      enough = quality;
      if (encoded.bytes.length <= most) best = encoded;
      if (seen <= points + CLOSE) break;
    } else {
      tooLow = quality;
      // More points take more bytes.
      if (encoded.bytes.length > most) break;
    }
    const led = qualityFor(writer, points, shownHardness(writer, quality, seen));
    quality = isEnough ? Math.min(led, quality - 1) : Math.max(led, quality + 1);
    if (tooLow + 1 < enough) quality = Math.min(Math.max(quality, tooLow + 1), enough - 1);
  }
  return best;
}
