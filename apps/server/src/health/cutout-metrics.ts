import { Counter, Gauge, type Registry } from "prom-client";
import type { CutoutEnd } from "../cutouts/cutouts.ts";

/** Removals of backgrounds at this instance. */
export function cutoutMetrics(registry: Registry, waiting: () => number): (end: CutoutEnd) => void {
  const registers = [registry];
  const ends = new Counter({
    name: "freshet_cutouts_total",
    help: "Attempts to remove the background of an original, by how they ended: made, found (another instance made it), stand-in (the configured provider failed), empty (no subject was seen), failed, lost (its original is not here any more), interrupted (for a visitor) or dropped (too many waited).",
    labelNames: ["end"],
    registers,
  });
  new Gauge({
    name: "freshet_cutouts_waiting",
    help: "Originals whose background waits to be removed.",
    registers,
    collect() {
      this.set(waiting());
    },
  });
  return (end) => ends.inc({ end });
}
