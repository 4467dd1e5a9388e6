import { createImageUrlRewriter, type ImageUrlRewriter, type RewriteOptions } from "./image-url.ts";

/**
 * Rewrites the URLs in a `srcset`; descriptors, spaces and everything else stay byte for byte. Never throws, takes
 * time linear in the text.
 */
export function rewriteSrcset(srcset: string, options: RewriteOptions): string {
  return rewriteSrcsetWith(srcset, createImageUrlRewriter(options));
}

export function rewriteSrcsetWith(srcset: string, rewrite: ImageUrlRewriter): string {
  let written = "";
  let at = 0;
  while (at < srcset.length) {
    const start = skip(srcset, at, SEPARATOR);
    const end = skip(srcset, start, NOT_SPACE);
    // Commas that end a URL separate it from the next candidate; those inside belong to it.
    const url = srcset.slice(start, end).replace(TRAILING_COMMAS, "");
    const urlEnd = start + url.length;
    const next = urlEnd < end ? end : endOfDescriptors(srcset, end);
    written += srcset.slice(at, start) + ((url && rewrite(url)) || url) + srcset.slice(urlEnd, next);
    at = next;
  }
  return written;
}

const SEPARATOR = /[\t\n\f\r ,]/;
const NOT_SPACE = /[^\t\n\f\r ]/;
// The look-behind keeps this linear on a long run of commas in the middle.
const TRAILING_COMMAS = /(?<!,),+$/;

function skip(text: string, from: number, characters: RegExp): number {
  let at = from;
  while (at < text.length && characters.test(text.charAt(at))) at += 1;
  return at;
}

/** A comma ends the descriptors of a candidate unless it stands in parentheses. */
function endOfDescriptors(text: string, from: number): number {
  let isInside = false;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "(") isInside = true;
    else if (character === ")") isInside = false;
    else if (character === "," && !isInside) return at;
  }
  return text.length;
}
