import { createImageUrlRewriter, type ImageUrlRewriter, type RewriteOptions } from "./image-url.ts";

/**
 * Rewrites image URLs in the `url()` of a style sheet or a style attribute; fonts, imports, comments and strings stay,
 * and so does every byte around. Never throws, takes time linear in the text.
 */
export function rewriteCss(css: string, options: RewriteOptions): string {
  return rewriteCssWith(css, createImageUrlRewriter(options));
}

export function rewriteCssWith(css: string, rewrite: ImageUrlRewriter): string {
  const written: string[] = [];
  let copied = 0;
  for (const { start, end } of urlsIn(css)) {
    const url = css.slice(start, end);
    // A backslash escapes characters here; who needs that may keep the original.
    const delivery = url.includes("\\") ? undefined : rewrite(url);
    if (delivery === undefined) continue;
    written.push(css.slice(copied, start), delivery.replace(/[()']/g, encodeCharacter));
    copied = end;
  }
  return copied === 0 ? css : written.join("") + css.slice(copied);
}

const encodeCharacter = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where something begins that is read as a whole. */
const BEGIN = /\/\*|["']|(?<![\w\-\\]|[^\p{ASCII}])url\(/giu;

function* urlsIn(css: string): Generator<Span> {
  BEGIN.lastIndex = 0;
  let at = 0;
  for (;;) {
    BEGIN.lastIndex = at;
    const begin = BEGIN.exec(css);
    if (!begin) return;
    const after = begin.index + begin[0].length;
    if (begin[0] === "/*") {
      const end = css.indexOf("*/", after);
      if (end < 0) return;
      at = end + 2;
    } else if (begin[0] === '"' || begin[0] === "'") {
      at = endOfString(css, after, begin[0]) + 1;
    } else {
      const span = readUrlSpan(css, after);
      if (css.charAt(span.next - 1) === ")" && span.end > span.start) yield span;
      at = span.next;
    }
  }
}

/** The position of the closing quote, or of the line end or text end that breaks the string off. */
function endOfString(css: string, from: number, quote: string): number {
  for (let at = from; at < css.length; at++) {
    const character = css.charAt(at);
    if (character === quote || character === "\n") return at;
    if (character === "\\") at += 1;
  }
  return css.length;
}

/** What stands between the parentheses; an empty span if it is not a URL. `next` is where reading goes on. */
function readUrlSpan(css: string, from: number): Span & { readonly next: number } {
  const inner = skipSpace(css, from);
  const quote = css.charAt(inner);
  if (quote === '"' || quote === "'") {
    const end = endOfString(css, inner + 1, quote);
    const close = skipSpace(css, end + 1);
    if (css.charAt(end) !== quote || css.charAt(close) !== ")")
      return { start: inner, end: inner, next: end + 1 };
    return { start: inner + 1, end, next: close + 1 };
  }
  const close = css.indexOf(")", inner);
  if (close < 0) return { start: inner, end: inner, next: css.length };
  const text = css.slice(inner, close).trimEnd();
  const isUrl = !/[\s"'(]/.test(text);
  return { start: inner, end: isUrl ? inner + text.length : inner, next: close + 1 };
}

function skipSpace(css: string, from: number): number {
  let at = from;
  while (/\s/.test(css.charAt(at))) at += 1;
  return at;
}
