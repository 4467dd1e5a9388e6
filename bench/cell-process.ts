import type { Task, Told } from "./apart.ts";
import { NotHere, type Parts } from "./cell.ts";
import { CELLS } from "./cells.ts";
import { tellOfLeavings } from "./leavings.ts";
import { startOrigin } from "./peers.ts";
import { makePictures } from "./pictures.ts";

// The process of one cell: it is told which, tells how far it is, and ends when it has told what it found.

// A fleet of nodes is at work at the same time.
process.setMaxListeners(50);
// Children end with this process, which "exit" sees to; a signal alone would not make one. So does the end of the run.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
process.once("disconnect", () => process.exit(130));

process.once("message", async ({ cell: name, options }: Task) => {
  tellOfLeavings((left) => tell({ left }));
  const progress = (text: string) => tell({ progress: text });
  const leaveOut: Parts["leaveOut"] = (leftOut, why) => tell({ leftOut, why });
  let last: Told;
  try {
    const cell = CELLS.find((each) => each.name === name);
    if (!cell) throw new Error(`There is no comparison ${name}.`);
    const pictures = await makePictures(progress);
    const origin = await startOrigin(pictures);
    try {
      last = { outcome: await cell.run({ pictures, origin, leaveOut }, options, progress) };
    } finally {
      await origin.stop();
    }
  } catch (error) {
    last = {
      error: error instanceof Error ? error.message : String(error),
      notHere: error instanceof NotHere,
    };
  }
  process.send?.(last, undefined, {}, () => process.exit());
});

const tell = (told: Told): boolean | undefined => process.send?.(told);
