import type { InputFormat } from "../format.ts";
import { BMP_HEADERS } from "./develop/heads/bmp.ts";
import { isRawTiff } from "./develop/heads/raw.ts";
import { Scan } from "./develop/scan.ts";

/** All signatures end before. */
const SIGNATURE_BYTES = 16;
/** The root element of an SVG begins before. */
const HEAD_BYTES = 4096;

/** Tells the format by its first bytes, whatever a name or header claims; undefined for what Freshet does not read. */
export function sniffFormat(bytes: Uint8Array): InputFormat | undefined {
  const start = textOf(bytes, SIGNATURE_BYTES);
  const signed = SIGNATURES.find(([, signatures]) =>
    signatures.some(({ at, text }) => start.startsWith(text, at)),
  )?.[0];
  if (signed === "avif") return sniffBrands(bytes);
  if (signed === "tiff") return isRawTiff(bytes) ? "raw" : "tiff";
  return signed ?? sniffWeak(bytes) ?? sniffSvg(textOf(bytes, HEAD_BYTES));
}

/** One character a byte, so that signatures can be written as text. */
const textOf = (bytes: Uint8Array, length: number) => String.fromCharCode(...bytes.subarray(0, length));

const signs = (at: number, ...texts: readonly string[]) => texts.map((text) => ({ at, text }));

const SIGNATURES = [
  ["jpeg", signs(0, "\xff\xd8\xff")],
  ["png", signs(0, "\x89PNG\r\n\x1a\n")],
  ["gif", signs(0, "GIF87a", "GIF89a")],
  ["webp", signs(8, "WEBP")],
  ["avif", signs(4, "ftypavif", "ftypavis", "ftypmif1", "ftypmiaf", "ftypmsf1")],
  ["heic", signs(4, "ftypheic", "ftypheix", "ftypheim", "ftypheis", "ftyphevc", "ftyphevx")],
  ["tiff", signs(0, "II*\0", "MM\0*")],
  ["raw", signs(0, "FUJIFILMCCD-RAW ")],
  ["jxl", signs(0, "\xff\x0a", "\0\0\0\x0cJXL \r\n\x87\n")],
  ["jp2", signs(0, "\xff\x4f\xff\x51", "\0\0\0\x0cjP  \r\n\x87\n")],
  ["pdf", signs(0, "%PDF-")],
  ["psd", signs(0, "8BPS\0\x01\0\0\0\0\0\0")],
] as const satisfies readonly (readonly [InputFormat, readonly unknown[]])[];

/** Brands that name no codec: those beside them do. */
const HEVC = /hei[cxms]|hev[cx]/;
const AV1 = /avi[fs]/;
const BRANDS_BYTES = 128;

function sniffBrands(bytes: Uint8Array): InputFormat {
  const length = Math.min(new Scan(bytes, "big").u32(0), BRANDS_BYTES);
  const brands = textOf(bytes, length);
  return HEVC.test(brands) && !AV1.test(brands) ? "heic" : "avif";
}

/** Formats whose signatures are two or four bytes that much else begins with: what follows has to be as they have it. */
function sniffWeak(bytes: Uint8Array): InputFormat | undefined {
  const scan = new Scan(bytes, "little");
  const isBitmap = scan.text(0, 2) === "BM" && scan.u32(6) === 0 && BMP_HEADERS.includes(scan.u32(14));
  if (isBitmap) return "bmp";
  const isIcon = scan.u32(0) === 0x10000 && scan.u16(4) > 0 && scan.u8(9) === 0 && scan.u16(10) <= 1;
  return isIcon ? "ico" : undefined;
}

// What may stand before the root element: space, instructions, comments, a document type. Each is taken once and for
// all, so that no arrangement of them makes the search go back.
const BEFORE_ROOT = /^(?:\s+|<\?[^>]*>|<!--(?:(?!-->)[\s\S])*-->|<!DOCTYPE\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>)/i;
const ROOT = /^<(?:[\w-]{1,32}:)?svg[\s>/]/i;

/** The root element has to be `<svg>`: a page of HTML that contains one is not a picture. */
function sniffSvg(head: string): InputFormat | undefined {
  let rest = head.startsWith("\xef\xbb\xbf") ? head.slice(3) : head;
  for (let before = BEFORE_ROOT.exec(rest); before; before = BEFORE_ROOT.exec(rest)) {
    rest = rest.slice(before[0].length);
  }
  return ROOT.test(rest) ? "svg" : undefined;
}
