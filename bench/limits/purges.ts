import { open } from "node:fs/promises";
import { join } from "node:path";
import { versionIn } from "../../test/storm/moving-origin.ts";
import type { Progress } from "../cell.ts";
import { type Answer, isHit } from "../freshness/ask.ts";
import type { Options } from "../options.ts";
import { type Rounds, takeRounds } from "../rounds.ts";
import type { Invalidated, LargeCache } from "./large-cache.ts";

/** In each round, of each cache. */
const PURGES = 60;
const SECONDS = 6;

/** One URL's invalidation, milliseconds. */
export interface Purge extends Invalidated {
  /** Of another invalidation, whose URL is asked for from its 201 on: until the first request was sent that no cache answered. */
  readonly felt: number;
  /** The first request for the URL after Done: the origin is asked and the picture rendered. */
  readonly anew: number;
  /** The same work without an invalidation: a picture that nobody asked for before. */
  readonly miss: number;
  /** Some bytes beside the journal, written and synced: what its disk takes for one of the invalidation's commits. */
  readonly sync: number;
}

/**
 * One URL after the other is invalidated, of a large cache beside an empty one. Each URL is a hit before, and its bytes at the origin have
 * changed. The goal is judged by when an invalidation is felt: neither memory nor disk answers for the URL any more. When that is promised is
 * found with another one of the same URL: when its log says Done, which the caller asks for again and again; then the journal is durable
 * and the original has been read again. The request that follows is counted beside it, because what it takes is a render; it throws where
 * that one is a hit or shows the bytes of before.
 */
export function measurePurges(
  caches: readonly { readonly name: string; readonly cache: LargeCache }[],
  options: Options,
  progress: Progress,
): Promise<readonly Rounds<readonly Purge[]>[]> {
  const count = options.quick ? PURGES / 3 : PURGES;
  return takeRounds("index, one URL", caches, ({ cache }, round) => purges(cache, round, count), {
    ...options,
    seconds: SECONDS,
    progress,
  });
}

async function purges(cache: LargeCache, round: number, count: number): Promise<readonly Purge[]> {
  const { origin } = cache;
  const all: Purge[] = [];
  for (let at = 0; at < count; at += 1) {
    const path = `/one/${at}.png`;
    const url = cache.urlOf(path);
    if (round === 0) await origin.change([path]);
    await cache.picture(url);
    const felt = await untilFelt(cache, path);
    if (!isHit(await cache.picture(url))) throw new Error(`${url} is no hit before it is invalidated.`);
    const version = await origin.change([path]);
    const invalidated = await cache.invalidate({ path });
    const [answer, anew] = await timed(() => cache.picture(url));
    await assertAnew(answer, version);
    const other = `/other/${round}-${at}.png`;
    await origin.change([other]);
    const [, miss] = await timed(() => cache.picture(cache.urlOf(other)));
    const [, sync] = await timed(() => writeSynced(join(cache.server.dataFolder, "bench-sync")));
    all.push({ ...invalidated, felt, anew, miss, sync });
  }
  return all;
}

async function untilFelt(cache: LargeCache, path: string): Promise<number> {
  const url = cache.urlOf(path);
  if (!isHit(await cache.picture(url))) throw new Error(`${url} is no hit before it is invalidated.`);
  const version = await cache.origin.change([path]);
  const begun = performance.now();
  let felt = 0;
  await cache.invalidate({ path }, async () => {
    let answer: Answer;
    do {
      felt = performance.now() - begun;
      answer = await cache.picture(url);
    } while (isHit(answer));
    await assertAnew(answer, version);
  });
  return felt;
}

/** Throws unless an answer is made from these bytes of the origin, and no cache's. */
export async function assertAnew(answer: Answer, version: number): Promise<void> {
  const shown = await versionIn(Buffer.from(answer.text, "latin1"));
  if (isHit(answer) || shown !== version)
    throw new Error(
      `What was invalidated is answered: ${answer.headers["cache-status"]}, version ${shown}, not ${version}.`,
    );
}

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [Result, number]> {
  const begun = performance.now();
  const result = await work();
  return [result, performance.now() - begun];
}

async function writeSynced(path: string): Promise<void> {
  const file = await open(path, "a");
  try {
    await file.write(Buffer.alloc(4_096, "x"));
    await file.datasync();
  } finally {
    await file.close();
  }
}
