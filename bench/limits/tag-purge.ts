import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../cell.ts";
import { type Answer, isHit } from "../freshness/ask.ts";
import { watched } from "../freshness/watched.ts";
import { readMetrics } from "../metrics.ts";
import type { Options } from "../options.ts";
import { type LargeCache, TAGGED } from "./large-cache.ts";
import { assertAnew } from "./purges.ts";

/** Originals with the tag, and variants of each. */
const ORIGINALS = 100;
const EACH = 100;
const IN_FLIGHT = 8;
/** Variants that are asked for after Done. */
const SAMPLE = 50;
/** In which the server does what it put off. */
const AFTERMATH_MS = 100;
const MOST_ROUNDS = 7;

/** One invalidation by tag, milliseconds. */
export interface TagPurge {
  readonly accepted: number;
  readonly done: number;
  /** From Done until the last of the sample, asked for one after the other, was answered. */
  readonly sampled: number;
  /** Longest wait of a reader of another picture, who asks again and again, from the invalidation until a little after Done. */
  readonly longest: number;
  /** The same over as long a time without an invalidation: what the machine does by itself. */
  readonly quiet: number;
  /** Largest distance of two ticks of the server's event loop, 10 apart where nothing holds it up, until the sample was answered. */
  readonly loop: number;
}

export interface TagFigures {
  readonly variants: number;
  readonly rounds: readonly TagPurge[];
}

/**
 * A tag of 10,000 variants that memory and disk have is invalidated while somebody reads hits of another picture. After Done
 * a sample of them, each a hit before, is asked for; throws where one comes from a cache or shows the bytes of before.
 */
export async function measureTagPurges(
  cache: LargeCache,
  options: Options,
  progress: Progress,
): Promise<TagFigures> {
  const { origin } = cache;
  const paths = Array.from({ length: ORIGINALS }, (_, at) => `/${TAGGED}/${at}.png`);
  const each = options.quick ? EACH / 10 : EACH;
  const urls = paths.flatMap((path) => Array.from({ length: each }, (_, at) => cache.urlOf(path, at + 1)));
  progress(`index, a tag: making ${urls.length} variants`);
  // One by one: equal bytes would be one entry under many URLs.
  for (const path of ["/read.png", ...paths]) await origin.change([path]);
  await askAll(cache, urls);
  const read = cache.urlOf("/read.png");
  await cache.picture(read);
  const rounds: TagPurge[] = [];
  for (let round = 0; round < Math.min(MOST_ROUNDS, options.rounds); round += 1) {
    progress(`index, a tag: round ${round + 1}`);
    const sample = Array.from({ length: SAMPLE }, (_, at) => {
      const path = paths[(round + 2 * at) % ORIGINALS] ?? "";
      return { path, url: cache.urlOf(path, 1 + ((round + at) % each)) };
    });
    // Those of the last round were made anew; these are hits of the bytes that stand now.
    for (const { url } of sample) await cache.picture(url);
    for (const { url } of sample) if (!isHit(await cache.picture(url))) throw new Error(`${url} is no hit.`);
    const versions = new Map<string, number>();
    for (const path of paths) versions.set(path, await origin.change([path]));
    const answers: Answer[] = [];
    await readMetrics(cache.server.url);
    let times = { accepted: 0, done: 0 };
    const longest = await watched(read, async () => {
      times = await cache.invalidate({ tag: TAGGED });
      await sleep(AFTERMATH_MS);
    });
    const begun = performance.now();
    for (const { url } of sample) answers.push(await cache.picture(url));
    const sampled = performance.now() - begun;
    // Since it was read last.
    const loop = 1_000 * (await readMetrics(cache.server.url))("freshet_nodejs_eventloop_lag_max_seconds");
    for (const [at, answer] of answers.entries())
      await assertAnew(answer, versions.get(sample[at]?.path ?? "") ?? 0);
    const quiet = await watched(read, () => sleep(times.done + AFTERMATH_MS));
    rounds.push({ ...times, sampled, longest, quiet, loop });
  }
  return { variants: urls.length, rounds };
}

async function askAll(cache: LargeCache, urls: readonly string[]): Promise<void> {
  let next = 0;
  const client = async () => {
    for (let url = urls[next++]; url !== undefined; url = urls[next++]) await cache.picture(url);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
}
