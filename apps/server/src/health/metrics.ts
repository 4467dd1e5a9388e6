import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { AccessLog } from "../access-log/access-log.ts";
import type { Answers } from "../cache/answers.ts";
import type { ImprovementReport } from "../cache/improvements.ts";
import type { ReadAhead } from "../cache/read-ahead.ts";
import type { RenderQueue } from "../cache/render-queue.ts";
import type { SharedTier } from "../cache/shared/shared-tier.ts";
import type { Cells } from "../cells/cells.ts";
import type { CutoutEnd } from "../cutouts/cutouts.ts";
import type { Delivered } from "../delivery/deliver.ts";
import type { ErrorCode } from "../errors.ts";
import type { Counted } from "../invalidation/census.ts";
import type { Breakers } from "../sources/breakers.ts";
import type { Ended } from "../warmup/results.ts";
import { accessLogMetrics } from "./access-log-metrics.ts";
import { cutoutMetrics } from "./cutout-metrics.ts";
import { improvementMetrics } from "./improvement-metrics.ts";
import { type InvalidationFigures, invalidationMetrics } from "./invalidation-metrics.ts";
import { loadMetrics } from "./load-metrics.ts";
import { originMetrics } from "./origin-metrics.ts";
import { sharedTierMetrics } from "./shared-tier-metrics.ts";
import { videoMetrics } from "./video-metrics.ts";
import { warmUpMetrics } from "./warm-up-metrics.ts";

/** What the server counts about itself, in Prometheus' text form. */
export interface Metrics {
  answered(from: Delivered["from"], milliseconds: number): void;
  /** An answer from memory, or without waiting from the disk: counted in plain numbers, because a hit costs hardly more than a labelled counter. */
  hit(from: "memory" | "disk", milliseconds: number): void;
  failed(code: ErrorCode): void;
  rendered(milliseconds: number): void;
  /** A look at an original's pixels: for its content, faces, focus, color or quality. */
  looked(what: string): void;
  fetched(outcome: string): void;
  /** Invalidations that this instance carried to their end. */
  invalidated(some: readonly Counted[]): void;
  /** A URL that a warm-up has ended at this instance. */
  warmed(ended: Ended): void;
  readonly improvements: ImprovementReport;
  readonly cutouts: (end: CutoutEnd) => void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** `queue` and the getters are read when the metrics are asked for, not when things happen. */
export function createMetrics(read: {
  readonly queue: RenderQueue;
  readonly readAhead: () => Pick<ReadAhead, "waiting">;
  readonly cells: Pick<Cells, "running" | "waiting" | "pids">;
  readonly breakers: Breakers;
  readonly sharedTier: SharedTier | undefined;
  readonly accessLog: AccessLog | undefined;
  readonly memory: () => Pick<Answers, "size" | "bytes">;
  readonly applied: () => number;
  readonly instances: () => { readonly lags: ReadonlyMap<string, number>; readonly lapses: number };
  readonly invalidations: () => InvalidationFigures;
  /** URLs of warm-ups that wait; rejects while the store is away. */
  readonly warming: () => Promise<number>;
  /** Originals whose background waits to be removed. */
  readonly cuttingOut: () => number;
  /** Variants that wait to be improved. */
  readonly improving: () => number;
  /** Clips and previews that wait to be made. */
  readonly converting: () => number;
}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "freshet_" });
  loadMetrics(registry, read);
  originMetrics(registry, read.breakers);
  const invalidations = invalidationMetrics(registry, read.invalidations);
  const improvements = improvementMetrics(registry, read.improving);
  const cutouts = cutoutMetrics(registry, read.cuttingOut);
  const warmUps = warmUpMetrics(registry, read.warming);
  if (read.sharedTier) sharedTierMetrics(registry, read.sharedTier);
  accessLogMetrics(registry, read.accessLog);
  videoMetrics(registry, read.converting);
  const registers = [registry];
  const hits = { memory: 0, disk: 0 };
  const answers = new Counter({
    name: "freshet_answers_total",
    help: "Images delivered, by where the bytes came from.",
    labelNames: ["from"],
    registers,
    collect() {
      for (const from of ["memory", "disk"] as const) {
        if (hits[from] > 0 || from === "memory") this.inc({ from }, hits[from]);
        hits[from] = 0;
      }
    },
  });
  const failures = new Counter({
    name: "freshet_failures_total",
    help: "Image requests answered with a placeholder, by error code.",
    labelNames: ["code"],
    registers,
  });
  const fetches = new Counter({
    name: "freshet_origin_fetches_total",
    help: "Originals asked of their origins, by outcome.",
    labelNames: ["outcome"],
    registers,
  });
  const renders = new Histogram({
    name: "freshet_render_seconds",
    help: "Time of one render without waiting for its place.",
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const looks = new Counter({
    name: "freshet_looks_total",
    help: "Looks at the pixels of originals before a render, by what was looked for; a look for quality is one or two trial encodings. What is remembered needs none.",
    labelNames: ["for"],
    registers,
  });
  const misses = new Histogram({
    name: "freshet_miss_seconds",
    help: "Time until an answer that was not in memory was ready.",
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  new Gauge({
    name: "freshet_memory_answers",
    help: "Finished answers kept in memory.",
    registers,
    collect() {
      this.set(read.memory().size);
    },
  });
  new Gauge({
    name: "freshet_memory_bytes",
    help: "What they take, with their keys and heads.",
    registers,
    collect() {
      this.set(read.memory().bytes);
    },
  });
  new Gauge({
    name: "freshet_applied_sequence",
    help: "Number through which this instance has applied the journal.",
    registers,
    collect() {
      this.set(read.applied());
    },
  });
  new Gauge({
    name: "freshet_instance_lag",
    help: "Invalidations that an instance had still to apply when it was last looked at; control instances know all of them.",
    labelNames: ["instance"],
    registers,
    collect() {
      this.reset();
      for (const [instance, lag] of read.instances().lags) this.set({ instance }, lag);
    },
  });
  new Counter({
    name: "freshet_lease_lapsed_total",
    help: "Times this instance was found past its lease, when it answers nothing from its caches.",
    registers,
    collect() {
      this.reset();
      this.inc(read.instances().lapses);
    },
  });
  return {
    answered(from, milliseconds) {
      if (from === "memory") {
        hits.memory += 1;
        return;
      }
      answers.inc({ from });
      misses.observe(milliseconds / 1000);
    },
    hit(from, milliseconds) {
      hits[from] += 1;
      if (from === "disk") misses.observe(milliseconds / 1000);
    },
    failed: (code) => failures.inc({ code }),
    rendered: (milliseconds) => renders.observe(milliseconds / 1000),
    looked: (what) => looks.inc({ for: what }),
    fetched: (outcome) => fetches.inc({ outcome }),
    invalidated: (some) => invalidations.ended(some),
    warmed: warmUps.ended,
    improvements,
    cutouts,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
