import type { Cell, Outcome, Parts, Progress } from "../cell.ts";
import { deliveryUrl, startOwn } from "../peers.ts";
import { exactly } from "../statistics.ts";
import { table } from "../table.ts";

const ACCEPT = "image/webp,image/*,*/*;q=0.8";
/** Holds about ninety of these bodies. */
const MEMORY_BYTES = 2 ** 21;
/** So many that memory has let go of the first ones by the end. */
const PICTURES = 160;
/** Asked for twice: half of what memory holds. */
const WORKING_SET = 40;
const FIRST_WIDTH = 400;
const QUALITY = 70;
/** A second hit later than that may come from wherever it likes. */
const SOON_MS = 60_000;

/** Of one way to leave memory: answers to the second request for each picture, by where they came from. */
interface Seconds {
  readonly how: string;
  readonly asked: number;
  readonly fromMemory: number;
  /** From the first request for the first of them to the last answer. */
  readonly ms: number;
}

/** Whether a picture that memory does not have is in memory once the disk gave it: let go by memory, and forgotten by a restart. */
export const promotion: Cell = {
  name: "promotion",
  group: "hits",
  about: "where the second hit comes from of a picture that the disk had to give",
  run: async (parts, _options, progress) => report(await askTwice(parts, progress)),
};

async function askTwice({ pictures, origin }: Parts, progress: Progress): Promise<readonly Seconds[]> {
  const own = await startOwn(undefined, { limits: { memoryBytes: MEMORY_BYTES } });
  try {
    const original = origin.pictureUrl("promotion", pictures.names[0] ?? "");
    const urls = Array.from({ length: PICTURES }, (_, at) =>
      deliveryUrl(own, original, FIRST_WIDTH + at, QUALITY),
    );
    for (const [at, url] of urls.entries()) {
      if (at % 40 === 0) progress(`promotion: preparing, ${at} of ${PICTURES}`);
      await placeOf(url);
    }
    progress(`promotion: ${2 * WORKING_SET} pictures twice`);
    const letGo = await secondsOf("let go by memory", urls.slice(0, WORKING_SET));
    await own.restart();
    return [letGo, await secondsOf("after a restart", urls.slice(-WORKING_SET))];
  } finally {
    await own.stop();
  }
}

/** All of them once, then all of them again, so that the others come between. Throws unless the disk gives each the first time. */
async function secondsOf(how: string, urls: readonly string[]): Promise<Seconds> {
  const begun = performance.now();
  for (const url of urls) {
    const place = await placeOf(url);
    if (place !== "disk") throw new Error(`${url}, ${how}, came from ${place}: nothing to measure.`);
  }
  let fromMemory = 0;
  for (const url of urls) if ((await placeOf(url)) === "memory") fromMemory += 1;
  const ms = performance.now() - begun;
  if (ms > SOON_MS) throw new Error(`The second hits took ${ms.toFixed(0)} ms: too late to be promised.`);
  return { how, asked: urls.length, fromMemory, ms };
}

/** Where an answer came from, by its `Cache-Status` (RFC 9211); "origin" for what had to be made. */
async function placeOf(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { accept: ACCEPT } });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${url} was answered ${answer.status}.`);
  return /; hit; detail=(\w+)/.exec(answer.headers.get("cache-status") ?? "")?.[1] ?? "origin";
}

function report(found: readonly Seconds[]): Outcome {
  const sum = (of: (seconds: Seconds) => number) => found.reduce((total, each) => total + of(each), 0);
  const rows = found.map(({ how, asked, fromMemory }) => [how, String(asked), String(fromMemory)]);
  return {
    figures: found,
    tables: [
      table("Second hits of pictures that the disk gave", [["", "asked for again", "from memory"], ...rows]),
    ],
    measured: { "G9.promoted": exactly(sum(({ fromMemory }) => fromMemory) / sum(({ asked }) => asked)) },
  };
}
