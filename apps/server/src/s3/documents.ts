import type { ListedObject, Listing } from "./outcomes.ts";

// S3's own documents are flat, machine-made XML without attributes that matter: an element is found by its name.

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The code of an error document, if it is one. */
export function errorCodeOf(xml: string): string | undefined {
  const code = textOf(xml.slice(0, 4_096), "Code");
  return code !== undefined && /^[A-Za-z0-9.]{1,64}$/.test(code) ? code : undefined;
}

/** A page of ListObjectsV2 that was asked for with `encoding-type=url`; undefined for anything else. */
export function readListing(xml: string): Listing | undefined {
  if (!xml.includes("<ListBucketResult")) return undefined;
  const isEncoded = textOf(xml, "EncodingType") === "url";
  const objects: ListedObject[] = [];
  for (const [, entry = ""] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const written = textOf(entry, "Key");
    const key = written !== undefined && isEncoded ? decoded(written) : written;
    const size = Number(textOf(entry, "Size"));
    if (key === undefined || !Number.isSafeInteger(size) || size < 0) return undefined;
    objects.push({
      key,
      size,
      etag: textOf(entry, "ETag"),
      lastModified: textOf(entry, "LastModified"),
    });
  }
  const isCut = textOf(xml, "IsTruncated") === "true";
  const next = isCut ? textOf(xml, "NextContinuationToken") : undefined;
  // A page that is not the last and does not say where it goes on would pass for the whole.
  return isCut && !next ? undefined : { kind: "listed", objects, next };
}

function textOf(xml: string, name: string): string | undefined {
  const begin = xml.indexOf(`<${name}>`);
  const end = begin === -1 ? -1 : xml.indexOf(`</${name}>`, begin);
  return end === -1 ? undefined : unescaped(xml.slice(begin + name.length + 2, end));
}

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
