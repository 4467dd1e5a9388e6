import { percentEncode } from "./url/percent.ts";
import { readQuery } from "./url/query.ts";

/** The content version of bytes with this hex SHA-256: "c" and its first 12 digits. */
export function versionOfDigest(hexSha256: string): string {
  const digest = hexSha256.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digest))
    throw new TypeError("A digest is 64 hex digits: give the SHA-256 of the bytes.");
  return `c${digest.slice(0, 12)}`;
}

/** The content version of these bytes. */
export async function versionOfBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return versionOfDigest(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
}

/** Whether a version was derived from bytes, so that delivery can check it. */
export function isContentVersion(version: string): boolean {
  return /^c[0-9a-f]{12}$/.test(version);
}

/**
 * The same delivery URL under this version: an earlier `vh` is replaced, every other byte stays.
 *
 * @example addVersion("/v7/sample.li/a.jpg?w=400", "c1f2e3d4c5b6a") // "/v7/sample.li/a.jpg?w=400&vh=c1f2e3d4c5b6a"
 */
export function addVersion(url: string, version: string): string {
  const { path, query, fragment } = split(url);
  const kept = query
    .split(/(?=[?&])/)
    .filter((item) => !/^[?&]?(?:amp;)?vh(?:=|$)/.test(item))
    .join("")
    .replace(/^[?&]+|(?<![?&])[?&]+$/g, "");
  return `${path}?${kept}${kept === "" ? "" : "&"}vh=${percentEncode(version)}${fragment}`;
}

/** `vh` of a delivery URL, decoded; undefined if there is none. */
export function readVersion(url: string): string | undefined {
  return readQuery(split(url).query).findLast(({ name }) => name === "vh")?.value || undefined;
}

function split(url: string): { path: string; query: string; fragment: string } {
  const hash = url.indexOf("#");
  const [whole, fragment] = hash < 0 ? [url, ""] : [url.slice(0, hash), url.slice(hash)];
  const mark = whole.indexOf("?");
  return mark < 0
    ? { path: whole, query: "", fragment }
    : { path: whole.slice(0, mark), query: whole.slice(mark + 1), fragment };
}
