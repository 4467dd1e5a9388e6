import type { LookPort, LookStanding } from "@freshet/connector";
import type { Jobs } from "../jobs/jobs.ts";
import type { Sweeps } from "../jobs/sweep.ts";
import type { SweepRow } from "../schema.ts";
import type { ShopContext } from "../shops/context.ts";
import type { Shops } from "../shops/shops.ts";

/** What the server is told of the looks at a shop, and how it asks for a sweep; a shop that was uninstalled is not spoken of. */
export function createLookPorts(parts: {
  readonly shops: Shops;
  readonly sweeps: Sweeps;
  readonly jobs: () => Jobs;
}): (shop: ShopContext) => LookPort {
  const { shops, sweeps, jobs } = parts;
  return (shop) => ({
    async standing() {
      const row = await shops.get(shop);
      if (row?.state !== "active") return undefined;
      return {
        walk: viewOf(await sweeps.get(shop)),
        ...(row.poll_error !== null && { error: row.poll_error }),
        ...(row.polled_at !== null && { lookedAt: Number(row.polled_at) }),
        isPaused: row.is_on === 0,
      };
    },
    async ask() {
      if ((await shops.get(shop))?.state !== "active") return false;
      await sweeps.begin(shop);
      await jobs().ask({ shop, kind: "sweep", cause: "manual" });
      jobs().wake();
      return true;
    },
  });
}

function viewOf(row: SweepRow | undefined): LookStanding["walk"] {
  const time = (at: number | null) => (at === null ? null : new Date(Number(at)).toISOString());
  if (row === undefined) {
    const nothing = { pass: 0, steps: 0, total: null, originals: 0, found: 0 };
    return { state: "waiting", ...nothing, started_at: null, finished_at: null, error: null };
  }
  const seen = Number(row.seen);
  const isOver = row.state !== "running";
  return {
    state: row.error !== null ? "failing" : isOver ? "resting" : "walking",
    ...{ pass: Number(row.pass), steps: seen, originals: seen, found: Number(row.changed) },
    total: row.total === null ? null : Number(row.total),
    ...{ started_at: time(row.started_at), finished_at: time(row.finished_at), error: row.error },
  };
}
