import type { Cell } from "../cell.ts";
import { measureStats } from "./measure.ts";
import { reportStats } from "./report.ts";

export const statsCell: Cell = {
  name: "stats",
  group: "analytics",
  about: "pages over millions of lines, SQLite and PostgreSQL",
  async run({ leaveOut }, options, progress) {
    const figures = await measureStats(options, leaveOut, progress);
    return { figures, ...reportStats(figures) };
  },
};
