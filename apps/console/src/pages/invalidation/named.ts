import type { InvalidationEntry } from "@freshet/core";
import { SCOPE_WORDS } from "./words.ts";

/** What an invalidation names, as it was sent: paths, URLs or tags; nothing where it is everything. */
export function namedBy({
  scope,
  tags,
  urls,
}: Pick<InvalidationEntry, "scope" | "tags" | "urls">): readonly string[] {
  if (scope === "tags") return tags ?? [];
  return scope === "all" ? [] : (urls.received ?? []);
}

/** The scope in a word; folders are originals with a wildcard to the API. */
export function scopeWord(entry: Pick<InvalidationEntry, "scope" | "tags" | "urls">): string {
  const named = namedBy(entry);
  const isFolder =
    entry.scope === "original" && named.length > 0 && named.every((each) => each.endsWith("*"));
  return isFolder ? "Folder" : (SCOPE_WORDS[entry.scope] ?? entry.scope);
}

/** Only what a page of another site may be opened from: no script, no file. */
export function safeLink(link: string | undefined): string | undefined {
  const url = link === undefined ? null : URL.parse(link);
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : undefined;
}
