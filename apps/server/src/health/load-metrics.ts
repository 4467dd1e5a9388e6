import { Counter, Gauge, type Registry } from "prom-client";
import type { ReadAhead } from "../cache/read-ahead.ts";
import type { RenderQueue } from "../cache/render-queue.ts";
import type { Cells } from "../cells/cells.ts";
import { usageOf } from "../cells/usage.ts";

/** How much work there is and what is turned away; read when the metrics are asked for. */
export function loadMetrics(
  registry: Registry,
  read: {
    readonly queue: RenderQueue;
    readonly readAhead: () => Pick<ReadAhead, "waiting">;
    readonly cells: Pick<Cells, "running" | "waiting" | "pids">;
  },
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(value());
      },
    });
  const { queue, readAhead, cells } = read;
  gauge(
    "freshet_originals_waiting",
    "Originals of which nothing is known yet that wait to be read, until their renders are near.",
    () => readAhead().waiting,
  );
  gauge("freshet_renders_running", "Renders at work.", () => queue.running);
  gauge("freshet_renders_waiting", "Renders waiting for a place.", () => queue.waiting);
  gauge(
    "freshet_renders_waiting_cost",
    "Work waiting for a place or promised one, in hundredths of a second of one core.",
    () => queue.waitingCost,
  );
  gauge(
    "freshet_renders_wait_seconds",
    "How long the next render of a new project would wait for its place.",
    () => queue.expectedMs(["", "next"], queue.typicalCost) / 1_000,
  );
  new Counter({
    name: "freshet_renders_refused_total",
    help: "Renders that were turned away before they began: foreseen, they would have waited too long; displaced, by others who had fewer waiting or because renders had become slower; late, they did wait too long; abandoned, their clients had gone.",
    labelNames: ["why"],
    registers,
    collect() {
      this.reset();
      for (const [why, count] of Object.entries(queue.refusals)) this.inc({ why }, count);
    },
  });
  gauge(
    "freshet_cells_running",
    "Drawings, large pictures and looks for faces at work in a cell.",
    () => cells.running,
  );
  gauge(
    "freshet_cells_waiting",
    "Drawings, large pictures and looks for faces waiting for a cell.",
    () => cells.waiting,
  );
  gauge("freshet_cells_resident_bytes", "Resident memory of all cells, which is not the server's own.", () =>
    cells.pids.reduce((sum, pid) => sum + (usageOf(pid)?.residentBytes ?? 0), 0),
  );
}
