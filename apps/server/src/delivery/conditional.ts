/** Whether `If-None-Match` names the entity tag (weak comparison, as RFC 9110 §13.1.2 wants it). */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch.trim() === "*") return true;
  // Lists are as long as anybody likes.
  if (!ifNoneMatch.includes(etag)) return false;
  return ifNoneMatch.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}

/** A part of a body: first and last byte, or "unsatisfiable"; undefined means the whole body is to be sent. */
export type ByteRange = { readonly first: number; readonly last: number } | "unsatisfiable" | undefined;

/** Reads `Range` with its `If-Range` (RFC 9110 §14): one range of bytes; several, other units and malformed ones are ignored. */
export function rangeOf(
  headers: { readonly range: string | undefined; readonly ifRange: string | undefined },
  etag: string,
  size: number,
): ByteRange {
  if (headers.range === undefined || (headers.ifRange !== undefined && headers.ifRange.trim() !== etag))
    return undefined;
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/.exec(headers.range);
  if (!match) return undefined;
  const [, from = "", to = ""] = match;
  if (from === "" && to === "") return undefined;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "unsatisfiable" : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return undefined;
  return first >= size ? "unsatisfiable" : { first, last };
}
