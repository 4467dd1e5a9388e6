import { availableParallelism } from "node:os";
import sharp from "sharp";
import type { HostileInput } from "../../test/hostile/inputs/input.ts";
import { hostileOriginals } from "../../test/hostile/inputs/originals.ts";
import { type Origin, startOrigin } from "../../test/support/origin.ts";
import type { Parts } from "../cell.ts";
import { childrenOf, residentOf, watchResident } from "../limits/resident.ts";
import { readMetrics } from "../metrics.ts";
import { deliveryUrl, type Server, startOwn } from "../peers.ts";
import { pause } from "../programs.ts";
import { hitsFor, hitsWhile, timed } from "./steady-hits.ts";

/** Fewer say little. */
const LEAST_INPUTS = 40;
/** AVIF originals at once, so that every cell is started: of drawings one is read at a time. Small ones, so that no cell keeps room of theirs. */
const AVIFS = 8;
/** So many processes the server starts unless it is told otherwise. */
const CELLS = Math.min(2, availableParallelism());
/** In which what the ordinary ones took goes back to the system: it is no room for what comes. */
const SETTLE_MS = 2_000;
const IDLE_SECONDS = 2;

/** What one hostile input got. */
export interface HostileAnswer {
  readonly name: string;
  /** Has to be answered with a picture, and is: what that takes is honest work. */
  readonly isHarmless: boolean;
  readonly status: number;
  readonly milliseconds: number;
}

/** All of them asked for once, so many in flight, of a server that knew none of them. */
export interface HostileRound {
  readonly answers: readonly HostileAnswer[];
  /** What all processes of the server held at most, above what they held just before. */
  readonly addedBytes: number;
  readonly settledBytes: number;
  /** Milliseconds of each hit, before and meanwhile. */
  readonly idle: readonly number[];
  readonly hits: readonly number[];
}

/** What the suite of hostile originals has, without what takes seconds like others that are in it where time is short. */
export async function hostileInputs(quick: boolean): Promise<readonly HostileInput[]> {
  const all = await hostileOriginals();
  const inputs = all.filter(({ isLong = false }) => !(quick && isLong));
  const refused = inputs.filter((input) => input.refused !== undefined).length;
  if (refused < LEAST_INPUTS) throw new Error(`${refused} hostile inputs are too few.`);
  return inputs;
}

/** Measures a server of its own: what was refused once is refused again for nothing. Throws for an answer that the suite does not allow. */
export async function measureHostile(
  parts: Parts,
  inputs: readonly HostileInput[],
  inFlight: number,
): Promise<HostileRound> {
  const own = await startOwn();
  const strange = await startOrigin();
  try {
    for (const [place, { bytes, type = "image/jpeg" }] of inputs.entries())
      strange.put(`/hostile-${place}`, bytes, { "content-type": type });
    const hit = await warmUp(own, parts, strange);
    const idle = await hitsFor(hit, IDLE_SECONDS);
    const fromMemory = 'freshet_answers_total{from="memory"}';
    const before = (await readMetrics(own.url))(fromMemory);
    const settledBytes = residentOf(own.pid);
    const watched = watchResident(own.pid);
    let most = settledBytes;
    let isOver = false;
    const asking = askAll(own, strange.url, inputs, inFlight).finally(() => {
      isOver = true;
    });
    const [answers, hits] = await Promise.all([asking, hitsWhile(hit, () => !isOver)]).finally(() => {
      most = watched();
    });
    const addedBytes = most - settledBytes;
    const came = (await readMetrics(own.url))(fromMemory) - before;
    if (came < hits.length) throw new Error(`${came} of ${hits.length} hits came from memory.`);
    return { answers, addedBytes, settledBytes, idle, hits };
  } finally {
    await own.stop();
    await strange.close();
  }
}

/** Ordinary work at once, in the server and in its cells; gives the URL of a hit of memory. */
async function warmUp(own: Server, { pictures, origin }: Parts, strange: Origin): Promise<string> {
  const hit = deliveryUrl(own, origin.pictureUrl("hostile-hit", pictures.names[0] ?? ""), 480);
  const urls = [hit, ...pictures.names.map((name) => deliveryUrl(own, origin.pictureUrl("hostile", name)))];
  const strangers: string[] = [];
  for (let place = 0; place < AVIFS; place += 1) {
    const background = { r: place, g: 9, b: 9 };
    const picture = sharp({ create: { width: 160, height: 120, channels: 3, background } });
    strange.put(`/ordinary-${place}`, await picture.avif({ effort: 0 }).toBuffer());
    strangers.push(deliveryUrl(own, `${strange.url}/ordinary-${place}`, 100));
  }
  const askFor = async (url: string) => {
    const { status } = await timed(url);
    if (status !== 200) throw new Error(`${url} was answered ${status}.`);
  };
  // Few originals are read at once: beside photographs one cell would have been enough for these.
  await Promise.all(strangers.map(askFor));
  await Promise.all(urls.map(askFor));
  const started = childrenOf(own.pid).length;
  if (started < CELLS) throw new Error(`${started} of ${CELLS} cells were started.`);
  await pause(SETTLE_MS);
  return hit;
}

async function askAll(
  own: Server,
  origin: string,
  inputs: readonly HostileInput[],
  inFlight: number,
): Promise<readonly HostileAnswer[]> {
  const answers: HostileAnswer[] = [];
  const left = inputs.entries();
  const client = async () => {
    for (const [place, input] of left) {
      const { name, query = "?w=100" } = input;
      const { status, error, milliseconds } = await timed(`${own.url}/v7/${origin}/hostile-${place}${query}`);
      if (!isAllowed(input, status, error)) throw new Error(`${name} was answered ${status} ${error ?? ""}.`);
      answers.push({ name, isHarmless: input.refused === undefined, status, milliseconds });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  return answers;
}

/** A picture where there may be one; otherwise a reason that fits, and no fault of the server. An origin that gives nothing is a broken one. */
function isAllowed({ refused, mayShow = false }: HostileInput, status: number, error = ""): boolean {
  if (status === 200) return refused === undefined || mayShow;
  const isTheirs = (status >= 400 && status < 500) || error === "ORIGIN_BROKEN";
  return isTheirs && refused?.includes(error) === true;
}
