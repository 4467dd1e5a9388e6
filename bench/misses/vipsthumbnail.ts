import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../test/support/find.ts";
import { NotHere } from "../cell.ts";
import type { Pictures } from "../pictures.ts";
import { forkProgram } from "../programs.ts";
import type { Runner, Took, Work } from "./runner.ts";

/** libvips' own program, which many build pipelines run for each picture. */
export async function startVipsthumbnail({ folder, names }: Pictures): Promise<Runner> {
  const program = findProgram("vipsthumbnail");
  if (program === undefined) throw new NotHere("not installed (apt-get install libvips-tools)");
  const output = await mkdtemp(join(tmpdir(), "freshet-vipsthumbnail-"));
  const files = names.map((name) => join(folder, name));
  const script = join(import.meta.dirname, "../peers/vipsthumbnail/loop.ts");
  const helper = await forkProgram(script, [program, output, ...files], {});
  const inParallel = availableParallelism();
  const run = async (work: Work) => {
    helper.child.send({ ...work, inFlight: Math.min(work.inFlight, inParallel) });
    const [took] = await once(helper.child, "message");
    return took as Took & { readonly last: string };
  };
  return {
    name: "vipsthumbnail",
    pid: helper.pid,
    run,
    async one(task, picture) {
      const { last } = await run({ task, count: 1, inFlight: 1, only: names.indexOf(picture) });
      return readFile(last);
    },
    async stop() {
      await helper.stop();
      await rm(output, { recursive: true, force: true });
    },
  };
}
