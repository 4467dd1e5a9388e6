import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readQuery, readTransformation } from "@freshet/core";
import { DEFAULT_LIMITS, type Memory, render } from "@freshet/core/resize";
import { ownCpuOf } from "../accounting.ts";
import { renderBare } from "../peers/loop/picture.ts";
import { makePictures } from "../pictures.ts";
import { rotated } from "../statistics.ts";

/** What is rendered; the first is what the others are compared with. */
export const PLAIN_QUERY = "w=800&q=80";
export const COSTS = [
  PLAIN_QUERY,
  "bare sharp",
  "w=800",
  "w=800&r=90",
  "w=800&trim=5",
  "w=800&optipress=2",
  "w=800&optipress=2 again",
] as const;

/** CPU milliseconds of all pictures, round by round. */
export type Costs = Readonly<Record<(typeof COSTS)[number], readonly number[]>>;

/** What quality costs beside what else is done: CPU of this process, pictures of 12 to 24 megapixels, as WebP. */
export async function measureCosts(rounds: number, progress: (text: string) => void): Promise<Costs> {
  const { folder, names } = await makePictures(progress);
  const originals = await Promise.all(names.map((name) => readFile(join(folder, name))));
  const spent: Record<(typeof COSTS)[number], number[]> = {
    [PLAIN_QUERY]: [],
    "bare sharp": [],
    "w=800": [],
    "w=800&r=90": [],
    "w=800&trim=5": [],
    "w=800&optipress=2": [],
    "w=800&optipress=2 again": [],
  };
  const answers = originals.map(() => new Map<string, readonly number[]>());
  for (let round = -1; round < rounds; round += 1) {
    progress(round < 0 ? "rendering once to warm up" : `costs, round ${round + 1} of ${rounds}`);
    for (const what of rotated(COSTS, Math.max(0, round))) {
      const cpuMs = await ownCpuOf(async () => {
        for (const [at, original] of originals.entries()) await once(what, original, answers[at]);
      });
      if (round >= 0) spent[what].push(cpuMs);
    }
  }
  return spent;
}

async function once(
  what: (typeof COSTS)[number],
  original: Buffer,
  answers: Map<string, readonly number[]> | undefined,
): Promise<void> {
  if (what === "bare sharp") {
    await renderBare(original);
    return;
  }
  const [query = ""] = what.split(" ");
  const memory: Memory = {
    recall: (question) => (what.endsWith("again") ? answers?.get(question) : undefined),
    remember: (question, answer) => answers?.set(question, answer),
  };
  const limits = { ...DEFAULT_LIMITS, timeoutMs: 600_000 };
  const { transformation } = readTransformation(readQuery(query));
  await render(original, transformation, { format: "webp", memory, limits });
}
