/** `GET /connectors` */
export interface Connector {
  readonly id: string;
  readonly project: string;
  /** The CMS: "wordpress", "shopify", "contentful" or another one. */
  readonly kind: string;
  readonly state: "running" | "paused" | "failing";
  /** Seconds that the oldest event waits. */
  readonly lag: number;
  readonly waiting: number;
  readonly note?: string;
  readonly version?: string;
  readonly status_url?: string;
  /** Seconds. */
  readonly ttl: number;
  readonly is_present: boolean;
  readonly registered_at: string;
  readonly seen_at: string;
}

/** The walk over everything that a site has. */
export interface Walk {
  readonly state: string;
  readonly pass: number;
  readonly steps: number;
  readonly total?: number;
  readonly originals: number;
  readonly found: number;
  readonly started_at?: string;
  readonly finished_at?: string;
  readonly error?: string;
}

/** A site in `GET /connectors/{id}/status`. */
export interface Site {
  readonly site: string;
  readonly state: string;
  readonly lag_ms: number;
  readonly error?: string;
  readonly pulled_at?: string;
  readonly reconcile?: Walk;
}

/** States of an event, in order. */
export const EVENT_STATES = ["received", "invalidating", "nothing-to-do", "done", "failed"] as const;

/** A line of `GET /connectors/{id}/events`. */
export interface ConnectorEvent {
  readonly site: string;
  readonly event: string;
  readonly subject?: string;
  readonly link?: string;
  readonly via: string;
  readonly received_at: string;
  readonly state: string;
  readonly changed_at: string;
  readonly invalidations: readonly string[];
  readonly remark?: string;
}
