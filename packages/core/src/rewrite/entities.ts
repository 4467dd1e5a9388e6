const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
  ["lt", "<"],
  ["gt", ">"],
  ["nbsp", "\u00a0"],
]);

const REFERENCE = /&(?:#x([0-9a-f]+)|#(\d+)|([a-z][a-z0-9]*))(;?)/gi;

/**
 * Decodes the character references of an attribute value; undefined if it holds one that only a browser's full table
 * would decode for certain. A bare `&name` is text, as in every query.
 */
export function decodeEntities(text: string): string | undefined {
  if (!text.includes("&")) return text;
  let isCertain = true;
  const decoded = text.replace(REFERENCE, (reference, hex, decimal, name, semicolon) => {
    if (name !== undefined && semicolon === "") {
      isCertain &&= !NAMED.has(name);
      return reference;
    }
    const code = hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16);
    const character = name === undefined ? characterOf(code) : NAMED.get(name);
    isCertain &&= character !== undefined && semicolon === ";";
    return character ?? reference;
  });
  return isCertain ? decoded : undefined;
}

/** Text as an attribute value in either kind of quotes. */
export function encodeEntities(text: string): string {
  return text.replace(/[&"'<>]/g, (character) => ENCODED.get(character) ?? character);
}

/** Below 32 and from 127 to 159 browsers apply a table of their own. */
function characterOf(code: number): string | undefined {
  const isPlain =
    code >= 32 && (code < 127 || code > 159) && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isPlain ? String.fromCodePoint(code) : undefined;
}

const ENCODED: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);
