import type { EventOutcome } from "@freshet/connector";
import { linkOf } from "../freshet/outbox.ts";
import type { AssetRow, ChangeRow, SweepRow } from "../schema.ts";
import type { ShopContext } from "../shops/context.ts";
import type { AssetAnswer, ChangeAnswer, DeliveryState, SweepAnswer } from "./answers.ts";

export const timeOf = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(Number(ms)).toISOString();

export function changeView(
  shop: ShopContext,
  row: ChangeRow,
  outcome: EventOutcome | undefined,
): ChangeAnswer {
  return {
    id: Number(row.sequence),
    at: timeOf(row.at),
    asset: row.asset,
    path: row.path,
    kind: row.kind,
    from: row.old_version,
    to: row.new_version,
    cause: row.cause,
    cause_id: row.cause_id,
    link: linkOf(shop, row),
    state: stateOf(row, outcome),
    done_at: outcome?.state === "done" ? timeOf(outcome.changedAt) : null,
    invalidations: outcome?.invalidations ?? [],
    remark: outcome?.remark ?? null,
  };
}

export function assetView(
  row: AssetRow,
  last: ChangeAnswer | undefined,
  deliveryUrl: string | undefined,
): AssetAnswer {
  return {
    id: row.id,
    path: row.path,
    name: decodeURIComponent(row.path.slice(row.path.lastIndexOf("/") + 1)),
    kind: row.kind,
    state: row.gone_at !== null ? "gone" : (last?.state ?? "fresh"),
    version: row.version,
    url: row.url,
    delivery_url: row.gone_at === null ? (deliveryUrl ?? null) : null,
    width: row.width,
    height: row.height,
    bytes: row.bytes === null ? null : Number(row.bytes),
    added_at: timeOf(row.added_at),
    changed_at: timeOf(row.changed_at),
    seen_at: timeOf(row.seen_at),
    last_change: last ?? null,
  };
}

export function sweepView(row: SweepRow | undefined): SweepAnswer {
  if (row === undefined)
    return {
      state: "never",
      seen: 0,
      total: null,
      changed: 0,
      started_at: null,
      finished_at: null,
      error: null,
      by: null,
    };
  return {
    state: row.state,
    seen: Number(row.seen),
    total: row.total === null ? null : Number(row.total),
    changed: Number(row.changed),
    started_at: timeOf(row.started_at),
    finished_at: timeOf(row.finished_at),
    error: row.error,
    by: row.mode,
  };
}

function stateOf(row: ChangeRow, outcome: EventOutcome | undefined): DeliveryState {
  // Written down and not handed over, or handed over long ago and forgotten since.
  if (outcome === undefined) return Number(row.is_sent) === 1 ? "fresh" : "updating";
  if (outcome.state === "failed") return "failed";
  return outcome.state === "done" || outcome.state === "nothing-to-do" ? "fresh" : "updating";
}
