import sharp from "sharp";
import { renderBare, WIDTH } from "./peers/loop/picture.ts";

/**
 * Mean difference of a colour value, of 255, up to which two pictures count as the same: who rounds the height before
 * scaling and not after moves grain by a part of a pixel, which is about 2.
 */
const MOST_DIFFERENT = 3;

/** Fetches a rendition and throws unless it is what was asked for; gives its bytes. */
export async function fetchRendition(url: string): Promise<Buffer> {
  const answer = await fetch(url, { headers: { accept: "image/avif,image/webp,*/*" } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get("content-type");
  if (answer.status !== 200 || type !== "image/webp") {
    throw new Error(`${url} was answered ${answer.status} ${type}: nothing to compare.`);
  }
  const { width } = await sharp(bytes).metadata();
  if (width !== WIDTH) throw new Error(`${url} is ${width} pixels wide instead of ${WIDTH}.`);
  return bytes;
}

/** Throws unless the rendition shows what bare sharp makes of the original, so that nobody wins by doing less. */
export async function compare(name: string, rendition: Uint8Array, original: Uint8Array): Promise<void> {
  const bare = await renderBare(original);
  const [one, other] = await Promise.all([pixels(rendition), pixels(bare)]);
  if (one.length !== other.length) throw new Error(`${name} gives other dimensions than bare sharp.`);
  let difference = 0;
  for (let at = 0; at < one.length; at += 1) difference += Math.abs((one[at] ?? 0) - (other[at] ?? 0));
  if (difference / one.length > MOST_DIFFERENT) {
    throw new Error(
      `${name} shows another picture than bare sharp: ${(difference / one.length).toFixed(2)} of 255.`,
    );
  }
}

const pixels = (bytes: Uint8Array): Promise<Buffer> => sharp(bytes).removeAlpha().raw().toBuffer();
