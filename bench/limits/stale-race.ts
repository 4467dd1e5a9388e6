import { setTimeout as sleep } from "node:timers/promises";
import { versionIn } from "../../test/storm/moving-origin.ts";
import type { Progress } from "../cell.ts";
import { isHit } from "../freshness/ask.ts";
import type { Options } from "../options.ts";
import type { LargeCache } from "./large-cache.ts";

const REQUESTS = 100_000;
const READERS = 8;
/** Between two invalidations: time for hits of memory. */
const REST_MS = 10;
const PATH = "/race.png";

/** Readers of one picture whose bytes change and are invalidated again and again. */
export interface StaleRace {
  readonly requests: number;
  readonly invalidations: number;
  /** Answers that came out of a cache. */
  readonly hits: number;
  /** Answers older than what the origin had when they were asked for, its invalidation not being Done yet: that they may be. */
  readonly early: number;
  /** Older than an invalidation that was Done before they were asked for. */
  readonly stale: number;
}

/** Answers with the same bytes that were asked for while the origin had the same version, and the same one's invalidation was Done. */
interface Alike {
  readonly tag: string;
  readonly changed: number;
  readonly done: number;
  count: number;
}

/**
 * Eight connections ask for one picture in a closed loop, while its bytes at the origin change and it is invalidated again and again.
 * The version that an answer shows in its pixels is compared with the newest one whose invalidation was read as Done before the request
 * was sent: an older one is stale.
 */
export async function raceForStale(
  cache: LargeCache,
  options: Options,
  progress: Progress,
): Promise<StaleRace> {
  progress("index, racing");
  const { origin } = cache;
  const requests = options.quick ? REQUESTS / 20 : REQUESTS;
  const url = cache.urlOf(PATH);
  const bodies = new Map<string, string>();
  const alike = new Map<string, Alike>();
  let changed = await origin.change([PATH]);
  let done = changed;
  let [asked, hits, invalidations] = [0, 0, 0];
  const read = async () => {
    while (asked < requests) {
      asked += 1;
      if (asked % 10_000 === 0) progress(`index, racing: ${asked} of ${requests}`);
      const told = { changed, done };
      const answer = await cache.picture(url);
      const tag = answer.headers.etag ?? "";
      if (isHit(answer)) hits += 1;
      // Its bytes say which version it is; they are read when the race is over.
      bodies.set(tag, bodies.get(tag) ?? answer.text);
      if (bodies.get(tag) !== answer.text) throw new Error(`Two pictures have the ETag ${tag}.`);
      const key = `${tag} ${told.changed} ${told.done}`;
      const known = alike.get(key);
      if (known) known.count += 1;
      else alike.set(key, { tag, ...told, count: 1 });
    }
  };
  const change = async () => {
    while (asked < requests) {
      changed = await origin.change([PATH]);
      await cache.invalidate({ path: PATH });
      done = changed;
      invalidations += 1;
      await sleep(REST_MS);
    }
  };
  await Promise.all([change(), ...Array.from({ length: READERS }, read)]);
  const versions = new Map<string, number>();
  for (const [tag, body] of bodies) versions.set(tag, await versionIn(Buffer.from(body, "latin1")));
  const older = (than: (each: Alike) => number) =>
    [...alike.values()]
      .filter((each) => (versions.get(each.tag) ?? 0) < than(each))
      .reduce((sum, { count }) => sum + count, 0);
  const stale = older((each) => each.done);
  return { requests: asked, invalidations, hits, stale, early: older((each) => each.changed) - stale };
}
