import type { WalkRow } from "./walk-schema.ts";

/** How the walk over everything a site has stands. Times are ISO 8601. */
export interface SiteWalk {
  /** `waiting`: the first walk has not begun; `resting`: the last one is through; `failing`: its last page could not be read. */
  readonly state: "waiting" | "walking" | "resting" | "failing";
  /** Number of this walk. The first one only learns what is there. */
  readonly pass: number;
  /** How far it is, in the adapter's own unit, such as attachments; null where nobody knows how many there are. */
  readonly steps: number;
  readonly total: number | null;
  /** Originals it has met, and how many of them were not as they were known. */
  readonly originals: number;
  readonly found: number;
  readonly started_at: string | null;
  /** End of the last walk that came to one. */
  readonly finished_at: string | null;
  readonly error: string | null;
}

export function viewWalk(
  row: WalkRow | undefined,
  trouble: { readonly error: string | undefined },
): SiteWalk {
  const error = trouble.error ?? null;
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  if (row === undefined) {
    const nothing = { pass: 0, steps: 0, total: null, originals: 0, found: 0 };
    return { state: error ? "failing" : "waiting", ...nothing, started_at: null, finished_at: null, error };
  }
  const { pass, steps, total, originals, found } = row;
  return {
    state: error ? "failing" : row.stage === "resting" ? "resting" : "walking",
    ...{ pass, steps, total, originals, found },
    started_at: time(row.started_at),
    finished_at: time(row.finished_at),
    error,
  };
}
