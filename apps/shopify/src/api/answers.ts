// What the API answers, as the pages read it. API.md explains it; times are ISO 8601 or null.

/** One step of the onboarding. */
export interface Step {
  readonly id: "access" | "project" | "storefront" | "images" | "embed";
  /** `working`: the app does it; `todo`: the merchant does it; `blocked`: whoever runs the app does it. */
  readonly state: "done" | "working" | "todo" | "blocked";
  /** One sentence: what was done, or what is left and who does it. */
  readonly note: string;
}

export type EmbedStatus = "active" | "available" | "unavailable";

export interface EmbedAnswer {
  readonly status: EmbedStatus | null;
  readonly told_at: string | null;
  readonly activate_url: string;
}

export interface ShopAnswer {
  readonly domain: string;
  readonly name: string | null;
  readonly origins: readonly string[];
  readonly state: "active" | "uninstalled";
  readonly installed_at: string | null;
  readonly is_on: boolean;
  /** What delivery was told last: `served`, or `redirect` to Shopify; null before it was told anything. */
  readonly delivery: string | null;
  readonly project: string | null;
  readonly endpoint: string | null;
}

export interface SweepAnswer {
  readonly state: "never" | "running" | "done" | "failed";
  readonly seen: number;
  readonly total: number | null;
  readonly changed: number;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly error: string | null;
  readonly by: "bulk" | "pages" | null;
}

export interface CountsAnswer {
  readonly present: number;
  readonly gone: number;
  readonly changed: number;
  readonly changed_since: string | null;
}

/** How the shop stands: `behind`: changes are under way; `attention`: something is wrong, the notes say what. */
export interface HealthAnswer {
  readonly state: "ok" | "behind" | "attention" | "off";
  readonly notes: readonly string[];
  readonly lag_ms: number;
  readonly events: Readonly<Partial<Record<string, number>>>;
  readonly jobs: number;
  readonly webhook_at: string | null;
  readonly polled_at: string | null;
  readonly poll_every_ms: number;
  readonly scopes: readonly string[];
}

export interface HomeAnswer {
  readonly shop: ShopAnswer;
  readonly steps: readonly Step[];
  readonly embed: EmbedAnswer;
  readonly sweep: SweepAnswer;
  readonly images: CountsAnswer;
  readonly health: HealthAnswer;
}

/** What an image or a change is for delivery. */
export type DeliveryState = "fresh" | "updating" | "failed" | "gone";

export interface ChangeAnswer {
  readonly id: number;
  readonly at: string | null;
  readonly asset: string | null;
  readonly path: string;
  readonly kind: "added" | "replaced" | "rechecked" | "moved" | "removed" | "purged";
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: "webhook" | "event" | "poll" | "sweep" | "reread" | "manual";
  readonly cause_id: string | null;
  readonly link: string | null;
  readonly state: DeliveryState;
  readonly done_at: string | null;
  readonly invalidations: readonly string[];
  readonly remark: string | null;
}

export interface AssetAnswer {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly kind: string;
  readonly state: DeliveryState;
  readonly version: string | null;
  readonly url: string;
  readonly delivery_url: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: number | null;
  readonly added_at: string | null;
  readonly changed_at: string | null;
  readonly seen_at: string | null;
  readonly last_change: ChangeAnswer | null;
}

export interface AssetDetail extends AssetAnswer {
  readonly history: readonly ChangeAnswer[];
  readonly shown_by: readonly { readonly id: string; readonly title: string }[];
}

export interface AssetPage {
  readonly assets: readonly AssetAnswer[];
  readonly cursor: string | null;
}

export interface ChangePage {
  readonly changes: readonly ChangeAnswer[];
  readonly cursor: string | null;
}

/** An error (RFC 9457). */
export interface ProblemAnswer {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
}
