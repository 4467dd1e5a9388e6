import { KEPT_MS } from "./bounds.ts";
import type { UrlRow, WarmUpRow } from "./migrations.ts";

const iso = (at: number) => new Date(at).toISOString();

/** A warm-up as the API shows it; `rate` is in URLs a second. */
export function viewWarmUp(row: WarmUpRow, rate?: number) {
  const { id, project, description, state, asked_by, added_at, started_at, ended_at } = row;
  const { added, duplicates, waiting, warm, partly, failed, stopped, refused, answers, bytes } = row;
  const secondsLeft = rate !== undefined && rate > 0 ? Math.ceil(waiting / rate) : null;
  return {
    ...{ id, project, state },
    ...(description === null ? {} : { desc: description }),
    added_by: asked_by,
    added_at: iso(added_at),
    started_at: started_at === null ? null : iso(started_at),
    ended_at: ended_at === null ? null : iso(ended_at),
    expires_at: iso(added_at + KEPT_MS),
    ...{ count_added: added, count_failed: refused, duplicates },
    urls: { waiting, warm, partly, failed, stopped, refused },
    ...{ answers, bytes },
    ...(rate === undefined
      ? {}
      : { rate: Math.round(rate * 100) / 100, seconds_left: state === "running" ? secondsLeft : 0 }),
  };
}

/** One URL with what became of it in each format. */
export function viewUrl(row: UrlRow) {
  const { place, target, host, outcome, code, detail, attempts, ended_at, results } = row;
  return {
    ...{ place, url: target },
    ...(host === "" ? {} : { host }),
    outcome: outcome ?? "waiting",
    ...(code === null ? {} : { code }),
    ...(detail === null ? {} : { detail }),
    attempts,
    ended_at: ended_at === null ? null : iso(ended_at),
    formats: results === null ? [] : (JSON.parse(results) as unknown),
  };
}

const TOLD = 5;

/** What a caller is told of entries that were not taken: the first with their reasons. */
export function tellRefused(refused: readonly UrlRow[], all: number): string {
  if (refused.length === 0) return "";
  const some = refused.slice(0, TOLD).map(({ place, target, code, detail }) => {
    const [shown, more] = [target.slice(0, 120), target.length > 120 ? "…" : ""];
    return `${place + 1}. ${JSON.stringify(shown + more)}: ${code}${detail === null ? "" : ` (${detail})`}`;
  });
  const others = refused.length > TOLD ? `; and ${refused.length - TOLD} more` : "";
  return `${refused.length} of ${all} URLs were not taken: ${some.join("; ")}${others}.`;
}
