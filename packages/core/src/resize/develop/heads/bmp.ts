import type { ReadHead } from "../head.ts";
import { Scan } from "../scan.ts";

/** Sizes of the second header, by which its versions are told apart. */
export const BMP_HEADERS: readonly number[] = [12, 40, 52, 56, 64, 108, 124];
const DEPTHS: readonly number[] = [1, 4, 8, 16, 24, 32];
/** Plain, by run lengths of two kinds, by masks, by masks with one for alpha. JPEG and PNG inside are read from no file in the wild. */
const COMPRESSIONS: readonly number[] = [0, 1, 2, 3, 6];

/** Windows' bitmaps: rows have a known length, so that a file that is cut off is known by its size. */
export const readBmp: ReadHead = (bytes) => {
  const scan = new Scan(bytes, "little");
  const header = scan.u32(14);
  const isOld = header === 12;
  const width = isOld ? scan.u16(18) : scan.i32(18);
  const height = isOld ? scan.u16(20) : Math.abs(scan.i32(22));
  const depth = scan.u16(isOld ? 24 : 28);
  const compression = isOld ? 0 : scan.u32(30);
  if (!DEPTHS.includes(depth) || !COMPRESSIONS.includes(compression)) return undefined;
  const isPlain = compression !== 1 && compression !== 2;
  const rows = Math.ceil((width * depth) / 32) * 4 * height;
  if (isPlain && scan.u32(10) + rows > bytes.length + 3) return undefined;
  const hasMask = header >= 56 || compression === 6;
  return { width, height, hasAlpha: depth === 32 && hasMask && scan.u32(66) !== 0 };
};
