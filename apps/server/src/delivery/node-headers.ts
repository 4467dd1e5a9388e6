import type { CdnReads } from "@freshet/core";
import type { Lifetime } from "./lifetime.ts";
import type { AnswerTags } from "./tags.ts";

/** What answers say to the nodes in front: by which tags they can be found, and how long they may be kept. */
export interface NodeHeaders {
  /** Names and values in turn. */
  tags(of: AnswerTags): readonly string[];
  /** The same, `Cache-Control` for browsers among them. What is not listed yet no node may keep. */
  lifetime(of: Pick<Lifetime, "cacheControl" | "cdnCacheControl">, isListed: boolean): readonly string[];
}

type Separator = " " | "," | " , ";

/** Headers that every answer has; what Varnish and nginx read is among them. */
const USUAL: readonly (readonly [header: string, separator: Separator])[] = [
  ["xkey", " "],
  ["Surrogate-Key", " "],
  ["Cache-Tag", ","],
];

/**
 * Headers for these nodes. Each tag header has the maker's own spelling. Where two makers share a name and one splits at spaces, the other at
 * commas, tags have both between them: lists of HTTP may have spaces around commas, and a comma alone is a tag that nobody purges.
 */
export function createNodeHeaders(reads: readonly CdnReads[] = []): NodeHeaders {
  const headers = new Map(USUAL);
  const wanted = reads.flatMap(({ tags }) => (tags ? [tags] : []));
  for (const [header, some] of Map.groupBy(wanted, ({ header }) => spellingOf(header))) {
    const separators = new Set(some.map(({ separator }) => separator));
    const [only = ","] = separators;
    headers.set(header, separators.size > 1 ? " , " : only);
  }
  const isBought = reads.length > 0;
  const isSurrogate = reads.some(({ lifetime }) => lifetime === "Surrogate-Control");
  const isShared = reads.some(({ lifetime }) => lifetime === "s-maxage");
  return {
    tags({ tags }) {
      const joined = (separator: Separator) => tags.join(separator);
      return [
        ...[...headers].flatMap(([header, separator]) => [header, joined(separator)]),
        "Cache-Groups",
        tags.map((tag) => `"${tag}"`).join(", "),
      ];
    },
    lifetime({ cacheControl, cdnCacheControl }, isListed) {
      const forNodes = isListed ? cdnCacheControl : "no-store";
      const forBrowsers = isBought ? forShared(cacheControl, forNodes, isShared) : cacheControl;
      return [
        ...["Cache-Control", forBrowsers, "CDN-Cache-Control", forNodes],
        ...(isSurrogate ? ["Surrogate-Control", forNodes] : []),
      ];
    },
  };
}

/** Names of headers are the same however they are written; the usual spelling stays. */
function spellingOf(header: string): string {
  return USUAL.find(([usual]) => usual.toLowerCase() === header.toLowerCase())?.[0] ?? header;
}

/** For CDNs that read Cache-Control alone: what they may not keep is private, what they may they are told, where they hide it. */
function forShared(cacheControl: string, forNodes: string, isShared: boolean): string {
  const [, seconds] = /^max-age=(\d+)$/.exec(forNodes) ?? [];
  if (seconds === undefined) return cacheControl.replace(/^public\b/, "private");
  return isShared ? `${cacheControl}, s-maxage=${seconds}` : cacheControl;
}
