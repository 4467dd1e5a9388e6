import type { ReadHead } from "../head.ts";
import { Scan } from "../scan.ts";

/** Channels of the colour modes that are read: bitmap, grey, palette, RGB, CMYK, duotone, Lab. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 1, 3: 3, 4: 4, 8: 1, 9: 3 };
/** Selections and spot colours beside them: each is held as a whole. */
const MOST_CHANNELS = 8;
const DEPTHS: readonly number[] = [1, 8, 16, 32];

/** Photoshop's documents: what is shown is the picture of all layers that stands at their end. */
export const readPsd: ReadHead = (bytes) => {
  const scan = new Scan(bytes, "big");
  const channels = CHANNELS[scan.u16(24)];
  if (scan.u16(12) > MOST_CHANNELS) return undefined;
  if (channels === undefined || !DEPTHS.includes(scan.u16(22))) return undefined;
  return { width: scan.u32(18), height: scan.u32(14), hasAlpha: scan.u16(12) > channels };
};
