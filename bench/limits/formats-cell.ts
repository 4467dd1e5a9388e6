import { type Cell, NotHere } from "../cell.ts";
import { exactly } from "../statistics.ts";
import { measureFormats, reportFormats } from "./formats.ts";

export const formats: Cell = {
  name: "formats",
  group: "quality",
  about: "photographs as they are answered at once, and as they are written when nobody waits",
  async run(_parts, { quick, pace }, progress) {
    const step = quick ? 12 : pace < 1 ? 6 : 2;
    const written = await measureFormats(step, progress).catch((error) => {
      throw new NotHere(`photographs: ${error instanceof Error ? error.message : error}`);
    });
    const { table, aims } = reportFormats(written);
    const better = aims.find(({ text }) => text.includes("avif"));
    return {
      figures: written,
      tables: [table],
      aims: aims.filter((each) => each !== better),
      measured: better ? { "G16.better": exactly(better.value) } : {},
    };
  },
};
