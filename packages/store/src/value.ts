import { StoreError } from "./errors.ts";

/** A value that every engine can hold. */
export type StoredValue = null | number | bigint | string | Uint8Array;

/**
 * A parameter in the form that both engines hold alike: truth values are 1 and 0. PostgreSQL's text has no character 0, so
 * it becomes U+FFFD everywhere, as half a surrogate pair does: a stranger's text is stored and looked up under the same form.
 * @throws StoreError STORE_BROKEN for anything else, such as an object: write JSON as text.
 */
export function storedValue(value: unknown): StoredValue {
  if (typeof value === "string") return value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === null || typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Uint8Array) return value;
  throw new StoreError("STORE_BROKEN", `a parameter is ${typeof value}, not a number, text, bytes or null`);
}
