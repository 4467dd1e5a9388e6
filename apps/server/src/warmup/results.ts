import type { Probe } from "@freshet/core";
import type { Delivered } from "../delivery/deliver.ts";
import type { Outcome, UrlRow } from "./migrations.ts";

/** What one node answered. */
export interface NodeResult {
  readonly node: string;
  readonly status: number | null;
  readonly cache: Probe["cache"] | null;
  /** Absent where the node keeps the answer now. */
  readonly code?: string;
}

/** What became of a URL in one format. */
export interface FormatResult {
  /** Of the answer, e.g. "avif"; null where there is none. */
  readonly format: string | null;
  readonly status: number;
  readonly bytes: number;
  /** Milliseconds until the answer was ready, waiting behind visitors included. */
  readonly ms: number;
  readonly from: Delivered["from"] | null;
  /** The journal's number that the answer was made under: an invalidation with a higher one has come later. */
  readonly stamp: number | null;
  /** Absent where the answer is warm. */
  readonly code?: string;
  readonly nodes: readonly NodeResult[];
}

/** How a URL was warmed. */
export interface Warmed {
  readonly outcome: "warm" | "partly" | "failed";
  readonly code: string | null;
  readonly detail: string | null;
  readonly results: readonly FormatResult[];
  /** It may go better another time. */
  readonly isPassing: boolean;
}

/** How one URL ended. */
export interface Ended {
  readonly url: Pick<UrlRow, "warm_up" | "place">;
  readonly outcome: Exclude<Outcome, "refused" | "stopped">;
  readonly code: string | null;
  readonly detail: string | null;
  readonly results: readonly FormatResult[];
}
