import { Counter, Gauge, type Registry } from "prom-client";
import type { Ended } from "../warmup/results.ts";

/** How far warm-ups are: what ended at this instance, and what waits in the whole installation. */
export function warmUpMetrics(
  registry: Registry,
  waiting: () => Promise<number>,
): { readonly ended: (ended: Pick<Ended, "outcome">) => void } {
  const registers = [registry];
  const urls = new Counter({
    name: "freshet_warmup_urls_total",
    help: "URLs of warm-ups that ended, by how.",
    labelNames: ["outcome"],
    registers,
  });
  new Gauge({
    name: "freshet_warmup_waiting",
    help: "URLs of warm-ups that wait.",
    registers,
    async collect() {
      // A store that is away has nothing to say; what was said last is not true for ever.
      this.set(await waiting().catch(() => Number.NaN));
    },
  });
  return {
    ended: ({ outcome }) => urls.inc({ outcome }),
  };
}
