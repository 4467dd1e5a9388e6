/** One entry of a text that lists paths. */
export interface ListedLine {
  readonly text: string;
  /** Where it stands in the whole text, without the space around it. */
  readonly start: number;
  readonly end: number;
}

const PICTURE = "\\.(?:jpe?g|png|gif|webp|avif|svg|heic|heif|tiff?|bmp|ico|pdf|jxl)";
/** What a path begins with: a slash, an address, `v7/`, an alias, or a host and a slash. */
const BEGINNING = "(?:/|https?(?::|%3a)|v7/|_[\\w.-]+_/|ctf:|[^\\s/,?#]*[.:][^\\s/,?#]*/)";

const BREAK = /[\n\r\t\u2028\u2029]+/y;
const COMMA_THAT_ENDS = new RegExp(`,(?=[\\s,]|$|${BEGINNING})`, "iy");
const SPACE_BETWEEN_PATHS = new RegExp(` +(?=${BEGINNING})`, "iy");
const ANY_COMMA = /,/y;
const COMMA_BEFORE_PICTURE = new RegExp(`,(?=[^\\s,?]*${PICTURE}(?:[?,\\s]|$))`, "iy");
const ENDS_AS_PICTURE = new RegExp(`${PICTURE}$`, "i");

/**
 * Takes a text apart into paths, at line breaks and commas. A comma also stands in paths (`/sample.li/a,b.jpg`) and queries
 * (`?crop=1,2`), so it ends a path only before a space, before something that begins like a path, or behind what ends like the
 * name of a picture; elsewhere, and written `%2C` anywhere, it belongs to the path. Never throws.
 */
export function splitInvalidationLines(text: string): readonly ListedLine[] {
  const found: ListedLine[] = [];
  let start = 0;
  const take = (end: number): void => {
    const raw = text.slice(start, end);
    const bare = raw.trim();
    if (bare === "") return;
    const at = start + raw.indexOf(bare);
    found.push({ text: bare, start: at, end: at + bare.length });
  };
  for (let at = 0; at < text.length; ) {
    const length = separatorAt(text, start, at);
    if (length === 0) {
      at += 1;
      continue;
    }
    take(at);
    at += length;
    start = at;
  }
  take(text.length);
  return found;
}

/** Length of what separates two paths here; 0 where nothing does. */
function separatorAt(text: string, start: number, at: number): number {
  const character = text[at];
  if (character === ",") {
    if (matchAt(COMMA_THAT_ENDS, text, at) > 0) return 1;
    const before = text.slice(start, at);
    if (ENDS_AS_PICTURE.test(before)) return matchAt(ANY_COMMA, text, at);
    return before.includes("?") ? Math.min(1, matchAt(COMMA_BEFORE_PICTURE, text, at)) : 0;
  }
  if (character === " ") {
    const [beforeQuery = ""] = text.slice(start, at).split("?", 1);
    return ENDS_AS_PICTURE.test(beforeQuery.trimEnd()) ? matchAt(SPACE_BETWEEN_PATHS, text, at) : 0;
  }
  return matchAt(BREAK, text, at);
}

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
