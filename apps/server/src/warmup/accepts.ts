import type { OutputFormat, Transformation } from "@freshet/core";

/** What every browser of today takes: an answer that is kept for one of them is kept under these names. */
const OF_TODAY: readonly OutputFormat[] = ["avif", "webp"];

/**
 * The `Accept` headers that lead to the different answers of a URL, best first: what a browser of today sends, then what one sends that
 * takes the project's formats only from the second on, and so forth; at last one that names none. The first stands for every URL whose
 * answer does not depend on `Accept`, and for one that names its format itself.
 */
export function acceptsOf(
  formats: readonly OutputFormat[],
  encode: Transformation["encode"],
): readonly string[] {
  const first = acceptOf([...new Set([...OF_TODAY, ...formats])]);
  if ((encode?.force_format ?? []).length > 0 || formats.length === 0) return [first];
  return [first, ...formats.slice(1).map((_, at) => acceptOf(formats.slice(at + 1))), "*/*"];
}

const acceptOf = (formats: readonly OutputFormat[]) =>
  [...formats.map((format) => `image/${format}`), "*/*;q=0.8"].join(",");
