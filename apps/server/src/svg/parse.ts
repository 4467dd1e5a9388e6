import { setImmediate } from "node:timers/promises";
import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from "saxes";
import { XML } from "./vocabulary.ts";

/** An element as it was written, names resolved to their namespaces. */
export interface Node {
  readonly uri: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly children: (Node | string)[];
}

/** `uri` is empty for the element's own. */
export type Attribute = Pick<SaxesAttributeNS, "uri" | "value"> & { readonly name: string };

/** Thrown for an SVG that is not well-formed or larger than anything drawn by hand. */
export class SvgFault extends Error {
  override readonly name = "SvgFault";
}

const MOST_ELEMENTS = 25_000;
const DEEPEST = 200;
/** Characters of text and attributes once entities are expanded. */
const MOST_TEXT = 4_000_000;
/** Read at a time: other work of the process waits no longer than that takes. */
const PIECE = 2 ** 15;

/**
 * Reads an SVG with a strict XML parser. Nothing outside is loaded; of a document type only entities that stand for
 * plain short text are followed, as drawing programs write them, so that no entity can grow out of another.
 */
export async function parseSvg(bytes: Uint8Array): Promise<Node> {
  const text = decode(bytes);
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Node[] = [];
  let root: Node | undefined;
  let elements = 0;
  let characters = 0;
  const count = (more: number) => {
    characters += more;
    if (characters > MOST_TEXT) throw new SvgFault("too much text");
  };
  const addText = (chunk: string) => {
    count(chunk.length);
    open.at(-1)?.children.push(chunk);
  };
  parser.on("error", (error) => {
    throw new SvgFault(error.message);
  });
  parser.on("doctype", (doctype) => Object.assign(parser.ENTITIES, plainEntities(doctype)));
  parser.on("opentag", (tag) => {
    elements += 1;
    if (elements > MOST_ELEMENTS || open.length >= DEEPEST)
      throw new SvgFault("too many or too deep elements");
    const node = nodeOf(tag);
    for (const { value } of node.attributes) count(value.length);
    open.at(-1)?.children.push(node);
    root ??= node;
    open.push(node);
  });
  parser.on("closetag", () => void open.pop());
  parser.on("text", addText);
  parser.on("cdata", addText);
  for (let at = 0; at < text.length; at += PIECE) {
    if (at > 0) await setImmediate();
    parser.write(text.slice(at, at + PIECE));
  }
  parser.close();
  if (!root) throw new SvgFault("no element");
  return root;
}

function nodeOf({ uri, local, attributes }: SaxesTagNS): Node {
  const list = Object.values(attributes).map((attribute) => ({
    // Saxes gives namespace declarations one of their own.
    uri: attribute.uri,
    name: attribute.uri === XML ? `xml:${attribute.local}` : attribute.local,
    value: attribute.value,
  }));
  return { uri, name: local, attributes: list, children: [] };
}

const ENCODINGS: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"]);

function decode(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const named = /^(?:\xef\xbb\xbf)?<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]{1,40})["']/i.exec(head)?.[1];
  const label = named?.toLowerCase() ?? "utf-8";
  if (!ENCODINGS.has(label)) throw new SvgFault("an encoding that is not read");
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new SvgFault("not in its encoding", { cause: error });
  }
}

const ENTITY = /<!ENTITY\s+([A-Za-z_][\w.-]{0,63})\s+(?:"([^"<&%]{0,128})"|'([^'<&%]{0,128})')\s*>/g;

function plainEntities(doctype: string): Readonly<Record<string, string>> {
  // Who builds declarations out of others is not followed at all.
  if (/<!ENTITY\s+%/.test(doctype)) return {};
  const own = Array.from(doctype.matchAll(ENTITY), ([, name = "", one, two]) => [name, one ?? two ?? ""]);
  const predefined = new Set(["amp", "lt", "gt", "quot", "apos"]);
  return Object.fromEntries(own.slice(0, 64).filter(([name = ""]) => !predefined.has(name)));
}
