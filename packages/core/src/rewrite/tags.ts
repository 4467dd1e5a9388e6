/** An attribute as it stands in the text. */
export interface Attribute {
  /** Lower-case. */
  readonly name: string;
  /** Bounds of the value between its quotes. */
  readonly start: number;
  readonly end: number;
  /** Empty for a value without quotes. */
  readonly quote: '"' | "'" | "";
}

/** A complete tag. */
export interface Tag {
  /** Lower-case, `/` in front for an end tag. */
  readonly name: string;
  /** Of several with one name only the first, as browsers do. */
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** Their content is text, whatever it looks like. */
const TEXT_ELEMENTS: ReadonlySet<string> = new Set([
  ...["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"],
]);

/**
 * The tags of an HTML text in order, as browsers find them: comments and the content of scripts, styles and text
 * areas hold none, what a `noscript` holds ends with it. Anything that breaks off ends the reading. Takes time linear
 * in the text.
 */
export function* tagsIn(html: string, from = 0, to = html.length, isInNoscript = false): Generator<Tag> {
  const text = to === html.length ? html : html.slice(0, to);
  let at = text.indexOf("<", from);
  while (at >= 0) {
    const next = text.slice(at + 1, at + 3);
    if (/^(?:[!?]|\/[^a-z>])/i.test(next)) {
      at = endOfMarkup(text, at);
    } else if (/^[a-z/]/i.test(next)) {
      const tag = readTag(text, at + 1);
      if (!tag) return;
      yield tag;
      at = tag.end;
      if (TEXT_ELEMENTS.has(tag.name)) {
        at = tag.name === "script" ? endOfScript(text, at) : endOfText(text, at, tag.name);
      } else if (tag.name === "plaintext") {
        return;
      } else if (tag.name === "noscript" && !isInNoscript) {
        const end = endOfText(text, at, "noscript");
        yield* tagsIn(html, at, end < 0 ? to : end, true);
        at = end;
      }
    } else {
      at += 1;
    }
    if (at < 0) return;
    at = text.indexOf("<", at);
  }
}

/** Behind a comment, a doctype or what browsers take for a comment; −1 if it never ends. */
function endOfMarkup(html: string, at: number): number {
  if (!html.startsWith("<!--", at)) {
    const end = html.indexOf(">", at);
    return end < 0 ? -1 : end + 1;
  }
  const abrupt = /^-?>/.exec(html.slice(at + 4, at + 6));
  if (abrupt) return at + 4 + abrupt[0].length;
  return matchFrom(/--!?>/g, html, at + 4)?.end ?? -1;
}

/** Before the end tag of a text element; −1 if there is none. */
function endOfText(html: string, at: number, name: string): number {
  return matchFrom(new RegExp(`</${name}(?=[\\t\\n\\f\\r />])`, "gi"), html, at)?.start ?? -1;
}

/** Scripts may hold whole script elements behind `<!--`, where the first end tag is not theirs. */
function endOfScript(html: string, from: number): number {
  let state: "plain" | "escaped" | "doubled" = "plain";
  let at = from;
  for (;;) {
    const found = matchFrom(/<!--|-->|<\/?script(?=[\t\n\f\r />])/gi, html, at);
    if (!found) return -1;
    const { text } = found;
    // The dashes of `<!--` may already be those of `-->`.
    at = text === "<!--" ? found.end - 2 : found.end;
    if (text === "-->") state = "plain";
    else if (text === "<!--") state = state === "plain" ? "escaped" : state;
    else if (text.charAt(1) !== "/") state = state === "escaped" ? "doubled" : state;
    else if (state === "doubled") state = "escaped";
    else return found.start;
  }
}

function matchFrom(pattern: RegExp, text: string, from: number) {
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match ? { start: match.index, end: match.index + match[0].length, text: match[0] } : undefined;
}

const SPACE = /[\t\n\f\r ]/;

/** Reads a tag from its name on; undefined if the text ends within it. */
function readTag(html: string, from: number): (Tag & { readonly end: number }) | undefined {
  const nameEnd = scan(html, from + 1, /[\t\n\f\r />]/);
  const name = html.slice(from, nameEnd).toLowerCase();
  const attributes = new Map<string, Attribute>();
  let at = nameEnd;
  while (at < html.length) {
    at = skipWhile(html, at, /[\t\n\f\r /]/);
    if (html.charAt(at) === ">") return { name, attributes, end: at + 1 };
    const end = scan(html, at + 1, /[\t\n\f\r />=]/);
    const attribute = html.slice(at, end).toLowerCase();
    const value = readValue(html, end);
    if (!value) return undefined;
    if (value.start >= 0 && !attributes.has(attribute))
      attributes.set(attribute, { name: attribute, ...value });
    at = value.next;
  }
  return undefined;
}

/** The value behind an attribute's name; `start` is −1 if it has none, undefined if the text ends within it. */
function readValue(html: string, from: number) {
  const equals = skipWhile(html, from, SPACE);
  if (html.charAt(equals) !== "=") return { start: -1, end: -1, quote: "", next: equals } as const;
  const start = skipWhile(html, equals + 1, SPACE);
  const quote = html.charAt(start);
  if (quote === '"' || quote === "'") {
    const end = html.indexOf(quote, start + 1);
    return end < 0 ? undefined : ({ start: start + 1, end, quote, next: end + 1 } as const);
  }
  const end = scan(html, start, /[\t\n\f\r >]/);
  return { start, end, quote: "", next: end } as const;
}

/** The first position from here on whose character matches, or the end. */
function scan(html: string, from: number, stop: RegExp): number {
  let at = from;
  while (at < html.length && !stop.test(html.charAt(at))) at += 1;
  return at;
}

function skipWhile(html: string, from: number, characters: RegExp): number {
  let at = from;
  while (at < html.length && characters.test(html.charAt(at))) at += 1;
  return at;
}
