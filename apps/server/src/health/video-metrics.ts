import { Gauge, type Registry } from "prom-client";

/** What waits to be made of videos. */
export function videoMetrics(registry: Registry, waiting: () => number): void {
  new Gauge({
    name: "freshet_videos_waiting",
    help: "Clips and previews that wait to be made.",
    registers: [registry],
    collect() {
      this.set(waiting());
    },
  });
}
