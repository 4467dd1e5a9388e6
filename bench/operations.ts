// `node bench/operations.ts [rounds]`: what the dearer operations cost, as a multiple of a plain resize in the same round. CPU
// of this process; pictures of 12 to 24 megapixels made in code; 800 pixels wide, as WebP. Says which aims are reached.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readQuery, readTransformation } from "@freshet/core";
import { type Memory, render } from "@freshet/core/resize";
import { ownCpuOf } from "./accounting.ts";
import { renderBare } from "./peers/loop/picture.ts";
import { makePictures } from "./pictures.ts";
import { median, rotated } from "./statistics.ts";

/** Queries, and how many times a plain resize each may cost. */
const CASES: readonly { readonly query: string; readonly most?: number; readonly remembers?: true }[] = [
  { query: "w=800" },
  { query: "w=800&h=800", most: 1.5 },
  { query: "w=800&r=90", most: 1.5 },
  { query: "w=800&r=13", most: 2 },
  { query: "w=800&trim=5", most: 6 },
  { query: "w=800&h=800&gravity=auto", most: 3 },
  { query: "w=800&h=800&gravity=auto", most: 1.3, remembers: true },
  { query: "w=800&h=800&func=fit&bg_color=auto", most: 2.5 },
  { query: "w=800&h=800&func=fit&bg_img_fit=1", most: 3 },
  { query: "w=800&f=bright:10,contrast:20,saturate:30", most: 2 },
  { query: "w=800&gray=1", most: 2 },
  { query: "w=800&blur=20", most: 2 },
  { query: "w=800&pixelate=12", most: 2 },
  { query: "w=800&sharp=1", most: 2.5 },
  { query: "w=800&radius=40", most: 2 },
];

const rounds = Number(process.argv[2] ?? 5);
const { folder, names } = await makePictures((text) => console.error(text));
const originals = await Promise.all(names.map((name) => readFile(join(folder, name))));

interface Runner {
  readonly name: string;
  readonly most: number | undefined;
  readonly ratios: number[];
  readonly run: (original: Uint8Array) => Promise<unknown>;
}

const runners = CASES.map(({ query, most, remembers }): Runner => {
  const { transformation } = readTransformation(readQuery(query));
  const memories = new Map<Uint8Array, Memory>();
  const memoryOf = (original: Uint8Array) => {
    const answers = new Map<string, readonly number[]>();
    const fresh: Memory = {
      recall: (question) => answers.get(question),
      remember: (question, answer) => answers.set(question, answer),
    };
    const memory = memories.get(original) ?? fresh;
    memories.set(original, memory);
    return memory;
  };
  return {
    name: remembers ? `${query} again` : query,
    most,
    ratios: [],
    run: (original) =>
      render(original, transformation, { format: "webp", ...(remembers && { memory: memoryOf(original) }) }),
  };
});
const bare: Runner = {
  name: "bare sharp, w=800",
  most: undefined,
  ratios: [],
  run: (original) => renderBare(Buffer.from(original)),
};

const everyone = [bare, ...runners];
for (const { run } of everyone) for (const original of originals) await run(original);
for (let round = 0; round < rounds; round += 1) {
  const spent = new Map<Runner, number>();
  for (const runner of rotated(everyone, round)) {
    spent.set(
      runner,
      await ownCpuOf(async () => {
        for (const original of originals) await runner.run(original);
      }),
    );
  }
  const plain = spent.get(runners[0] ?? bare) ?? 1;
  for (const [runner, milliseconds] of spent) runner.ratios.push(milliseconds / plain);
}
let missed = 0;
for (const { name, most, ratios } of everyone) {
  const ratio = median(ratios);
  const isMissed = most !== undefined && ratio > most;
  if (isMissed) missed += 1;
  const aim = most === undefined ? "" : `at most ${most}${isMissed ? "  MISSED" : ""}`;
  console.log(`${name.padEnd(46)}${ratio.toFixed(2).padStart(6)}  ${aim}`);
}
process.exitCode = missed === 0 ? 0 : 1;
