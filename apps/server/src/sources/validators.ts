import type { Validators } from "./source.ts";

const STRONG = /^"[\x21\x23-\x7e\x80-\xff]*"$/;

/** A Last-Modified is proof only this long before the answer's Date: a file may change twice within one tick of it. */
const PROOF_MS = 60_000;

/**
 * The condition that makes a request answerable by 304, or undefined where the validators prove nothing: only a
 * strong ETag, or a Last-Modified at least 60 s older than the answer's own Date, stands for bytes.
 */
export function conditionOf(
  validators: Validators | undefined,
): Readonly<Record<string, string>> | undefined {
  if (validators === undefined) return undefined;
  const { etag, lastModified, date } = validators;
  if (etag !== undefined && isStrong(etag)) return { "if-none-match": etag };
  if (lastModified === undefined || date === undefined) return undefined;
  const apart = Date.parse(date) - Date.parse(lastModified);
  return apart >= PROOF_MS ? { "if-modified-since": lastModified } : undefined;
}

export function isStrong(etag: string): boolean {
  return STRONG.test(etag);
}

/** The validators of an answer of `url`, given its headers. */
export function validatorsOf(url: string, header: (name: string) => string | undefined): Validators {
  const etag = header("etag");
  const lastModified = header("last-modified");
  const date = header("date");
  return {
    url,
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
    ...(date !== undefined && { date }),
  };
}
