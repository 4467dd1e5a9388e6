import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { installParts } from "../scripts/parts.mjs";
import { measureConsole } from "./console/measure.ts";
import { measureFreshness } from "./freshness/measure.ts";
import { compareHerds } from "./herd.ts";
import { compareHits } from "./hits.ts";
import { type Options, readOptions } from "./options.ts";
import { startOrigin } from "./peers.ts";
import { makePictures } from "./pictures.ts";
import { measureQuality } from "./quality/measure.ts";
import { compareRenders } from "./renders.ts";
import { aimLines, type Figures, report } from "./report.ts";
import { measureStats } from "./stats/measure.ts";

type LeaveOut = (peer: string, why: string) => void;

const RESULTS = join(import.meta.dirname, "results");

// A fleet of nodes is at work at the same time.
process.setMaxListeners(50);
// Children end with this process, which "exit" sees to; a signal alone would not make one.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bench(options: Options): Promise<void> {
  if (process.platform !== "linux") throw new Error("The benchmark reads /proc: run it on Linux.");
  const begun = Date.now();
  const progress = (text: string) => {
    const seconds = ((Date.now() - begun) / 1000).toFixed(0).padStart(4);
    console.error(`${seconds} s  ${text}`);
  };
  const leftOut: string[] = [];
  const leaveOut: LeaveOut = (peer, why) => {
    leftOut.push(`${peer}: ${why}`);
    progress(`left out: ${peer}`);
  };
  await installParts();
  const figures: Figures = {};
  await measureFreshness(figures, options, leaveOut, progress);
  await measurePictures(figures, options, leaveOut, progress);
  if (options.cells.includes("stats")) figures.stats = await measureStats(options, leaveOut, progress);
  if (options.cells.includes("quality")) figures.quality = await measureQuality(options, leaveOut, progress);
  if (options.cells.includes("console")) {
    const loads = await measureConsole(options, leaveOut, progress);
    if (loads !== undefined) figures.console = loads;
  }

  const { tables, aims } = report(figures);
  console.log(`\n${tables}\n\n${aimLines(aims)}`);
  for (const each of new Set(leftOut)) console.log(`  left out: ${each}`);
  const machine = { cores: availableParallelism(), processor: cpus()[0]?.model, node: process.version };
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${new Date(begun).toISOString().replace(/[:.]/g, "-")}.json`);
  await writeFile(file, JSON.stringify({ options, machine, aims, leftOut, figures }, undefined, 2));
  const { cores, processor } = machine;
  console.log(
    `\n${cores} cores of ${processor}; processes that wanted one, by the end: ${loadavg()[0]?.toFixed(1)}.\n${options.rounds} rounds in ${((Date.now() - begun) / 1000).toFixed(0)} s. All figures: ${file}`,
  );
}

async function measurePictures(
  figures: Figures,
  options: Options,
  leaveOut: LeaveOut,
  progress: (text: string) => void,
): Promise<void> {
  const { cells } = options;
  if (!cells.some((cell) => cell === "renders" || cell === "hits" || cell === "herd")) return;
  const pictures = await makePictures(progress);
  const origin = await startOrigin(pictures);
  try {
    const parts = { pictures, origin, leaveOut };
    if (cells.includes("renders")) figures.renders = await compareRenders(parts, options, progress);
    if (cells.includes("hits")) figures.hits = await compareHits(parts, options, progress);
    if (cells.includes("herd")) figures.herds = await compareHerds(parts, options, progress);
  } finally {
    await origin.stop();
  }
}
