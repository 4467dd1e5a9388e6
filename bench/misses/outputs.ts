import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { Pictures } from "../pictures.ts";
import { needAlike } from "../quality/alike.ts";
import { pixelsOf } from "../quality/pixels.ts";
import { judge } from "../quality/ssimulacra2.ts";
import type { Runner } from "./runner.ts";
import { renderTask, type Task } from "./task.ts";

/** Points of SSIMULACRA2 that Freshet may lie below bare sharp: nobody wins by doing less. */
const FEWER_POINTS = 1;
/** Pictures that are judged; one baseline, one progressive. */
const JUDGED = 2;

/** What a contender gives, beside what bare sharp gives. */
export interface Output {
  readonly name: string;
  /** Its bytes ÷ those of bare sharp. */
  readonly bytes: number;
  /** Its points of SSIMULACRA2 less those of bare sharp; both against bare sharp's pixels without loss. */
  readonly points: number;
}

/** Throws unless everybody gives the picture that bare sharp gives, and Freshet one as good. */
export async function checkOutputs(
  runners: readonly Runner[],
  task: Task,
  { folder, names }: Pictures,
): Promise<readonly Output[]> {
  const sums = runners.map(({ name }) => ({ name, bytes: 0, points: 0 }));
  for (const picture of names.slice(0, JUDGED)) {
    const original = await readFile(join(folder, picture));
    const bare = await renderTask(original, task);
    const lossless = await sharp(original)
      .resize({ width: task.width })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const truth = await pixelsOf(lossless);
    const pointsOf = judge(truth);
    const reached = pointsOf(await pixelsOf(bare));
    for (const [at, runner] of runners.entries()) {
      const given = await runner.one(task, picture);
      const pixels = await pixelsOf(given);
      needAlike(runner.name, pixels, truth);
      const sum = sums[at];
      if (sum === undefined) continue;
      sum.bytes += given.length / bare.length / JUDGED;
      sum.points += (pointsOf(pixels) - reached) / JUDGED;
    }
  }
  const own = sums.find(({ name }) => name === "freshet");
  if (own && own.points < -FEWER_POINTS)
    throw new Error(`Freshet's pictures have ${(-own.points).toFixed(1)} points fewer than bare sharp's.`);
  return sums;
}
