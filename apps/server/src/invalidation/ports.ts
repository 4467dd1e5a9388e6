import type { CdnDriver, ProbeRequest } from "@freshet/core";
import type { Store } from "@freshet/store";
import type { Coverage } from "../cache/coverage.ts";
import type { Mark } from "../cache/mark.ts";
import type { Sampling } from "../delivery/recent-urls.ts";
import type { InstancePorts } from "../instances/ports.ts";
import type { Executor } from "../projects/feed.ts";
import type { Prefix } from "../projects/prefixes.ts";
import type { Project, Projects } from "../projects/project.ts";
import type { Counted } from "./census.ts";
import type { Covered } from "./log.ts";
import type { Seen } from "./seen.ts";
import type { Tuning } from "./tuning.ts";
import type { ListedPaths } from "./wanted.ts";

/** An original as an invalidation names it. */
export interface OriginalTarget {
  /** Normal form, e.g. "demo/127.0.0.1:9000/media/a.jpg". */
  readonly name: string;
  /** "o-" and 16 hex digits of the SHA-256 of the normal form. */
  readonly tag: string;
}

/** What re-reading an original after its invalidation showed. */
export interface Reread {
  /** Whether the bytes differ from those known before the invalidation; "unknown" when there was nothing to compare. */
  readonly bytes: "changed" | "same" | "unknown";
  /** Hex SHA-256 of the bytes the origin gives now; undefined when it gave none. */
  readonly digest: string | undefined;
}

/** What the invalidation needs of the delivery side. */
export interface Delivery {
  /** The target a normalised invalidation path names in this project. */
  nameOriginal(project: Project, path: string): OriginalTarget;
  /** Everything by which an invalidation may cover the original that a normalised path names. */
  coverOf(project: Project, path: string): Covered;
  /** What a normalised path with a wildcard names. */
  namePrefix(project: Project, path: string): readonly Prefix[];
  /** Tag that every answer of the project carries: "t-" and 16 hex digits. */
  projectTag(project: string): string;
  /**
   * Reads every record of the original anew from its origin (unconditional GET) if it is covered, or in any case with
   * `force`; a few at a time, and none any more once the signal is aborted. An original nobody asked for yet is left alone:
   * { bytes: "unknown", digest: undefined }.
   */
  reread(target: OriginalTarget, options: { readonly force: boolean }, signal: AbortSignal): Promise<Reread>;
  /** Delivery URLs seen lately of what these targets cover, newest first. */
  recentUrls(marks: readonly Mark[], sampling: Sampling): readonly ProbeRequest[];
}

/**
 * How far this data folder has come in the journal, kept outside of the database: a database restored from a backup must not
 * give numbers out again that records and nodes already carry.
 */
export interface Remembered {
  read(): Promise<Seen>;
  write(seen: Seen): Promise<void>;
}

/** What the invalidation needs of the settings that the store keeps. */
export interface Settings {
  /** What was committed before is in force when it resolves. */
  refresh(): Promise<void>;
  /** Names of all projects there ever were. */
  names(db: Executor): Promise<readonly string[]>;
}

/** Everything the invalidation side is built from. */
export interface InvalidationPorts {
  readonly store: Store;
  readonly coverage: Coverage;
  readonly projects: Projects;
  /** Absent where all settings are those of the configuration. */
  readonly settings?: Settings;
  readonly delivery: Delivery;
  readonly drivers: readonly CdnDriver[];
  /** Absent where every node knows tags. */
  readonly listed?: ListedPaths;
  /** Absent: the only process on the store. */
  readonly instance?: InstancePorts;
  /** Nothing is remembered where it is absent: for a store that lives and dies with its caches. */
  readonly remembered?: Remembered;
  /** Milliseconds for which ended invalidations stay in the journal; 30 days where it is absent. */
  readonly keepMs?: number;
  /** Milliseconds for which changes stay in the log; for ever where it is absent. */
  readonly keepAuditMs?: number;
  /** Told of what this process carried to its end, some at a time. */
  readonly counted?: (some: readonly Counted[]) => void;
  /** Differs from `TUNING` in tests only. */
  readonly tuning?: Partial<Tuning>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}
