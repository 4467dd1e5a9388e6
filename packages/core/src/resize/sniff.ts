import type { InputFormat } from "../format.ts";

/** All signatures end before. */
const SIGNATURE_BYTES = 16;
/** The root element of an SVG begins before. */
const HEAD_BYTES = 4096;

/** Tells the format by its first bytes, whatever a name or header claims; undefined for what Freshet does not read. */
export function sniffFormat(bytes: Uint8Array): InputFormat | undefined {
  const start = textOf(bytes, SIGNATURE_BYTES);
  return (
    SIGNATURES.find(([, signatures]) => signatures.some(({ at, text }) => start.startsWith(text, at)))?.[0] ??
    sniffSvg(textOf(bytes, HEAD_BYTES))
  );
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
  ["tiff", signs(0, "II*\0", "MM\0*")],
] as const satisfies readonly (readonly [InputFormat, readonly unknown[]])[];

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
