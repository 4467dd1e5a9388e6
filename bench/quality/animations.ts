import { readQuery, readTransformation } from "@freshet/core";
import { DEFAULT_LIMITS, render } from "@freshet/core/resize";
import sharp from "sharp";
import { ownCpuOf } from "../accounting.ts";
import type { Cell } from "../cell.ts";
import { takeRounds } from "../rounds.ts";
import { median, ratioOf } from "../statistics.ts";
import { table } from "../table.ts";

const SECONDS = 60;
const FRAMES = 24;
const SIZE = { width: 400, height: 300 };

/** With sharp's own defaults: Freshet's GIF is written at less effort, which is no reason to ask more of its WebP. */
const BARE = "bare sharp, gif";

/** An animated GIF as WebP, which most browsers take, and as GIF again. */
export const animations: Cell = {
  name: "animations",
  group: "quality",
  about: `a GIF of ${FRAMES} frames as animated WebP beside GIF again`,
  async run(_parts, options, progress) {
    const original = await animated();
    const { transformation } = readTransformation(readQuery("w=300"));
    const limits = { ...DEFAULT_LIMITS, timeoutMs: 600_000 };
    const own = (["webp", "gif"] as const).map((format) => ({
      name: `freshet, ${format}`,
      run: async () => (await render(original, transformation, { format, limits })).bytes,
    }));
    const bare = () => sharp(original, { animated: true }).resize({ width: 300 }).gif().toBuffer();
    const contenders = [...own, { name: BARE, run: bare }];
    for (const { name, run } of contenders) {
      const { pages } = await sharp(await run()).metadata();
      if (pages !== FRAMES) throw new Error(`The ${name} has ${pages} frames instead of ${FRAMES}.`);
    }
    const taken = await takeRounds("animations", contenders, ({ run }) => ownCpuOf(run), {
      ...options,
      seconds: SECONDS,
      progress,
    });
    const of = (name: string) => taken.find((each) => each.name === name)?.rounds ?? [];
    const rows = taken.map(({ name, rounds }) => [name, median(rounds).toFixed(0)]);
    return {
      figures: taken,
      tables: [table(`A GIF of ${FRAMES} frames → 300 pixels wide`, [["", "CPU ms"], ...rows])],
      measured: { G20: ratioOf(of("freshet, webp"), of(BARE)) },
    };
  },
};

/** A light that moves over a ground with grain, as from a camera: nothing stays as it was. */
function animated(): Promise<Buffer> {
  const { width, height } = SIZE;
  const data = new Uint8Array(width * height * FRAMES * 3);
  let at = 0;
  let state = 1;
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const [x0, y0] = [width * (0.2 + (0.6 * frame) / FRAMES), height / 2];
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
        const light = 170 * Math.exp(-((x - x0) ** 2 + (y - y0) ** 2) / 8_000) + ((state >> 16) & 15);
        data[at] = (x / width) * 60 + light;
        data[at + 1] = (y / height) * 60 + light;
        data[at + 2] = 40 + light / 2;
        at += 3;
      }
    }
  }
  return sharp(data, { raw: { width, height: height * FRAMES, channels: 3, pageHeight: height } })
    .gif({ loop: 0, delay: Array.from({ length: FRAMES }, () => 80), effort: 1 })
    .toBuffer();
}
