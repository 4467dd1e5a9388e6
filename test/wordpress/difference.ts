/** One attribute that reads otherwise in another version of a page; values as they are written, without quotes. */
export interface ChangedAttribute {
  readonly tag: string;
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export interface Difference {
  readonly attributes: readonly ChangedAttribute[];
  /** Attributes that only the later page has. */
  readonly added: readonly string[];
  /** Style sheets inside the page that differ. */
  readonly styles: readonly (readonly [before: string, after: string])[];
  /** Elements that only the later page has, as they are written. */
  readonly inserted: readonly string[];
}

interface Piece {
  readonly text: string;
  /** Of a start tag, in small letters. */
  readonly tag?: string;
  readonly attributes?: ReadonlyMap<string, string>;
}

const RAW = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];
const TAG = /<(\/?)([a-zA-Z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/y;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?/g;

/**
 * What is different between a page and the same page later. Throws, with the place, at any difference that is none of
 * attributes, style sheets and whole elements: every byte of text, of scripts and of order has to be the same.
 */
export function differenceOf(before: string, after: string): Difference {
  const [old, fresh] = [pieces(before), pieces(after)];
  const attributes: ChangedAttribute[] = [];
  const added: string[] = [];
  const styles: (readonly [string, string])[] = [];
  const inserted: string[] = [];
  let at = 0;
  for (let next = 0; next < fresh.length; next += 1) {
    const [was, is] = [old[at], fresh[next]];
    if (was?.text === is?.text) {
      at += 1;
      continue;
    }
    if (is === undefined) break;
    if (
      was?.tag !== undefined &&
      was.tag === is.tag &&
      was.attributes &&
      is.attributes &&
      isSameTag(was, is)
    ) {
      for (const [name, value] of is.attributes) {
        const former = was.attributes.get(name);
        if (former === undefined) added.push(`${is.tag} ${name}`);
        else if (former !== value) attributes.push({ tag: is.tag, name, before: former, after: value });
      }
      at += 1;
    } else if (was?.tag === undefined && old[at - 1]?.tag === "style" && fresh[next - 1]?.tag === "style") {
      styles.push([was?.text ?? "", is.text]);
      at += 1;
    } else if (is.tag === "link" || is.tag === "script") {
      const end = is.tag === "link" ? next : next + 2;
      inserted.push(
        fresh
          .slice(next, end + 1)
          .map(({ text }) => text)
          .join(""),
      );
      // The line end behind it.
      const tail = fresh[end + 1];
      if (tail?.text.startsWith("\n") && tail.text !== old[at]?.text) {
        const rest = tail.text.slice(1);
        fresh.splice(end + 1, 1, ...(rest === "" ? [] : [{ text: rest }]));
      }
      next = end;
    } else {
      throw new Error(
        `Differs at ${JSON.stringify(was?.text.slice(0, 300))}:\n${JSON.stringify(is.text.slice(0, 300))}`,
      );
    }
  }
  if (at !== old.length) throw new Error(`Lacks ${JSON.stringify(old[at]?.text.slice(0, 300))}`);
  return { attributes, added, styles, inserted };
}

/** Whether nothing is lost and every attribute that both have stands in the same order. */
function isSameTag(was: Piece, is: Piece): boolean {
  const names = [...(was.attributes?.keys() ?? [])];
  return (
    names.join(" ") === [...(is.attributes?.keys() ?? [])].filter((name) => names.includes(name)).join(" ")
  );
}

function pieces(html: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  const text = (to: number) => {
    if (to > from) found.push({ text: html.slice(from, to) });
    from = to;
  };
  for (let at = html.indexOf("<"); at >= 0; at = html.indexOf("<", at)) {
    if (html.startsWith("<!--", at)) {
      const end = html.indexOf("-->", at + 4);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    TAG.lastIndex = at;
    const match = TAG.exec(html);
    if (!match) {
      at += 1;
      continue;
    }
    text(at);
    const [whole, slash, name = "", rest = ""] = match;
    const tag = name.toLowerCase();
    from = at + whole.length;
    found.push(slash === "/" ? { text: whole } : { text: whole, tag, attributes: attributesOf(rest) });
    at = from;
    if (slash !== "/" && RAW.includes(tag)) {
      const end = html.toLowerCase().indexOf(`</${tag}`, from);
      at = end < 0 ? html.length : end;
      found.push({ text: html.slice(from, at) });
      from = at;
    }
  }
  text(html.length);
  return found;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, /^["']/.test(value) ? value.slice(1, -1) : value);
  }
  return found;
}
