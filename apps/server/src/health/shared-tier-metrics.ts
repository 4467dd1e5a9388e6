import { Counter, Gauge, type Registry } from "prom-client";
import type { BreakerState } from "../cache/shared/breaker.ts";
import type { SharedTier } from "../cache/shared/shared-tier.ts";

const STATES: Readonly<Record<BreakerState, number>> = { closed: 0, "half-open": 1, open: 2 };

/** What the shared tier counts about itself; read when the metrics are asked for. */
export function sharedTierMetrics(registry: Registry, tier: SharedTier): void {
  const registers = [registry];
  new Counter({
    name: "freshet_shared_cache_lookups_total",
    help: "Look-ups in the shared cache, by what was looked for and how they ended.",
    labelNames: ["kind", "outcome"],
    registers,
    collect() {
      this.reset();
      for (const [kind, ends] of Object.entries(tier.lookups))
        for (const [outcome, count] of Object.entries(ends)) this.inc({ kind, outcome }, count);
    },
  });
  new Counter({
    name: "freshet_shared_cache_uploads_total",
    help: "Uploads to the shared cache that ended well: uploaded, or present there already.",
    labelNames: ["outcome"],
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(tier.stored)) this.inc({ outcome }, count);
    },
  });
  new Counter({
    name: "freshet_shared_cache_dropped_total",
    help: "Bytes that were not uploaded: the queue was full, uploads were paused, one failed, or the server stopped.",
    labelNames: ["reason"],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(tier.dropped)) this.inc({ reason }, count);
    },
  });
  gauge("freshet_shared_cache_queue", "Uploads waiting and under way.", () => tier.queue.count);
  gauge("freshet_shared_cache_queue_bytes", "Their bytes.", () => tier.queue.bytes);
  new Gauge({
    name: "freshet_shared_cache_breaker",
    help: "Whether the shared cache is used: 0 yes, 1 it is being tried, 2 it is passed over because it failed.",
    labelNames: ["way"],
    registers,
    collect() {
      for (const [way, state] of Object.entries(tier.breakers)) this.set({ way }, STATES[state]);
    },
  });

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
}
