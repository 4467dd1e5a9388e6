import { hash } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type Freshet, startFreshet } from "../../test/support/freshet.ts";
import type { Options } from "../options.ts";
import { pause } from "../programs.ts";

const ENTRIES = 1_000_000;
/** Names that one file may have, with room to spare below what file systems allow. */
const NAMES_OF_ONE = 60_000;
const BODY_BYTES = 600;
const INDEX_MS = 600_000;

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

/** Files as the server writes them; one of them under many names, so that a million fit anywhere. */
function fill(folder: string, entries: number): void {
  for (let shelf = 0; shelf < 256; shelf += 1) {
    mkdirSync(join(folder, shelf.toString(16).padStart(2, "0")), { recursive: true });
  }
  const file = Buffer.alloc(BODY_BYTES + 16, "x");
  file.write("FRS1", BODY_BYTES);
  file.writeUInt32BE(crc32(file.subarray(0, BODY_BYTES)), BODY_BYTES + 4);
  file.writeBigUInt64BE(BigInt(BODY_BYTES), BODY_BYTES + 8);
  let first = "";
  for (let entry = 0; entry < entries; entry += 1) {
    const name = hash("sha256", `entry ${entry}`).slice(0, 40);
    const path = join(folder, name.slice(0, 2), name);
    if (entry % NAMES_OF_ONE === 0) {
      writeFileSync(path, file);
      first = path;
    } else {
      linkSync(first, path);
    }
  }
}

/** Every name takes 40 bytes in the log, so its length says when all were found. */
async function indexed({ dataFolder }: Freshet, entries: number): Promise<void> {
  const log = join(dataFolder, "variants.index");
  for (
    const begun = Date.now();
    (statSync(log, { throwIfNoEntry: false })?.size ?? 0) < 40 * entries;
    await pause(500)
  ) {
    if (Date.now() - begun > INDEX_MS) throw new Error(`${entries} files were not indexed in time.`);
  }
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
