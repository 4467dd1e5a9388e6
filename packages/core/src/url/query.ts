import { percentDecode } from "./percent.ts";

/** One item of a query: as it was sent, and decoded once. */
export interface QueryPair {
  /** The item as sent, e.g. `gravity=10%2C20`. */
  readonly raw: string;
  readonly name: string;
  readonly value: string;
}

/**
 * Reads a query as clients really write it: empty items are skipped, a later `?` separates like `&`, `&amp;` counts
 * as `&`, malformed escapes stay as they are, `+` stays a plus. Keeps order and duplicates; never throws.
 *
 * @example readQuery("?w=400&&h=300") // w=400, h=300
 */
export function readQuery(text: string): readonly QueryPair[] {
  return text
    .split(/[?&]/)
    .map((item) => (item.startsWith("amp;") ? item.slice(4) : item))
    .filter((item) => item !== "" && item !== "=")
    .map(readPair);
}

/** Reads an original's own query: only `&` separates, and nothing is repaired. */
export function readOriginQuery(text: string): readonly QueryPair[] {
  return text
    .split("&")
    .filter((item) => item !== "")
    .map(readPair);
}

/** Of several values for one name the last counts. */
export function lastValue(pairs: readonly QueryPair[], name: string): string | undefined {
  return pairs.findLast((pair) => pair.name === name)?.value;
}

function readPair(raw: string): QueryPair {
  const equals = raw.indexOf("=");
  const [name, value] = equals < 0 ? [raw, ""] : [raw.slice(0, equals), raw.slice(equals + 1)];
  return { raw, name: percentDecode(name), value: percentDecode(value) };
}
