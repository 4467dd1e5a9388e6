import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Work } from "../../misses/runner.ts";

const run = promisify(execFile);

// vipsthumbnail, a process for each picture, from files to files. Arguments: the program, a folder for what it writes, the pictures.
const [program = "", output = "", ...files] = process.argv.slice(2);
let made = 0;

process.on("message", async ({ count, inFlight, task, only }: Work) => {
  let next = 0;
  let last = "";
  const latencies: number[] = [];
  const begun = performance.now();
  const work = async () => {
    while (next < count) {
      const file = files[only ?? next % files.length] ?? "";
      next += 1;
      made += 1;
      const out = join(output, `${made}.${task.format === "jpeg" ? "jpg" : task.format}`);
      const how = task.format === "webp" ? ",effort=4" : "";
      const start = performance.now();
      await run(program, [
        file,
        ...["--size", `${task.width}x`, "--vips-concurrency", "1"],
        ...["--output", `${out}[Q=${task.quality}${how},strip]`],
      ]);
      latencies.push(performance.now() - start);
      if (last !== "" && count > 1) await rm(last, { force: true });
      last = out;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  process.send?.({ milliseconds: performance.now() - begun, latencies, last });
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
