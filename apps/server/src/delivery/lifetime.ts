import type { VersionTrust } from "../cache/succession.ts";
import type { Project } from "../projects/project.ts";

/** Longest life of an answer under a content version that is not the bytes' own. */
const UNMATCHED_SECONDS = 10;
const YEAR_SECONDS = 31_536_000;
/** Longest that `ci_cache` may ask for where the project does not say. */
const PER_URL_SECONDS = 86_400;

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
 * an invalidation overtook, is kept nowhere; what may be older than its version or its invalidation only for seconds; what ends
 * by itself not beyond its end; and what a better answer will follow not long by whoever should have that one.
 */
export function lifetimeOf(
  answer: {
    readonly trust: VersionTrust;
    readonly covered: boolean;
    /** Seconds that are left of the doubt whether an old cache gave the bytes; undefined without doubt. */
    readonly doubtful: number | undefined;
    /** Whether the answer carries a tag for everything that can cover it: nodes keep only what they can find again. */
    readonly findable: boolean;
    /** What the URL itself asks for in seconds; undefined for nothing. */
    readonly wish?: number | undefined;
    /** Seconds until the URL ends; undefined for a URL without an end. */
    readonly left?: number | undefined;
    /** Another setting of the project would be another picture. */
    readonly bySettings?: boolean;
    /** Present for a first answer that a better one will follow: how many seconds it is kept at most until then, by whom it says. */
    readonly first?: { readonly cdn: number; readonly browser?: number };
    /** It was made for one visitor, whom its origin was told of. */
    readonly isForOne?: boolean;
  },
  cache: Project["cache"],
): Lifetime {
  if (answer.isForOne) return NO_STORE;
  if (answer.covered || answer.trust === "unconfirmed") return NO_STORE;
  const { left = YEAR_SECONDS, bySettings = false, first } = answer;
  if (left <= 0) return NO_STORE;
  const { perUrl = PER_URL_SECONDS } = cache;
  const wish = answer.wish === undefined || perUrl === 0 ? undefined : Math.min(answer.wish, perUrl);
  const mostOf = (seconds: number, usual: number, most = YEAR_SECONDS) =>
    Math.min(seconds, wish ?? usual, left, most);
  const browser = (seconds: number) => `public, max-age=${mostOf(seconds, cache.browser, first?.browser)}`;
  const cdn = (seconds: number) =>
    answer.findable ? `max-age=${mostOf(seconds, cache.cdn, first?.cdn)}` : "no-store";
  if (answer.doubtful !== undefined || answer.trust === "unmatched") {
    const bound = Math.min(answer.doubtful ?? UNMATCHED_SECONDS, UNMATCHED_SECONDS);
    return { cacheControl: browser(bound), cdnCacheControl: cdn(bound), keep: false };
  }
  const isImmutable =
    answer.trust === "exact" &&
    wish === undefined &&
    answer.left === undefined &&
    !bySettings &&
    first?.browser === undefined;
  return {
    cacheControl: isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : browser(YEAR_SECONDS),
    cdnCacheControl: cdn(YEAR_SECONDS),
    // What says in its head how long it has left is true once.
    keep: answer.left === undefined,
  };
}
