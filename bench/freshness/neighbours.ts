import { setTimeout as sleep } from "node:timers/promises";
import { Coverage } from "../../apps/server/dist/cache/coverage.js";
import { freePort, startFreshet } from "../../test/support/freshet.ts";
import { startOrigin } from "../../test/support/origin.ts";
import type { Options } from "../options.ts";
import { ask, isHit } from "./ask.ts";
import { type Edge, startNginxEdge, startVarnishEdge } from "./edges.ts";

const PROJECTS = ["noisy", "quiet"] as const;
/** Objects that each reader asks for in turns, and its pause. */
const OBJECTS = 12;
const PAUSE_MS = 8;
const MOST_FLOORS = 100_000;

/** Who is read: the other project, the noisy one outside the folder that it invalidates every second, and inside. */
export const READ = ["another project", "same project, another folder", "the folder itself"] as const;

/** What a reader saw through one node. */
export interface Neighbour {
  readonly node: string;
  readonly read: (typeof READ)[number];
  /** Parts of its requests that were hits, without the noise and with it. */
  readonly before: number;
  readonly during: number;
  /** Milliseconds after which an object of the folder was a hit again, from the 201 of each invalidation. */
  readonly again: readonly number[];
}

export interface Neighbours {
  readonly readers: readonly Neighbour[];
  readonly seconds: number;
  /** Floors that an instance keeps after three times as many folders as it may keep were invalidated, and after one folder as often. */
  readonly floors: { readonly many: number; readonly one: number; readonly most: number };
  /** Whether the other project kept its exact floors meanwhile. */
  readonly spared: boolean;
}

/** One project invalidates a folder every second. What becomes of the others' hits, of its own, and of the memory for it? */
export async function compareNeighbours(
  options: Options,
  progress: (text: string) => void,
): Promise<Neighbours> {
  const seconds = options.quick ? 4 : 10;
  const origin = await startOrigin();
  const port = await freePort();
  const nodes: { readonly name: string; readonly edge: Edge }[] = [];
  const projects = Object.fromEntries(
    PROJECTS.map((name) => [
      name,
      {
        apiKey: `client_${name}_0123456789`,
        hosts: [`${name}.example`],
        origins: { allow: ["127.0.0.1"], allowPrivate: true },
      },
    ]),
  );
  nodes.push({ name: "Varnish", edge: await startVarnishEdge({ backendPort: port }) });
  nodes.push({ name: "nginx", edge: await startNginxEdge({ backendPort: port }) });
  const cdn = nodes.map(({ name, edge }) => ({ driver: name.toLowerCase(), nodes: [edge.url] }));
  const server = await startFreshet({ port, config: { projects, cdn, log: "warn" } });
  try {
    for (const folder of ["folder", "other"]) {
      for (let number = 0; number < OBJECTS; number += 1) {
        const shade = { red: number, green: 99, blue: 99 };
        await origin.paint(`/${folder}/${number}.jpg`, shade, { width: 160, height: 120 });
      }
    }
    const urlOf = (read: Neighbour["read"], number: number) => {
      const folder = read === "the folder itself" ? "folder" : "other";
      return `/v7/${origin.url}/${folder}/${number}.jpg?w=80`;
    };
    const hostOf = (read: Neighbour["read"]) => `${PROJECTS[read === "another project" ? 1 : 0]}.example`;
    const readers = nodes.flatMap(({ name, edge }) =>
      READ.map((read) => createReader(edge.url, hostOf(read), (number) => urlOf(read, number), name, read)),
    );
    progress("neighbours: warming");
    await untilAllHit(readers);
    progress(`neighbours: ${seconds} s without noise`);
    const before = await readAll(readers, seconds, async () => {});
    progress(`neighbours: ${seconds} s with an invalidation of a folder every second`);
    const during = await readAll(readers, seconds, async () => {
      const answer = await ask(`${server.url}/invalidate`, {
        method: "POST",
        headers: { "x-client-key": `client_${PROJECTS[0]}_0123456789` },
        body: JSON.stringify({ scope: "original", urls: [`/${origin.url}/folder/*`] }),
      });
      if (answer.status !== 201)
        throw new Error(`An invalidation was answered ${answer.status}: ${answer.text}`);
    });
    return {
      readers: readers.map(({ node, read }, at) => ({
        node,
        read,
        before: before[at]?.hits ?? Number.NaN,
        during: during[at]?.hits ?? Number.NaN,
        again: during[at]?.again ?? [],
      })),
      seconds,
      ...measureFloors(),
    };
  } finally {
    await server.stop();
    await Promise.all(nodes.map(({ edge }) => edge.stop()));
    await origin.close();
  }
}

interface Reader {
  readonly node: string;
  readonly read: Neighbour["read"];
  /** Asks for the next object; whether it was a hit. */
  next(): Promise<boolean>;
  /** The same for one object, always the same. */
  watch(): Promise<boolean>;
}

function createReader(
  node: string,
  host: string,
  pathOf: (number: number) => string,
  name: string,
  read: Neighbour["read"],
): Reader {
  let number = 0;
  const get = async (path: string): Promise<boolean> => {
    const answer = await ask(`${node}${path}`, { headers: { host, accept: "image/webp" } });
    if (answer.status !== 200) throw new Error(`${name} answered ${answer.status} for ${host}.`);
    return isHit(answer);
  };
  return {
    node: name,
    read,
    next() {
      // From 1: object 0 is the one that is watched.
      number = (number % (OBJECTS - 1)) + 1;
      return get(pathOf(number));
    },
    watch: () => get(pathOf(0)),
  };
}

async function untilAllHit(readers: readonly Reader[]): Promise<void> {
  for (const reader of readers) {
    let inRow = 0;
    for (let tries = 0; inRow < OBJECTS; tries += 1) {
      if (tries > 2_000) throw new Error(`${reader.node} never has ${reader.read} in its cache.`);
      inRow = (await reader.next()) && (await reader.watch()) ? inRow + 1 : 0;
      if (inRow === 0) await sleep(5);
    }
  }
}

/** All readers at once for so many seconds, in which `noise` is made every second. */
async function readAll(readers: readonly Reader[], seconds: number, noise: () => Promise<void>) {
  let isOver = false;
  // When the newest invalidation was accepted.
  let since: number | undefined;
  const reading = readers.map(async (reader) => {
    const again: number[] = [];
    let [hits, asked] = [0, 0];
    let missed: number | undefined;
    while (!isOver) {
      const isOne = await reader.next();
      asked += 1;
      hits += isOne ? 1 : 0;
      // Between two of a turn, always the same one: it is missed and found again.
      const isFound = await reader.watch();
      if (!isFound) missed ??= since;
      else if (missed !== undefined) {
        again.push(performance.now() - missed);
        missed = undefined;
      }
      await sleep(PAUSE_MS);
    }
    return { hits: hits / asked, again };
  });
  for (let second = 0; second < seconds; second += 1) {
    const begun = performance.now();
    await noise();
    since = performance.now();
    await sleep(Math.max(0, begun + 1_000 - since));
  }
  isOver = true;
  return Promise.all(reading);
}

function measureFloors(): Pick<Neighbours, "floors" | "spared"> {
  const coverage = new Coverage(Date.now, MOST_FLOORS);
  const quiet = { project: "quiet", tag: "o-quiet", name: "quiet/h/a.jpg", userTags: [] };
  let sequence = 1;
  coverage.apply(sequence, [{ kind: "original", project: quiet.project, tag: quiet.tag }]);
  const again = new Coverage(Date.now, MOST_FLOORS);
  for (; sequence < 3 * MOST_FLOORS; sequence += 1) {
    const mark = (folder: string) => ({ kind: "prefix", project: "noisy", prefix: `h/${folder}/` }) as const;
    coverage.apply(sequence + 1, [mark(String(sequence))]);
    again.apply(sequence, [mark("folder")]);
  }
  const others = coverage.floor({ ...quiet, tag: "o-other", name: "quiet/h/b.jpg" });
  return {
    floors: { many: coverage.size, one: again.size, most: MOST_FLOORS },
    spared: coverage.floor(quiet) === 1 && others === 0,
  };
}
