import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { renderTask, type Task } from "../../misses/task.ts";

// Bare sharp in a process of its own: originals in memory, no HTTP, as many renders at once as it is told.
sharp.cache(false);
sharp.concurrency(1);

const [folder = "", ...names] = process.argv.slice(2);
const originals = await Promise.all(names.map((name) => readFile(join(folder, name))));

interface Work {
  readonly count: number;
  readonly inFlight: number;
  readonly task: Task;
  /** That one again and again; absent is all in turn. */
  readonly only?: number;
}

process.on("message", async ({ count, inFlight, task, only }: Work) => {
  let next = 0;
  const latencies: number[] = [];
  const begun = performance.now();
  const work = async () => {
    while (next < count) {
      const original = originals[only ?? next % originals.length];
      next += 1;
      const start = performance.now();
      if (original) await renderTask(original, task);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  process.send?.({ milliseconds: performance.now() - begun, latencies });
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
