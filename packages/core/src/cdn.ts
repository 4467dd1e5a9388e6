/** What a driver is asked to forget. Everything made under a number lower than `sequence` is old. */
export interface Purge {
  /** The invalidation's number: a node that can fence refuses older stamps. */
  readonly sequence: number;
  /** Name of the project the targets belong to. */
  readonly project: string;
}

/** Cache tags, each a letter, "-" and 16 hex digits, e.g. "o-9c1f03ab12cd34ef". */
export interface TagPurge extends Purge {
  readonly tags: readonly string[];
}

/** Absolute delivery URLs, query included. */
export interface UrlPurge extends Purge {
  readonly urls: readonly string[];
}

/** Paths of originals as `POST /invalidate` takes them, e.g. "/_media_/hat.jpg"; each stands for all its variants. */
export interface OriginalPurge extends Purge {
  readonly originals: readonly string[];
}

/** The whole project: its tag carries the floor. Never a whole zone unless the node is configured as dedicated. */
export interface ProjectPurge extends Purge {
  readonly tag: string;
}

/** What a node serves now. */
export interface Probe {
  readonly status: number;
  /** `Freshet-Stamp` of the answer: the number it was made under; undefined where the node gave none. */
  readonly stamp: number | undefined;
  readonly etag: string | undefined;
  readonly cache: "hit" | "miss" | "pass" | "unknown";
}

/** A delivery URL as a visitor asks for it. */
export interface ProbeRequest {
  /** Path and query, raw, beginning with "/". */
  readonly path: string;
  readonly host: string | undefined;
  readonly accept: string | undefined;
  /** Reads the answer to its end, so that the node keeps all of it. */
  readonly isWhole?: true;
}

/** A token bucket: so many at once, and so many a second after that. */
export interface Bucket {
  readonly size: number;
  readonly perSecond: number;
}

/** What the caller keeps, so that no driver has to: sizes of calls, and how many. */
export interface CdnLimits {
  /** Targets per call. */
  readonly batch: number;
  /** URLs per call, where they are not as many as tags. */
  readonly urls?: number;
  /** Bytes of a call's targets as a JSON list. */
  readonly bytes?: number;
  /** Calls in any minute. */
  readonly perMinute?: number;
  readonly calls?: Bucket;
  /** Targets, of all calls together. */
  readonly targets?: Bucket;
  /** Nodes that say the same count together; shown nowhere. Absent: the node counts by itself. */
  readonly account?: string;
  /** Milliseconds that a purge takes to reach every place. */
  readonly settleMs?: number;
}

/** Names of headers as the maker spells them. */
export interface CdnReads {
  readonly tags?: { readonly header: string; readonly separator: " " | "," };
  /** Where it reads for how long it may keep an answer; "s-maxage" stands in Cache-Control itself, for every shared cache on the way. */
  readonly lifetime?: "Surrogate-Control" | "s-maxage";
}

/**
 * Teaches Freshet one kind of CDN node. One instance is one node (a bought zone counts as one).
 * A missing method means the node cannot do it; a driver never widens a purge. A purge that was not
 * carried out rejects with an error whose message names the reason; the caller repeats it, so every
 * purge may arrive twice or late and must then change nothing.
 */
export interface CdnDriver {
  /** The node's name in the log, e.g. "varnish http://127.0.0.1:6081". */
  readonly name: string;
  /** What Done rests on: the node compares stamps itself ("fenced"), or samples were read ("probed"). */
  readonly ending: "fenced" | "probed";
  readonly limits: CdnLimits;
  /** In which headers the node reads an answer's tags and lifetime, beside those that every answer has. */
  readonly reads?: CdnReads;
  purgeTags?(purge: TagPurge, signal: AbortSignal): Promise<void>;
  purgeUrls?(purge: UrlPurge, signal: AbortSignal): Promise<void>;
  /**
   * What `purgeUrls` forgets: "path" is every URL of the host that differs in its query alone, so that the log shows it as more
   * than was asked for. Absent: exactly the URL.
   */
  readonly urlsCover?: "path";
  purgeOriginals?(purge: OriginalPurge, signal: AbortSignal): Promise<void>;
  purgeProject?(purge: ProjectPurge, signal: AbortSignal): Promise<void>;
  probe?(request: ProbeRequest, signal: AbortSignal): Promise<Probe>;
  /**
   * Gives a node that does not know its fence (just started, configuration just loaded) the journal's head as its
   * base number; such a node passes everything until then. A node that knows its fence keeps it. Called at start and
   * every few seconds. Resolves to what the node said it was before, and to the newest number it has heard where it says it:
   * a journal that was restored from a backup is raised above it. A node that keeps objects over a restart asks for what was
   * invalidated lately, where that is offered, so that they need not all count as old.
   */
  join?(head: number, signal: AbortSignal, recent?: () => Promise<Recent>): Promise<JoinAnswer>;
}

/** What was invalidated lately, read when it is asked for and not before. */
export interface Recent {
  /** The journal's head. */
  readonly head: number;
  /** Through this number nothing is listed: what was made earlier counts as old. */
  readonly since: number;
  /** Every tag that an invalidation covered after `since` and through `head`. */
  readonly tags: readonly string[];
}

/** What a node says when it is given its base number. */
export interface JoinAnswer {
  readonly was: "joined" | "known";
  readonly newest?: number;
}
