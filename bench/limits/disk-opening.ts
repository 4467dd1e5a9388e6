import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Freshet, startFreshet } from "../../test/support/freshet.ts";
import type { Options } from "../options.ts";
import { pause } from "../programs.ts";
import { fill, indexed } from "./many-files.ts";

const ENTRIES = 1_000_000;

export interface Opening {
  readonly entries: number;
  /** Milliseconds from the start of the process until it is ready: with an empty folder, and with that many files. */
  readonly rounds: readonly { readonly empty: number; readonly full: number }[];
  /** Resident bytes that each file costs, once all are indexed. */
  readonly bytesPerEntry: number;
}

/** What a large disk costs a server: at its start, and in memory. */
export async function measureOpening(options: Options, progress: (text: string) => void): Promise<Opening> {
  const entries = options.quick ? ENTRIES / 10 : ENTRIES;
  // What is indexed must not be too much for the bound, or it is evicted.
  const config = { limits: { diskBytes: 64 * 2 ** 30 }, analytics: { enabled: false } };
  const [empty, full] = [await startFreshet({ config }), await startFreshet({ config })];
  try {
    progress(`opening: preparing ${entries} files`);
    await full.kill();
    fill(join(full.dataFolder, "variants"), entries);
    // The log of before says nothing of them: they are found one by one, and the log is written anew with the next start.
    await full.restart();
    await indexed(full, entries);
    const rounds = [];
    for (let round = 0; round < options.rounds; round += 1) {
      progress(`opening: round ${round + 1} of ${options.rounds}`);
      rounds.push({ empty: await startOf(empty), full: await startOf(full) });
    }
    await indexed(full, entries);
    const bytesPerEntry = ((await settled(full)) - (await settled(empty))) / entries;
    return { entries, rounds, bytesPerEntry };
  } finally {
    await empty.stop();
    await full.stop();
  }
}

async function startOf(server: Freshet): Promise<number> {
  await server.kill();
  const begun = performance.now();
  await server.restart();
  return performance.now() - begun;
}

/** Resident bytes once they move no more: what is read in the background has been read. */
async function settled({ pid }: Freshet): Promise<number> {
  const resident = () =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  let last = 0;
  for (let next = resident(); Math.abs(next - last) > 2 ** 20; next = resident()) {
    last = next;
    await pause(5_000);
  }
  return last;
}
