import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readQuery, readTransformation } from "@freshet/core";
import { DEFAULT_LIMITS, render } from "@freshet/core/resize";
import sharp, { type Sharp } from "sharp";
import { ownCpuOf } from "../accounting.ts";
import type { Cell } from "../cell.ts";
import { takeRounds } from "../rounds.ts";
import { median, ratioOf } from "../statistics.ts";
import { shown, table } from "../table.ts";
import { needAlike } from "./alike.ts";
import { pixelsOf } from "./pixels.ts";

const SECONDS = 120;
const QUALITY = 80;
/** Of small originals several are made at once before the clock is read: one alone is shorter than a collection of V8's. */
const MEASURED_MEGAPIXELS = 24;

const plain = (image: Sharp) => image.resize({ width: 800 });

/** The same picture made by Freshet and by sharp alone, from small originals to large ones and through more and more operations. */
const CHAINS: readonly {
  readonly megapixels: number;
  readonly query: string;
  readonly bare: (image: Sharp) => Sharp;
}[] = [
  ...[1, 4, 12, 24, 50].map((megapixels) => ({ megapixels, query: "w=800", bare: plain })),
  {
    megapixels: 12,
    query: "w=800&h=800&func=crop",
    bare: (image) => image.resize(800, 800, { fit: "cover" }),
  },
  { megapixels: 12, query: "w=800&gray=1", bare: (image) => plain(image).grayscale() },
  { megapixels: 12, query: "w=800&flip=v", bare: (image) => plain(image).flip() },
  {
    megapixels: 12,
    query: "w=800&h=800&func=crop&gray=1&flip=v",
    bare: (image) => image.resize(800, 800, { fit: "cover" }).grayscale().flip(),
  },
];

/** What each point costs in this process, beside bare sharp: finding out what is wanted should cost nothing beside the pixels. */
export const chains: Cell = {
  name: "chains",
  group: "quality",
  about: "originals of 1 to 50 megapixels through one to five operations, beside bare sharp",
  async run({ pictures }, options, progress) {
    progress("chains: making originals of 1 to 50 megapixels");
    const largest = await readFile(join(pictures.folder, pictures.names[2] ?? ""));
    const originals = new Map<number, Buffer>();
    for (const { megapixels } of CHAINS)
      if (!originals.has(megapixels)) originals.set(megapixels, await originalOf(largest, megapixels));
    const limits = { ...DEFAULT_LIMITS, timeoutMs: 600_000 };
    const contenders = CHAINS.flatMap(({ megapixels, query, bare }) => {
      const original = originals.get(megapixels) ?? largest;
      const times = Math.max(1, Math.round(MEASURED_MEGAPIXELS / megapixels));
      const name = `${query}, ${megapixels} MP`;
      const { transformation } = readTransformation(readQuery(`${query}&q=${QUALITY}`));
      const own = async () => (await render(original, transformation, { format: "webp", limits })).bytes;
      const alone = () =>
        bare(sharp(original, { failOn: "error", sequentialRead: true }))
          .webp({ quality: QUALITY, effort: 4 })
          .toBuffer();
      return [
        { name, run: own, times },
        { name: `${name}, bare`, run: alone, times },
      ];
    });
    for (let at = 0; at < contenders.length; at += 2) {
      const [own, alone] = contenders.slice(at, at + 2);
      if (own && alone)
        needAlike(own.name, await pixelsOf(await own.run()), await pixelsOf(await alone.run()));
    }
    const cpuOfOne = async ({ run, times }: (typeof contenders)[number]) => {
      const all = async () => {
        for (let time = 0; time < times; time += 1) await run();
      };
      return (await ownCpuOf(all)) / times;
    };
    const taken = await takeRounds("chains", contenders, cpuOfOne, {
      ...options,
      seconds: SECONDS,
      progress,
    });
    const of = (name: string) => taken.find((each) => each.name === name)?.rounds ?? [];
    const points = taken
      .filter(({ name }) => !name.endsWith(", bare"))
      .map(({ name, rounds }) => ({
        name,
        cpu: median(rounds),
        ratio: ratioOf(rounds, of(`${name}, bare`)),
      }));
    const dearest = points.toSorted((one, other) => other.ratio.median - one.ratio.median)[0];
    const rows = points.map(({ name, cpu, ratio }) => [name, cpu.toFixed(1), shown(ratio)]);
    return {
      figures: taken,
      tables: [table("One picture in one process → WebP", [["", "CPU ms", "× bare sharp"], ...rows])],
      measured: dearest ? { "G19.chain": dearest.ratio } : {},
    };
  },
};

/** Four by three exactly, so that no height has to be rounded. */
function originalOf(bytes: Buffer, megapixels: number): Promise<Buffer> {
  const part = Math.round(Math.sqrt((megapixels * 1_000_000) / 12));
  return sharp(bytes)
    .resize({ width: part * 4, height: part * 3, fit: "fill" })
    .jpeg({ quality: 92 })
    .toBuffer();
}
