import { dig, isJson } from "./asset.ts";
import { type DeliveryOptions, toDeliveryUrl } from "./delivery-url.ts";

/**
 * Addresses of pictures in running text: whole words only, so none inside another address, a delivery URL among them; without the
 * mark behind a sentence and the bracket around a link.
 */
const ADDRESS =
  /(?<=^|[\s"'<>()[\]\\`|])(?:https?:)?\/\/images\.(?:[a-z0-9-]+\.)*ctfassets\.net\/[^\s"'<>()[\]\\`|]*[^\s"'<>()[\]\\`|.,;:!?]/g;
const LONGEST_ADDRESS = 4_000;

/**
 * Turns the addresses of pictures in Markdown, HTML or plain text into delivery URLs. Everything else stays byte for byte, and a
 * second pass changes nothing.
 */
export function rewriteText(text: string, options: DeliveryOptions): string {
  return text.replace(ADDRESS, (address) => {
    if (address.length > LONGEST_ADDRESS) return address;
    const isEscaped = address.includes("&amp;");
    const url = toDeliveryUrl(isEscaped ? address.replaceAll("&amp;", "&") : address, options);
    if (url === undefined) return address;
    return isEscaped ? url.replaceAll("&", "&amp;") : url;
  });
}

/**
 * A copy of whatever an API answered in which pictures have delivery URLs: entries and assets of contentful.js with their links
 * resolved (in circles, too), answers of GraphQL, rich text. Texts are rewritten as `rewriteText` does.
 */
export function rewriteContent<Value>(value: Value, options: DeliveryOptions): Value {
  const copies = new Map<object, unknown>();
  const rewrite = (each: unknown): unknown => {
    if (typeof each === "string") return rewriteText(each, options);
    if (typeof each !== "object" || each === null) return each;
    const known = copies.get(each);
    if (known !== undefined) return known;
    if (Array.isArray(each)) {
      const list: unknown[] = [];
      copies.set(each, list);
      for (const inner of each) list.push(rewrite(inner));
      return list;
    }
    const copy: Record<string, unknown> = {};
    copies.set(each, copy);
    for (const [key, inner] of Object.entries(each)) copy[key] = rewrite(inner);
    const url = toDeliveryUrl(each, options);
    if (url !== undefined) putUrl(copy, url);
    else if (isNoPicture(each)) Object.assign(copy, { url: dig(each, "url") });
    return copy;
  };
  return rewrite(value) as Value;
}

/** A file that says that it is none: its address stays, though it may look like a picture's. */
function isNoPicture(value: unknown): boolean {
  const type = dig(value, "contentType");
  return typeof type === "string" && typeof dig(value, "url") === "string" && !type.startsWith("image/");
}

/** Where the address of an asset stands: in its file, or beside its id. */
function putUrl(copy: Record<string, unknown>, url: string): void {
  const file = dig(copy, "fields", "file");
  // A file in all locales holds no address of its own; its locales were rewritten as texts.
  if (isJson(file) && typeof file.url === "string") Object.assign(file, { url });
  else if (typeof copy.url === "string") copy.url = url;
}

/** Ids of the assets that an entry, a rich text or any answer links to or holds, each once, in the order in which they stand. */
export function assetIdsIn(value: unknown): readonly string[] {
  const ids = new Set<string>();
  const seen = new Set<object>();
  const look = (each: unknown): void => {
    if (typeof each !== "object" || each === null || seen.has(each)) return;
    seen.add(each);
    const { linkType, type, id } = (dig(each, "sys") ?? {}) as Readonly<Record<string, unknown>>;
    if ((linkType === "Asset" || type === "Asset") && typeof id === "string") ids.add(id);
    for (const inner of Object.values(each)) look(inner);
  };
  look(value);
  return [...ids];
}
