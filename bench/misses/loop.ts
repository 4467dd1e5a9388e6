import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Pictures } from "../pictures.ts";
import { forkProgram } from "../programs.ts";
import type { Runner, Took } from "./runner.ts";
import { renderTask } from "./task.ts";

/** The pixels alone, in a process of their own: no more at once than there are cores. */
export async function startLoop({ folder, names }: Pictures): Promise<Runner> {
  const inParallel = availableParallelism();
  const script = join(import.meta.dirname, "../peers/loop/loop.ts");
  const env = { MALLOC_ARENA_MAX: "2", UV_THREADPOOL_SIZE: String(inParallel) };
  const program = await forkProgram(script, [folder, ...names], env);
  return {
    name: "bare sharp",
    pid: program.pid,
    async run(work) {
      program.child.send({ ...work, inFlight: Math.min(work.inFlight, inParallel) });
      const [took] = await once(program.child, "message");
      return took as Took;
    },
    one: async (task, picture) => renderTask(await readFile(join(folder, picture)), task),
    stop: program.stop,
  };
}
