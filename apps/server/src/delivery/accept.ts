import { acceptedFormats, namesType } from "@freshet/core";
import { LRUCache } from "lru-cache";

/** Of `Accept` there are hundreds, each browser's always the same: reading one again costs a look-up. */
const classes = new LRUCache<string, string>({ max: 1_000 });

/** Longer headers are nobody's: they are read each time instead of being remembered. */
const LONGEST = 500;

/** Folds an `Accept` header into the few texts that lead to different answers. Part of the key of the memory tier. */
export function acceptClass(accept: string | undefined): string {
  if (accept === undefined) return "";
  const known = classes.get(accept);
  if (known !== undefined) return known;
  const webm = namesType(accept, "video/webm") ? ["webm"] : [];
  const read = [...acceptedFormats(accept), ...webm].join(" ");
  if (accept.length <= LONGEST) classes.set(accept, read);
  return read;
}
