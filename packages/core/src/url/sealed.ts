import { type QueryPair, readQuery } from "./query.ts";

/**
 * The parameters that `ci_eqs` holds: base64 of a query, in the standard or the URL-safe alphabet, with or without padding.
 * Undefined for what is neither. Never throws.
 *
 * @example readSealed("dz0zMDA") // w=300
 */
export function readSealed(text: string): readonly QueryPair[] | undefined {
  const standard = text.replace(/-/g, "+").replace(/_/g, "/").replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(standard) || standard.length % 4 === 1) return undefined;
  try {
    const bytes = Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
    return readQuery(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** `ci_eqs` of a query: base64 in the URL-safe alphabet, without padding. */
export function writeSealed(query: string): string {
  const bytes = new TextEncoder().encode(query);
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
