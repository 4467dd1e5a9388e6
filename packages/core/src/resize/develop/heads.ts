import type { DevelopedFormat } from "../../format.ts";
import type { Head, ReadHead } from "./head.ts";
import { readBmp } from "./heads/bmp.ts";
import { readHeic } from "./heads/heic.ts";
import { readIco } from "./heads/ico.ts";
import { readJp2 } from "./heads/jp2.ts";
import { readJxl } from "./heads/jxl.ts";
import { readPsd } from "./heads/psd.ts";
import { readRaw } from "./heads/raw.ts";

/** All but documents, which are read by the library that draws them. */
export type HeadedFormat = Exclude<DevelopedFormat, "pdf">;

const HEADS: { readonly [Format in HeadedFormat]: ReadHead } = {
  heic: readHeic,
  jxl: readJxl,
  psd: readPsd,
  raw: readRaw,
  bmp: readBmp,
  ico: readIco,
  jp2: readJp2,
};

/** The header of an original of that format; undefined where it promises nothing that could be drawn. Never throws. */
export function readHead(format: HeadedFormat, bytes: Uint8Array): Head | undefined {
  const head = HEADS[format](bytes);
  return head && head.width > 0 && head.height > 0 ? head : undefined;
}
