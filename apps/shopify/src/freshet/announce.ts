import type { Desk } from "@freshet/connector";
import { sentenceOf } from "../errors.ts";
import type { Seal } from "../secrets.ts";
import type { Shops } from "../shops/shops.ts";
import type { Control } from "./control.ts";

/** Tells the server of each shop that it has a connector, and how that stands; what fails is said at the next time. */
export async function announceShops(parts: {
  readonly shops: Shops;
  readonly desk: Desk;
  readonly control: Control;
  readonly seal: Seal;
  readonly appUrl: string;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Promise<void> {
  const { shops, desk, control, seal, now, log } = parts;
  for (const row of await shops.all("active")) {
    if (row.project === null || row.project_key === null) continue;
    const { states, waiting } = await desk.counts(row.shop);
    const open = (states.received ?? 0) + (states.invalidating ?? 0);
    try {
      await control.announce(
        row.project,
        seal.open(row.project_key, `project ${row.shop}`),
        `shopify:${row.shop}`,
        {
          state: row.poll_error !== null ? "failing" : row.is_on === 1 ? "running" : "paused",
          lag: waiting === undefined ? 0 : Math.max(0, Math.round((now() - waiting.since) / 1_000)),
          waiting: open,
          status_url: `${parts.appUrl}/shopify/status`,
          note: (row.poll_error ?? waiting?.remark ?? "").slice(0, 500),
        },
      );
    } catch (thrown) {
      log("connector not announced", { shop: row.shop, reason: sentenceOf(thrown) });
      return;
    }
  }
}
