import { Counter, Gauge, type Registry } from "prom-client";
import type { Breakers } from "../sources/breakers.ts";

/** What breakers of origins say of themselves; read when the metrics are asked for. */
export function originMetrics(registry: Registry, breakers: Breakers): void {
  const registers = [registry];
  new Gauge({
    name: "freshet_origin_resting",
    help: "Origins that failed several times in a row and are left alone now, by project; at most 100.",
    labelNames: ["project", "origin"],
    registers,
    collect() {
      this.reset();
      for (const { owner, origin } of breakers.resting) this.set({ project: owner, origin }, 1);
    },
  });
  new Counter({
    name: "freshet_origin_rests_total",
    help: "Times an origin was begun to be left alone.",
    registers,
    collect() {
      this.reset();
      this.inc(breakers.opened);
    },
  });
}
