import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Counter, Gauge, Registry } from "prom-client";
import { nines } from "./nines.ts";
import type { Tally } from "./tally.ts";

/** What the observer counted, in Prometheus' text form. */
export function observerMetrics(tally: Tally): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Counter({
    name: "freshet_observer_reads_total",
    help: "Answers of a node as a visitor gets them: fresh, older than Done, not held to anything yet, or without an answer to judge.",
    labelNames: ["node", "result"],
    registers,
    collect() {
      this.reset();
      for (const [node, { reads, judged, misses, unanswered }] of tally.nodes) {
        this.inc({ node, result: "fresh" }, judged - misses);
        this.inc({ node, result: "older" }, misses);
        this.inc({ node, result: "unanswered" }, unanswered);
        this.inc({ node, result: "unjudged" }, reads - judged - unanswered);
      }
    },
  });
  new Counter({
    name: "freshet_observer_invalidations_total",
    help: "Invalidations that were heard to end.",
    labelNames: ["status"],
    registers,
    collect() {
      this.reset();
      this.inc({ status: "done" }, tally.invalidations.done);
      this.inc({ status: "failed" }, tally.invalidations.failed);
    },
  });
  new Gauge({
    name: "freshet_observer_nines",
    help: "Nines of the share of fresh answers; without a miss, as if the next one were one.",
    registers,
    collect() {
      const { judged, misses } = tally.sum();
      this.set(nines(judged, misses).value);
    },
  });
  return registry;
}

/** Answers scrapers on loopback; resolves when it listens. */
export async function serveMetrics(
  registry: Registry,
  port: number,
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(async (_request, response) => {
    response.setHeader("content-type", registry.contentType);
    response.end(await registry.metrics());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
