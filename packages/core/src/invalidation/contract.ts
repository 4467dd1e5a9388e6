/** Statuses of an invalidation, in order; the names are Cloudimage's. */
export const INVALIDATION_STATUSES = [
  "RECEIVED",
  "PREPARING",
  "FLUSHINGCLOUDIMAGESERVER",
  "FLUSHINGCDNSERVERS",
  "DONE",
  "ERROR_CDN_NODE",
  "ERROR",
] as const;
export type InvalidationStatus = (typeof INVALIDATION_STATUSES)[number];

/** Why an invalidation was asked for, as it is shown in the log. */
export interface Cause {
  /** "api", "console", "wordpress", "shopify", "contentful", "recheck", "settings", … */
  readonly kind: string;
  /** The event's own id in the system that caused it. */
  readonly id?: string;
  /** Where a person can look at the cause. */
  readonly link?: string;
  /** What a person wrote about it, for whoever reads the log. */
  readonly note?: string;
}

/** What an invalidation names: originals and folders, exact delivery URLs, tags, or everything of the project. */
export const INVALIDATION_SCOPES = ["original", "urls", "tags", "all"] as const;
export type InvalidationScope = (typeof INVALIDATION_SCOPES)[number];

/** Body of `POST /invalidate`; each list has 1 to 1,000 entries. */
export type InvalidationRequest =
  | {
      readonly scope: "original";
      /** Paths of originals; one that ends with `*` names every original whose path begins so. */
      readonly urls: readonly string[];
      /** An older form of the API: the variants that were meant. All variants of the originals are covered. */
      readonly transformations?: readonly string[];
      readonly cause?: Cause;
      /** Optional evidence: path → hex SHA-256 that the new bytes are expected to have. */
      readonly digests?: Readonly<Record<string, string>>;
    }
  | {
      readonly scope: "urls";
      /** Exact delivery URLs with their query. */
      readonly urls: readonly string[];
      readonly cause?: Cause;
    }
  | {
      readonly scope: "tags";
      /** Tags that the project's rules give to originals. */
      readonly tags: readonly string[];
      readonly cause?: Cause;
    }
  | { readonly scope: "all"; readonly cause?: Cause };

/** Answer of `POST /invalidate` (201). */
export interface InvalidationReceipt {
  readonly status: "success";
  readonly msg: string;
  readonly invalidation: {
    readonly status: InvalidationStatus;
    readonly uuid: string;
    readonly added_at: string;
  };
}

/** How one target of a stage ended. */
export interface TargetOutcome {
  readonly node: string;
  /** "skipped" is an instance that did not acknowledge and answers nothing from its caches until it has caught up. */
  readonly status: "waiting" | "done" | "failed" | "skipped";
  readonly attempts: number;
  /** Of an instance: invalidations it had still to apply. */
  readonly lag?: number;
  readonly at?: string;
  readonly error?: string;
  /** How a node was purged: by exact URLs, by their paths, by originals, by tags, or the whole project; `widened` says what is more than was asked for. */
  readonly by?: "urls" | "paths" | "originals" | "tags" | "project";
}

/** Where more is covered than was asked for. */
export interface Widening {
  /** As it stands in `urls` or `tags`. */
  readonly asked: string;
  /** What is covered instead: a path, or `/folder/*` with the folder in its normal form. */
  readonly covered: string;
}

/** What one node answered to a delivery URL after the purge. */
export interface ProbeSample {
  readonly node: string;
  /** Path and query of the delivery URL. */
  readonly path: string;
  readonly status: number;
  /** The number the answer was made under; null where the node gave none, which proves nothing. */
  readonly stamp: number | null;
  readonly cache: "hit" | "miss" | "pass" | "unknown";
}

/** What Done rests on. */
export interface Evidence {
  /** Originals named one by one whose bytes were compared before and after: how many changed, stayed the same, could not be compared. */
  readonly bytes: { readonly changed: number; readonly same: number; readonly unknown: number };
  /** Where the caller gave digests: how many of them match what the origin gives now. */
  readonly digests?: { readonly match: number; readonly differ: number; readonly unknown: number };
  /** Delivery URLs asked of the nodes after the purge. */
  readonly probes: {
    readonly asked: number;
    /** Answers older than the purge that were left when the node was given up. */
    readonly stale: number;
    /** Purges sent again because an answer was older. */
    readonly repeats?: number;
    /** The last answers of each node. */
    readonly samples?: readonly ProbeSample[];
  };
}

/** One entry of the log: `GET /invalidate/{uuid}` carries it under `invalidation`, `GET /invalidate` under `invalidations`. */
export interface InvalidationEntry {
  readonly status: InvalidationStatus;
  readonly uuid: string;
  readonly added_at: string;
  readonly scope: InvalidationScope;
  /** Cloudimage's shape: for `all`, `received` is null and `invalidated` is ["/*"] once done. Empty for `tags`. */
  readonly urls: {
    readonly received: readonly string[] | null;
    readonly invalidated: readonly string[];
    readonly failed: readonly string[];
  };
  /** For `tags` alone. */
  readonly tags?: readonly string[];
  readonly sequence: number;
  readonly cause: Cause;
  /** Who asked for it, as the log of changes calls them; null where nobody did. */
  readonly requested_by?: string | null;
  /** Who retried it last. */
  readonly retried_by?: string | null;
  readonly attempt: number;
  readonly done_at: string | null;
  readonly error: string | null;
  readonly stages: readonly {
    readonly status: InvalidationStatus;
    readonly at: string;
    readonly targets: readonly TargetOutcome[];
    /** What this stage covers beyond what was asked for; absent where it covers exactly that. */
    readonly widened?: readonly Widening[];
  }[];
  readonly evidence: Evidence | null;
}

/**
 * One step of an invalidation, as `GET /invalidate/events` tells it: the data of an event "progress". A step is told once it is
 * durable; where only targets of a stage have moved, the stage is told again.
 */
export interface InvalidationStep {
  readonly uuid: string;
  readonly sequence: number;
  readonly scope: InvalidationScope;
  readonly cause: Cause;
  readonly attempt: number;
  readonly status: InvalidationStatus;
  /** When the stage began. */
  readonly at: string;
  /** Those of the stage. */
  readonly targets: readonly TargetOutcome[];
  readonly error: string | null;
  readonly evidence: Evidence | null;
}

/** Answer of `GET /invalidate?limit=&cursor=`: newest first; `cursor` asks for the page after this one, null on the last. */
export interface InvalidationPage {
  readonly status: "success";
  readonly invalidations: readonly InvalidationEntry[];
  readonly cursor: string | null;
}

/** Answer of `GET /invalidate/reach`: what an invalidation reaches now. */
export interface InvalidationReach {
  readonly status: "success";
  /** Those that answer visitors. */
  readonly instances: readonly { readonly name: string; readonly state: "current" | "behind" | "skipped" }[];
  /** Those that are purged, and what Done rests on at each. */
  readonly nodes: readonly { readonly node: string; readonly ending: "fenced" | "probed" }[];
}

/** Error body of the Cloudimage-compatible routes. */
export interface InvalidationProblem {
  readonly status: "error";
  readonly code: string;
  readonly msg: string;
}
