import type { Cell } from "../cell.ts";
import { measureConsole } from "./measure.ts";
import { reportConsole } from "./report.ts";

export const consoleCell: Cell = {
  name: "console",
  group: "console",
  about: "sign-in and overview opened in a new browser context: until they can be used, bytes",
  async run(_parts, options, progress) {
    const figures = await measureConsole(options, progress);
    return { figures, ...reportConsole(figures) };
  },
};
