import type { Color } from "../../codecs/color.ts";
import type { Raw } from "../engine.ts";

/** How far a pixel may be from the most frequent colour to count as it. */
const NEAR = 24;

/** The colour that covers most of a small picture, transparent pixels left out; undefined where nothing can be seen. */
export function findColor(raw: Raw): Color | undefined {
  const counts = new Uint32Array(4096);
  eachVisible(raw, (red, green, blue) => {
    const bin = ((red >> 4) << 8) | ((green >> 4) << 4) | (blue >> 4);
    counts[bin] = (counts[bin] ?? 0) + 1;
  });
  const most = fullest(counts);
  if (most === undefined) return undefined;
  const [aroundRed, aroundGreen, aroundBlue] = [most >> 8, (most >> 4) & 15, most & 15].map(
    (each) => each * 16 + 8,
  );
  const sums = [0, 0, 0];
  let pixels = 0;
  eachVisible(raw, (red, green, blue) => {
    const isNear =
      Math.abs(red - (aroundRed ?? 0)) <= NEAR &&
      Math.abs(green - (aroundGreen ?? 0)) <= NEAR &&
      Math.abs(blue - (aroundBlue ?? 0)) <= NEAR;
    if (!isNear) return;
    pixels += 1;
    for (const [at, value] of [red, green, blue].entries()) sums[at] = (sums[at] ?? 0) + value;
  });
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => Math.round(sum / pixels));
  return { red, green, blue };
}

/** The bin that has most in and around it: a colour on the edge of two bins is counted whole. */
function fullest(counts: Uint32Array): number | undefined {
  let best = 0;
  let most: number | undefined;
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue;
    const sum = countAround(counts, bin);
    // Of neighbours that see the same sum the fuller one is nearer to the middle of the colour.
    const isFuller = sum > best || (sum === best && count > (counts[most ?? 0] ?? 0));
    if (!isFuller) continue;
    best = sum;
    most = bin;
  }
  return most;
}

function countAround(counts: Uint32Array, bin: number): number {
  let sum = 0;
  for (let step = 0; step < 27; step++) {
    const red = (bin >> 8) + Math.floor(step / 9) - 1;
    const green = ((bin >> 4) & 15) + (Math.floor(step / 3) % 3) - 1;
    const blue = (bin & 15) + (step % 3) - 1;
    const isBin = Math.min(red, green, blue) >= 0 && Math.max(red, green, blue) <= 15;
    if (isBin) sum += counts[(red << 8) | (green << 4) | blue] ?? 0;
  }
  return sum;
}

function eachVisible(
  { data, channels }: Raw,
  visit: (red: number, green: number, blue: number) => void,
): void {
  for (let at = 0; at < data.length; at += channels) {
    if (channels === 4 && (data[at + 3] ?? 0) < 128) continue;
    visit(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
  }
}
