import type { VersionTrust } from "../cache/succession.ts";
import type { Project } from "../projects/project.ts";

/** Longest life of an answer under a content version that is not the bytes' own. */
const UNMATCHED_SECONDS = 10;
const YEAR_SECONDS = 31_536_000;

/** `Cache-Control` for browsers and everyone, `CDN-Cache-Control` (RFC 9213) for the nodes we can reach. */
export interface Lifetime {
  readonly cacheControl: string;
  readonly cdnCacheControl: string;
  /** Whether this server's own memory may keep the finished answer. */
  readonly keep: boolean;
}

const NO_STORE: Lifetime = { cacheControl: "no-store", cdnCacheControl: "no-store", keep: false };

/**
 * How long an answer may be kept. A version that is true to the bytes makes the URL immutable; what nobody could confirm, and what
 * an invalidation overtook, is kept nowhere; what may be older than its version or its invalidation only for seconds.
 */
export function lifetimeOf(
  answer: {
    readonly trust: VersionTrust;
    readonly covered: boolean;
    /** Seconds that are left of the doubt whether an old cache gave the bytes; undefined without doubt. */
    readonly doubtful: number | undefined;
    /** Whether the answer carries a tag for everything that can cover it: nodes keep only what they can find again. */
    readonly findable: boolean;
    /** It was made for one visitor, whom its origin was told of. */
    readonly isForOne?: boolean;
  },
  cache: Project["cache"],
): Lifetime {
  if (answer.isForOne) return NO_STORE;
  if (answer.covered || answer.trust === "unconfirmed") return NO_STORE;
  const cdn = (seconds: number) => (answer.findable ? `max-age=${seconds}` : "no-store");
  if (answer.doubtful !== undefined || answer.trust === "unmatched") {
    const bound = Math.min(answer.doubtful ?? UNMATCHED_SECONDS, UNMATCHED_SECONDS);
    return {
      cacheControl: `public, max-age=${Math.min(bound, cache.browser)}`,
      cdnCacheControl: cdn(Math.min(bound, cache.cdn)),
      keep: false,
    };
  }
  const browser =
    answer.trust === "exact"
      ? `public, max-age=${YEAR_SECONDS}, immutable`
      : `public, max-age=${cache.browser}`;
  return { cacheControl: browser, cdnCacheControl: cdn(cache.cdn), keep: true };
}
