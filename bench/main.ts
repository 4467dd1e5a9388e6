import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { installParts } from "../scripts/parts.mjs";
import { aimLines } from "./aims.ts";
import { apart } from "./apart.ts";
import type { Progress } from "./cell.ts";
import { CELLS } from "./cells.ts";
import { drawing } from "./chart/drawing.ts";
import { writeDocs } from "./docs.ts";
import { GOAL_HEAD, goalRows, isShut, judge, summary, unmeasuredLines } from "./gate.ts";
import { type Command, readOptions } from "./options.ts";
import { makePictures } from "./pictures.ts";
import { measuredOf, type Results, runCells, whyNot } from "./run.ts";
import { table } from "./table.ts";

const RESULTS = join(import.meta.dirname, "results");

// What was left for the end is removed when this process ends, which "exit" sees to; a signal alone would not make one.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));

try {
  const command = readOptions(process.argv.slice(2));
  if (command) await bench(command);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function bench(command: Command): Promise<void> {
  if (process.platform !== "linux") throw new Error("The benchmark reads /proc: run it on Linux.");
  const begun = Date.now();
  const progress: Progress = (text) => {
    const seconds = ((Date.now() - begun) / 1000).toFixed(0).padStart(4);
    console.error(`${seconds} s  ${text}`);
  };
  await installParts({ bench: true });
  // What takes long is made once, and before anything is measured.
  await makePictures(progress);
  const { rounds, quick, pace } = command;
  const results = await runCells(command, apart({ rounds, quick, pace }, progress), progress);
  const verdicts = judge(measuredOf(results), (criterion) => whyNot(criterion, results, CELLS));

  const tables = [...results.outcomes.values()].flatMap((outcome) => outcome.tables);
  const aims = [...results.outcomes.values()].flatMap((outcome) => outcome.aims ?? []);
  const goals = table("Goals of delivery", [GOAL_HEAD, ...goalRows(verdicts)], { left: 2 });
  const lacking = unmeasuredLines(verdicts).map((line) => `  ${line}`);
  console.log(`\n${[...tables, goals].join("\n\n")}\n${[...lacking, `  ${summary(verdicts)}`].join("\n")}`);
  if (aims.length > 0) console.log(`\nFurther aims\n${aimLines(aims).join("\n")}`);
  for (const line of leftOutOf(results)) console.log(`  left out: ${line}`);

  const machine = { cores: availableParallelism(), processor: cpus()[0]?.model, node: process.version };
  const run = {
    at: new Date(begun),
    seconds: Math.round((Date.now() - begun) / 1000),
    rounds: command.rounds,
    quick: command.quick,
    machine,
    load: loadavg()[0] ?? 0,
  };
  const panels = [...results.outcomes.values()].flatMap((outcome) => outcome.panels ?? []);
  const picture = drawing(panels, verdicts);
  const file = await keep({ run, results, verdicts, aims, picture });
  if (command.writeDocs) await writeDocs({ run, tables, verdicts, picture, leftOut: leftOutOf(results) });
  console.log(
    `\n${machine.cores} cores of ${machine.processor}; processes that wanted one, by the end: ${run.load.toFixed(1)}.\n${command.rounds} rounds in ${run.seconds} s. All figures: ${file}, drawn: ${file.replace(/json$/, "svg")}`,
  );
  if (results.failed) process.exitCode = 1;
  if (command.gate && isShut(verdicts)) {
    console.error("The gate is shut: a goal is below its bar.");
    process.exitCode = 1;
  }
}

function leftOutOf({ without, leftOut }: Results): readonly string[] {
  const cells = [...without].map(([name, why]) => `${name}: ${why}`);
  return [...new Set([...cells, ...[...leftOut.values()].flat()])];
}

/** Writes the JSON and the picture of a run; gives the path of the former. */
async function keep({
  results,
  picture,
  ...rest
}: { readonly results: Results; readonly picture: string; readonly run: { readonly at: Date } } & Record<
  string,
  unknown
>): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${rest.run.at.toISOString().replace(/[:.]/g, "-")}.json`);
  const figures = Object.fromEntries([...results.outcomes].map(([name, outcome]) => [name, outcome.figures]));
  await writeFile(file, JSON.stringify({ ...rest, leftOut: leftOutOf(results), figures }, undefined, 2));
  await writeFile(file.replace(/json$/, "svg"), picture);
  return file;
}
