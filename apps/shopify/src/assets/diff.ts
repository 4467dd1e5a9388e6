/** What Shopify says of an image now. Times are milliseconds since the epoch, sizes pixels and bytes. */
export interface SeenImage {
  readonly path: string;
  /** Its id: a MediaImage of Files, or whatever carries an image that is no file, such as a collection. */
  readonly gid: string;
  readonly kind: "file" | "collection" | "article";
  readonly url: string;
  readonly version: string | undefined;
  readonly updatedAt: number;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly bytes: number | undefined;
}

/** What is remembered of it. */
export interface KnownImage {
  readonly path: string;
  readonly version: string | undefined;
  readonly updatedAt: number;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly bytes: number | undefined;
  readonly isGone: boolean;
}

/**
 * - `new`: not seen before, or gone and back
 * - `replaced`: other bytes under the same path
 * - `moved`: another path
 * - `unsure`: something was edited, and only the bytes can tell whether they were
 * - `older`: read before what is already known
 */
export type Verdict = "new" | "same" | "replaced" | "moved" | "unsure" | "older";

/** Compares in the order of what is surest: version and path, then sizes, then nothing but the bytes themselves. */
export function compare(known: KnownImage | undefined, seen: SeenImage): Verdict {
  if (known === undefined) return "new";
  // Two readers may finish in the other order than they began.
  if (seen.updatedAt < known.updatedAt) return "older";
  if (known.isGone) return "new";
  if (seen.path !== known.path) return "moved";
  if (seen.version !== known.version) return "replaced";
  if (seen.updatedAt === known.updatedAt) return "same";
  const isOther = (["width", "height", "bytes"] as const).some(
    (size) => seen[size] !== undefined && known[size] !== undefined && seen[size] !== known[size],
  );
  if (isOther) return "replaced";
  // The time is the collection's own, whose contents change all the time; of a file it is the file's.
  if (seen.kind !== "file") return "same";
  // Newer, same version, same sizes: the text about it was edited, or the same number of other bytes was put.
  return "unsure";
}
