import type { Cell } from "../cell.ts";
import { avif } from "./avif.ts";
import { compareMisses } from "./compare.ts";
import { even } from "./even.ts";
import { reportMisses } from "./report.ts";
import { JPEG, type Task, WEBP } from "./task.ts";

const cellOf = (task: Task, about: string): Cell => ({
  name: task.format,
  group: "pictures",
  about,
  run: async (parts, options, progress) => reportMisses(await compareMisses(task, parts, options, progress)),
});

/** Pictures that nobody asked for before. */
export const MISSES: readonly Cell[] = [
  cellOf(JPEG, "uncached JPEG → JPEG: CPU, rate, latency, memory, bytes and points of every server"),
  cellOf(WEBP, "uncached JPEG → WebP: the same"),
  even,
  avif,
];
