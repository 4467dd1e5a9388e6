import { type Cell, NotHere } from "../cell.ts";
import { NAMES } from "../chart/panel.ts";
import { exactly, median, ratioOf } from "../statistics.ts";
import { shown, table } from "../table.ts";
import { measureHighQuality } from "./high-quality.ts";
import { measureSrcset } from "./srcset.ts";

/** Rounds and photographs as far as the pace goes: each takes seconds. */
const ROUNDS = 3;
const PHOTOGRAPHS = 6;

const srcset: Cell = {
  name: "srcset",
  group: "pictures",
  about: "eight widths of one original at once, beside each alone: what a shared frame saves",
  async run(parts, { rounds, pace }, progress) {
    const figures = await measureSrcset(parts, pace < 2 ? Math.min(ROUNDS, rounds) : rounds, progress);
    const ratios = figures.map(({ format, shared, apart, alone }) => ({
      format,
      toAlone: ratioOf(shared, alone),
      toApart: ratioOf(shared, apart),
    }));
    const of = (format: string) =>
      ratios.find((each) => each.format === format)?.toAlone ?? exactly(Number.NaN);
    const rows = ratios.map(({ format, toAlone, toApart }) => [
      NAMES[format],
      shown(toAlone),
      shown(toApart),
    ]);
    return {
      figures,
      tables: [
        table("Eight widths of one original of 12 to 24 megapixels at once: CPU", [
          ["", "÷ eight alone", "÷ at once without shared frames"],
          ...rows,
        ]),
      ],
      // Every byte is compared with what is rendered without frames: nothing is gained and nothing is lost.
      measured: { "G13.jpeg": of("jpeg"), "G13.webp": of("webp"), "G13.points": exactly(0) },
    };
  },
};

const highQuality: Cell = {
  name: "high-quality",
  group: "quality",
  about: "`linear=1` beside the default, against a reference scaled in linear light",
  async run(_parts, { rounds, pace, quick }, progress) {
    const most = quick || pace < 1 ? PHOTOGRAPHS : Number.POSITIVE_INFINITY;
    const figures = await measureHighQuality(Math.min(ROUNDS, rounds), progress, most).catch((error) => {
      throw new NotHere(`photographs: ${error instanceof Error ? error.message : error}`);
    });
    const { points, cpuMs } = figures;
    const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
    const cpu = ratioOf(cpuMs.linear, cpuMs.plain);
    const rows = (["plain", "linear"] as const).map((name) => [
      name === "plain" ? "default" : "linear=1",
      mean(points[name]).toFixed(1),
      Math.min(...points[name]).toFixed(1),
      median(cpuMs[name]).toFixed(0),
    ]);
    return {
      figures,
      tables: [
        table("Photographs of 4 to 16 megapixels → 800 pixels wide, against linear light", [
          ["", "points, mean", "least", "CPU ms of all"],
          ...rows,
        ]),
      ],
      measured: {
        "G18.mean": exactly(mean(points.linear)),
        "G18.least": exactly(Math.min(...points.linear)),
        "G18.cpu": cpu,
      },
    };
  },
};

export const PIXELS: readonly Cell[] = [srcset, highQuality];
