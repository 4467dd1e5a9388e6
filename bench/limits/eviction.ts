import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Freshet, startFreshet } from "../../test/support/freshet.ts";
import { usageOf } from "../accounting.ts";
import type { Parts, Progress } from "../cell.ts";
import { fetchRendition } from "../check.ts";
import { removeLater } from "../leavings.ts";
import type { Options } from "../options.ts";
import { deliveryUrl } from "../peers.ts";
import { pause } from "../programs.ts";
import { rotated } from "../statistics.ts";
import { fill, indexed } from "./many-files.ts";

/** The smallest bound there is, and its parts for each folder. */
const FULL_BYTES = 64 * 2 ** 20;
const SHARES = { records: 0.05, originals: 0.35, variants: 0.6 } as const;
/** What a variant and a record of these pictures take. */
const VARIANT_BYTES = 40_000;
const RECORD_BYTES = 800;
/** In which a server finishes what it does after its answers. */
const AFTERMATH_MS = 300;
const SECONDS = 8;

/** CPU milliseconds per miss, round by round. */
export interface Eviction {
  readonly full: readonly number[];
  readonly room: readonly number[];
  /** Files that the full one removed for each miss. */
  readonly removed: number;
}

type Side = "full" | "room";

let asked = 0;

/**
 * The same misses at two servers with the same files on their disks, miss by miss in turn: one whose bound those files reach, so that every
 * original, variant and record that is written evicts others, and one with room. Throws where the one does not evict, or the other does.
 */
export async function measureEviction(
  parts: Pick<Parts, "pictures" | "origin">,
  options: Options,
  progress: Progress,
): Promise<Eviction> {
  progress("index, eviction: filling two disks");
  const servers: { readonly side: Side; readonly server: Freshet }[] = [];
  try {
    for (const side of ["full", "room"] as const)
      servers.push({ side, server: await startFilled(side, parts) });
    const taken = { full: [] as number[], room: [] as number[] };
    const before = servers.map(({ server }) => filesOf(server));
    let misses = 0;
    const begun = performance.now();
    for (let round = -1; round < options.rounds; round += 1) {
      if (round >= 3 && performance.now() - begun > SECONDS * options.pace * 1_000) break;
      progress(
        `index, eviction: ${round < 0 ? "once to warm up" : `round ${round + 1} of ${options.rounds}`}`,
      );
      const used = servers.map(({ server }) => usageOf(server.pid).cpuMs);
      const names = options.quick
        ? parts.pictures.names.slice(0, 2)
        : [...parts.pictures.names, ...parts.pictures.names];
      for (const [at, name] of names.entries()) {
        asked += 1;
        const original = parts.origin.pictureUrl(`index-${asked}`, name);
        for (const { server } of rotated(servers, round + 1 + at))
          await fetchRendition(deliveryUrl(server, original));
      }
      misses += names.length;
      await pause(AFTERMATH_MS);
      if (round < 0) continue;
      for (const [at, { side, server }] of servers.entries())
        taken[side].push((usageOf(server.pid).cpuMs - (used[at] ?? 0)) / names.length);
    }
    const [full = 0, room = 0] = servers.map(({ server }, at) => filesOf(server) - (before[at] ?? 0));
    // Each miss writes an original, a variant and a record.
    if (room !== 3 * misses) throw new Error(`${misses} misses left ${room} files where there was room.`);
    const removed = 3 - full / misses;
    if (removed < 2) throw new Error(`Only ${removed} files left a full disk for each miss.`);
    return { ...taken, removed };
  } finally {
    for (const { server } of servers) await server.stop();
  }
}

async function startFilled(side: Side, { pictures }: Pick<Parts, "pictures">): Promise<Freshet> {
  const project = {
    apiKey: "client_0123456789abcdef",
    origins: { allow: ["127.0.0.1"], allowPrivate: true },
  };
  const server = await startFreshet({
    remove: removeLater,
    config: { projects: { bench: project }, limits: side === "full" ? { diskBytes: FULL_BYTES } : {} },
  });
  try {
    await server.kill();
    const sizes = pictures.names.map((name) => statSync(join(pictures.folder, name)).size);
    const bytes = { records: RECORD_BYTES, originals: Math.min(...sizes), variants: VARIANT_BYTES };
    const folders = ["records", "originals", "variants"] as const;
    const counts = folders.map((folder) => Math.floor((FULL_BYTES * SHARES[folder]) / (bytes[folder] + 16)));
    // Each a file of its own where they are large: what is removed gives its blocks back.
    for (const [at, folder] of folders.entries()) {
      const more = folder === "records" ? {} : { namesOfOne: 1 };
      fill(join(server.dataFolder, folder), counts[at] ?? 0, { bodyBytes: bytes[folder], ...more });
    }
    await server.restart();
    for (const [at, folder] of folders.entries()) await indexed(server, counts[at] ?? 0, folder);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const filesOf = ({ dataFolder }: Freshet): number =>
  Object.keys(SHARES).reduce(
    (sum, folder) =>
      sum +
      readdirSync(join(dataFolder, folder), { recursive: true, withFileTypes: true }).filter((each) =>
        each.isFile(),
      ).length,
    0,
  );
