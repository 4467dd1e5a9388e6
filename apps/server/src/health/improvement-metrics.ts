import { Counter, Gauge, type Registry } from "prom-client";
import type { ImprovementReport } from "../cache/improvements.ts";

/** Variants that were written anew in fewer bytes, and what that came to at this instance. */
export function improvementMetrics(registry: Registry, waiting: () => number): ImprovementReport {
  const registers = [registry];
  const ends = new Counter({
    name: "freshet_improvements_total",
    help: "Attempts to write a variant in fewer bytes, by how they ended: better, none (thrown away), found (another instance made it), failed, lost (its original is not here any more), interrupted (for a visitor) or dropped.",
    labelNames: ["end"],
    registers,
  });
  const saved = new Counter({
    name: "freshet_improvements_saved_bytes_total",
    help: "Bytes that better answers take less than the first ones, each counted once.",
    registers,
  });
  new Gauge({
    name: "freshet_improvements_waiting",
    help: "Variants that wait to be written anew.",
    registers,
    collect() {
      this.set(waiting());
    },
  });
  return {
    ended: (end) => ends.inc({ end }),
    saved: (bytes) => saved.inc(bytes),
  };
}
