import type { InvalidationEntry } from "@freshet/core";

/** `GET /instances` */
export interface InstanceList {
  /** The newest number of the journal. */
  readonly head: number;
  readonly instances: readonly Instance[];
}

interface Instance {
  readonly name: string;
  readonly role: "all" | "control" | "delivery";
  /** Invalidations it has still to apply. */
  readonly lag: number;
  readonly state: "current" | "behind" | "skipped";
  readonly seen_at: string;
}

/** An entry of `GET /nodes`. */
export interface CdnNode {
  readonly name: string;
  readonly state: "in_step" | "behind" | "failed" | "away";
  /** Invalidations it has still to be told of. */
  readonly waiting: number;
  readonly waiting_since?: string;
  readonly last_error?: { readonly at?: string; readonly reason: string };
  readonly heard_at?: string;
  readonly trouble?: string;
}

/** An entry of `GET /connectors`. */
export interface Connector {
  readonly id: string;
  readonly project: string;
  readonly kind: string;
  readonly state: "running" | "paused" | "failing";
  /** Seconds that its oldest event waits. */
  readonly lag: number;
  readonly waiting: number;
  readonly note?: string;
  readonly is_present: boolean;
  readonly seen_at: string;
}

/** What the log says about one project; undefined members are still on their way. */
export interface ProjectLog {
  readonly project: string;
  readonly newest: readonly InvalidationEntry[] | undefined;
  readonly failed: readonly InvalidationEntry[] | undefined;
}
