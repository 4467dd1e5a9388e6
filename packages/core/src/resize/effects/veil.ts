import type { Veil } from "../effect.ts";
import { openRaw, type Raw, soften, toRaw } from "../engine.ts";
import { type Box, clip, wholePixels } from "../geometry.ts";
import { inPieces } from "../pieces.ts";
import { pixelateRows } from "./pixelate.ts";

/** The blur of a face is at least so much of its longer side: less can be seen through. */
const LEAST_BLUR = 1 / 8;
/** Around the ellipse through the corners of a box a blur fades out, by so much of its axes. */
const FADING = 0.2;

/** Makes the boxes of one frame unrecognisable, in place. */
export async function veil(frame: Raw, boxes: readonly Box[], how: Veil, deadline: number): Promise<Raw> {
  for (const box of boxes) {
    if (how.kind === "squares") await square(frame, box, how.most, deadline);
    else await blur(frame, box, how, deadline);
  }
  return frame;
}

/** Squares of one colour, counted from a corner of the box, not of the picture: so many at most lie over a face. */
async function square(frame: Raw, box: Box, most: number, deadline: number): Promise<void> {
  const area = wholePixels(box, frame);
  const part = cut(frame, area);
  const side = Math.max(2, Math.ceil(Math.max(area.width, area.height) / most));
  await inPieces(part, deadline, (from, to) => pixelateRows(part, side, from, to), side);
  await lay(frame, part, area, () => 1, deadline);
}

async function blur(
  frame: Raw,
  box: Box,
  { radius, sigma }: { readonly radius: number; readonly sigma: number },
  deadline: number,
): Promise<void> {
  // A mean over a radius spreads as a bell with this sigma does; the smaller of both decides.
  const asked = Math.min(sigma, radius / Math.sqrt(3));
  const strength = Math.max(asked, LEAST_BLUR * Math.max(box.width, box.height), 1);
  const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  const axes = { x: box.width / Math.SQRT2, y: box.height / Math.SQRT2 };
  const reach = { x: axes.x * (1 + FADING), y: axes.y * (1 + FADING) };
  const around = {
    left: middle.x - reach.x,
    top: middle.y - reach.y,
    width: 2 * reach.x,
    height: 2 * reach.y,
  };
  const area = wholePixels(clip(around, frame), frame);
  const soft = await toRaw(soften(openRaw(cut(frame, area)), strength), deadline);
  const share = (x: number, y: number) => {
    const distance = Math.hypot((x - middle.x) / axes.x, (y - middle.y) / axes.y);
    return Math.min(1, Math.max(0, (1 + FADING - distance) / FADING));
  };
  await lay(frame, soft, area, share, deadline);
}

function cut({ data, width, channels }: Raw, area: Box): Raw {
  const part = new Uint8Array(area.width * area.height * channels);
  for (let row = 0; row < area.height; row += 1) {
    const from = ((area.top + row) * width + area.left) * channels;
    part.set(data.subarray(from, from + area.width * channels), row * area.width * channels);
  }
  return { data: part, width: area.width, height: area.height, channels, pages: 1 };
}

/** Lays a part over where it was taken from, as strong as `share` says for the middle of each pixel. */
function lay(
  frame: Raw,
  part: Raw,
  area: Box,
  share: (x: number, y: number) => number,
  deadline: number,
): Promise<void> {
  const { channels } = frame;
  return inPieces(part, deadline, (fromRow, toRow) => {
    for (let row = fromRow; row < toRow; row += 1) {
      for (let column = 0; column < area.width; column += 1) {
        const strength = share(area.left + column + 0.5, area.top + row + 0.5);
        if (strength === 0) continue;
        const from = (row * area.width + column) * channels;
        const to = ((area.top + row) * frame.width + area.left + column) * channels;
        for (let band = 0; band < channels; band += 1) {
          const before = frame.data[to + band] ?? 0;
          frame.data[to + band] = Math.round(before + strength * ((part.data[from + band] ?? 0) - before));
        }
      }
    }
  });
}
