import type { ReadHead } from "../head.ts";
import { boxIn, Scan } from "../scan.ts";

const START = "\xff\x4f\xff\x51";
/** Enumerated colour spaces: CMYK has four channels and no alpha. */
const CMYK = 12;
/** Colours and transparency; what else has channels is no picture. */
const MOST_CHANNELS = 5;

export const isCodestream = (bytes: Uint8Array): boolean => new Scan(bytes, "big").text(0, 4) === START;

/** JPEG 2000, in its boxes or without them: the codestream says what is decoded, the boxes which channel is alpha. */
export const readJp2: ReadHead = (bytes) => {
  const stream = isCodestream(bytes) ? bytes : boxIn(bytes, "jp2c");
  if (!stream || !isCodestream(stream)) return undefined;
  const scan = new Scan(stream, "big");
  const channels = scan.u16(40);
  if (channels > MOST_CHANNELS) return undefined;
  const color = boxIn(boxIn(bytes, "jp2h"), "colr");
  const isCmyk = color !== undefined && color[0] === 1 && new Scan(color, "big").u32(3) === CMYK;
  return {
    width: scan.u32(8) - scan.u32(16),
    height: scan.u32(12) - scan.u32(20),
    hasAlpha: channels === 2 || (channels === 4 && !isCmyk),
  };
};
