import { type Evidence, INVALIDATION_STATUSES } from "@freshet/core";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Counted, OpenCount } from "../invalidation/census.ts";

/** What is read of the invalidations when the metrics are asked for. */
export interface InvalidationFigures {
  /** Rejects while the store is away: then these gauges say nothing. */
  open(): Promise<OpenCount>;
  readonly streams: number;
}

/** Stages that are no end: each is told, with 0 where nothing is in it. */
const UNDER_WAY = INVALIDATION_STATUSES.slice(0, INVALIDATION_STATUSES.indexOf("DONE"));
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * What invalidations take and how they end. Counters count what this instance carried to its end; gauges are about the whole
 * installation, so that each instance says the same.
 */
export function invalidationMetrics(
  registry: Registry,
  figures: () => InvalidationFigures,
  now: () => number = Date.now,
): { ended(some: readonly Counted[]): void } {
  const registers = [registry];
  const ends = new Counter({
    name: "freshet_invalidations_total",
    help: "Invalidations that ended, by how and by scope.",
    labelNames: ["status", "scope"],
    registers,
  });
  const stages = new Histogram({
    name: "freshet_invalidation_stage_seconds",
    help: "Time that invalidations spent in a stage: RECEIVED is the wait until the work began.",
    labelNames: ["stage"],
    buckets: SECONDS,
    registers,
  });
  const whole = new Histogram({
    name: "freshet_invalidation_seconds",
    help: "Time from accepted to the end of the first attempt.",
    labelNames: ["status"],
    buckets: SECONDS,
    registers,
  });
  const targets = new Counter({
    name: "freshet_node_purges_total",
    help: "How invalidations ended at each node.",
    labelNames: ["node", "outcome"],
    registers,
  });
  const probes = new Counter({
    name: "freshet_probes_total",
    help: "Answers of nodes that were looked at after a purge; stale ones were left when the node was given up.",
    labelNames: ["result"],
    registers,
  });
  const repeats = new Counter({
    name: "freshet_purge_repeats_total",
    help: "Purges sent again because a node gave an older answer.",
    registers,
  });
  // One look at the journal serves all gauges of a scrape.
  let looked: { readonly at: number; readonly open: Promise<OpenCount | undefined> } | undefined;
  const open = (): Promise<OpenCount | undefined> => {
    if (!looked || now() - looked.at > 200)
      looked = {
        at: now(),
        open: figures()
          .open()
          .catch(() => undefined),
      };
    return looked.open;
  };
  const gauge = (
    name: string,
    help: string,
    label: string,
    values: (count: OpenCount) => Iterable<readonly [string, number]>,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      async collect() {
        this.reset();
        const count = await open();
        for (const [each, value] of count ? values(count) : []) this.set({ [label]: each }, value);
      },
    });
  };
  const ofNodes =
    (value: (node: { waiting: number; lag: number; oldest: number | undefined }) => number) =>
    ({ nodes }: OpenCount) =>
      [...nodes].map(([node, each]) => [node, value(each)] as const);
  gauge(
    "freshet_invalidations_open",
    "Invalidations that are under way, by stage.",
    "status",
    ({ byStatus }) => UNDER_WAY.map((status) => [status, byStatus.get(status) ?? 0] as const),
  );
  gauge(
    "freshet_node_waiting",
    "Invalidations that a node has still to be purged for.",
    "node",
    ofNodes(({ waiting }) => waiting),
  );
  gauge(
    "freshet_node_lag",
    "How many numbers of the journal a node is behind its head.",
    "node",
    ofNodes(({ lag }) => lag),
  );
  gauge(
    "freshet_node_lag_seconds",
    "Age of the oldest invalidation that a node has still to be purged for.",
    "node",
    ofNodes(({ oldest }) => (oldest === undefined ? 0 : Math.max(0, (now() - oldest) / 1_000))),
  );
  new Gauge({
    name: "freshet_progress_streams",
    help: "Streams of server-sent events that are open at this instance.",
    registers,
    collect() {
      this.set(figures().streams);
    },
  });
  const observe = (stage: string, from: number | null, to: number | null): void => {
    if (from !== null && to !== null) stages.observe({ stage }, Math.max(0, to - from) / 1_000);
  };
  return {
    ended(some) {
      for (const { row, targets: own } of some) {
        const { status, scope, received_at, instances_at, nodes_at, ended_at } = row;
        ends.inc({ status, scope });
        // Of a repeated attempt nobody knows when it was asked for.
        if (row.attempt === 1) {
          observe("RECEIVED", received_at, instances_at);
          if (ended_at !== null) whole.observe({ status }, Math.max(0, ended_at - received_at) / 1_000);
        }
        observe("FLUSHINGCLOUDIMAGESERVER", instances_at, nodes_at);
        observe("FLUSHINGCDNSERVERS", nodes_at, ended_at);
        for (const { node, status: outcome } of own) targets.inc({ node, outcome });
        const seen: Evidence | null = row.evidence === null ? null : JSON.parse(row.evidence);
        if (!seen) continue;
        probes.inc({ result: "fresh" }, seen.probes.asked - seen.probes.stale);
        probes.inc({ result: "stale" }, seen.probes.stale);
        repeats.inc(seen.probes.repeats ?? 0);
      }
    },
  };
}
