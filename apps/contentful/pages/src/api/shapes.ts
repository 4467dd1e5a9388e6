// What the connector answers, as ../../../API.md says it.

export interface Policy {
  readonly follow: boolean;
  readonly replaced: "purge" | "re-version";
  readonly unpublished: "purge" | "block";
  readonly deleted: "purge" | "block";
  readonly warm: readonly string[];
}

export interface ShownSecret {
  readonly last4: string;
  readonly fingerprint: string;
}

export interface Comparison {
  readonly state: "wanted" | "running" | "done";
  readonly begun_at: string | null;
  readonly ended_at: string | null;
  readonly seen: number;
  readonly differences: number;
  readonly wanted_by: string | null;
}

export const EVENT_STATES = ["received", "invalidating", "nothing-to-do", "done", "failed"] as const;
export type EventState = (typeof EVENT_STATES)[number];

export interface EventLine {
  readonly event: string;
  readonly topic: string;
  readonly subject: string | null;
  readonly came_by: "event" | "comparison" | "editor";
  readonly received_at: string;
  readonly state: EventState;
  readonly changed_at: string | null;
  readonly invalidations: readonly string[];
  readonly reason: string | null;
}

export interface Status {
  readonly space: string;
  readonly environment: {
    readonly asked: string;
    readonly resolved: string;
    readonly delivered: string;
    readonly is_delivered: boolean;
  };
  readonly project: string;
  readonly endpoint: string;
  readonly events_url: string;
  readonly can: { readonly administer: boolean };
  readonly is_off: boolean;
  readonly policy: Policy;
  readonly api_key: (ShownSecret & { readonly from: "app" | "file" }) | null;
  readonly webhook_secrets: readonly ShownSecret[];
  readonly can_compare: boolean;
  readonly events: {
    readonly by_state: Readonly<Partial<Record<EventState, number>>>;
    readonly waiting_since: string | null;
    readonly waiting_for: string | null;
    readonly last: EventLine | null;
  };
  readonly assets: Readonly<Record<string, number>>;
  readonly comparison: Comparison | null;
  readonly comparison_error: string | null;
}

export interface Check {
  readonly check: "server" | "contentful" | "events";
  readonly ok: boolean;
  readonly sentence: string;
}

export interface AssetFile {
  readonly locale: string;
  readonly original: string;
  readonly version: string;
  readonly delivery_url: string;
  readonly content_type: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly file_name: string;
  readonly is_blocked: boolean;
}

export interface StableId {
  readonly locale: string | null;
  readonly original: string;
  readonly delivery_url: string;
  readonly stands_for: string | null;
  readonly is_blocked: boolean;
}

export interface Block {
  readonly asset: string;
  readonly original: string;
  readonly by: "policy" | "editor";
  readonly reason: string;
  readonly at: string;
}

export const ASSET_STATES = ["published", "unpublished", "archived", "deleted"] as const;
export type AssetState = (typeof ASSET_STATES)[number];

export interface Asset {
  readonly asset: string;
  readonly title: string | null;
  readonly state: AssetState | "unknown";
  readonly changed_at?: string;
  readonly files: readonly AssetFile[];
  readonly stable: readonly StableId[];
  readonly blocks: readonly Block[];
  readonly uses: number;
}

export interface Use {
  readonly asset: string;
  readonly entry: string;
  readonly content_type: string | null;
}

export interface Asked {
  readonly asset: string;
  readonly event: string;
}
