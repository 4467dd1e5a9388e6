import { setTimeout as sleep } from "node:timers/promises";
import { createVarnishDriver } from "@freshet/cdn/varnish";
import { startVarnish } from "../support/varnish.ts";
import { coveredBy, ORIGINALS, randomScope, type Scope, startInnerServer, tagOf } from "./inner-server.ts";

const VARIANTS = 5;
const WORKERS = 8;
const READERS = 4;
/** Longest fill in milliseconds. Late purges come up to twice as late. */
const FLIGHT_MS = 200;

export interface StormReport {
  readonly invalidations: number;
  /** Answers compared with what was Done when they were asked for. */
  readonly answers: number;
  readonly hits: number;
  /** Answers the node fenced: without any, nothing raced and the storm proved nothing. */
  readonly fenced: number;
  /** Purges sent, the repeated and late ones included. */
  readonly purges: number;
  /** Answers that began after Done and were older, in words. */
  readonly stale: readonly string[];
}

/**
 * Invalidates while fills are in flight, repeats purges at once and late, so that they come in any order, and compares every
 * answer with what was Done when it was asked for.
 */
export async function runStorm(options: {
  readonly vcl: string | undefined;
  readonly invalidations: number;
  readonly seed: number;
  /** Ends the storm at the first stale answer: enough for a rule that is switched off. */
  readonly untilStale: boolean;
}): Promise<StormReport> {
  const random = randomFrom(options.seed);
  const within = (ms: number) => Math.floor(random() * ms);
  const inner = await startInnerServer({
    delay: () => (random() < 0.3 ? within(10) : within(FLIGHT_MS)),
    half: () => random() < 0.3,
  });
  const varnish = await startVarnish({
    backendPort: inner.port,
    ...(options.vcl === undefined ? {} : { vcl: options.vcl }),
  });
  const driver = createVarnishDriver({ node: varnish.url });
  const { signal } = new AbortController();

  const done = new Array<number>(ORIGINALS).fill(0);
  const stale: string[] = [];
  const pending: Promise<unknown>[] = [];
  let begun = 0;
  let answers = 0;
  let hits = 0;
  let fenced = 0;
  let purges = 0;
  let storming = true;
  const isOver = () => begun >= options.invalidations || (options.untilStale && stale.length > 0);

  async function read(original: number, variant: number): Promise<void> {
    const atLeast = done[original] ?? 0;
    const response = await fetch(`${varnish.url}/storm/${original}.jpg?w=${100 + variant}`, {
      headers: { Accept: variant % 2 === 0 ? "image/webp,*/*" : "image/avif,image/webp" },
    });
    const version = Number((await response.text()).split(";")[0]);
    const status = response.headers.get("cache-status") ?? "";
    answers++;
    if (status.includes("hit")) hits++;
    if (status.includes("fenced")) fenced++;
    if (response.status !== 200 || !(version >= atLeast)) {
      stale.push(
        `${original}.jpg variant ${variant}: ${response.status}, version ${version} of ${atLeast} (${status})`,
      );
    }
  }

  async function purge(scope: Scope, sequence: number): Promise<void> {
    purges++;
    const tag = tagOf(scope);
    if (scope.kind === "project") await driver.purgeProject?.({ sequence, project: "storm", tag }, signal);
    else await driver.purgeTags?.({ sequence, project: "storm", tags: [tag] }, signal);
  }

  /** One invalidation with everything that races it; answers its number. */
  async function invalidate(scope: Scope): Promise<number> {
    const covered = coveredBy(scope);
    const some = () => covered[within(covered.length)] ?? 0;
    for (let flight = 0; flight < VARIANTS; flight++) {
      pending.push(sleep(within(FLIGHT_MS / 2)).then(() => read(some(), within(VARIANTS))));
    }
    await sleep(within(FLIGHT_MS));
    const version = inner.change(scope);
    await sleep(within(5));
    const sequence = inner.accept();
    for (let again = within(3); again > 0; again--) {
      const late = random() < 0.3 ? 0 : within(2 * FLIGHT_MS);
      pending.push(sleep(late).then(() => purge(scope, sequence)));
    }
    await purge(scope, sequence);
    for (const original of covered) done[original] = Math.max(version, done[original] ?? 0);
    const asked = some();
    await Promise.all(Array.from({ length: VARIANTS }, (_, variant) => read(asked, variant)));
    return sequence;
  }

  /** The same scope several times in a row, as an editor saves: purges of the older ones may come after the newer is Done. */
  async function burst(): Promise<void> {
    const scope = randomScope(random);
    let older: number | undefined;
    for (let times = 1 + within(4); times > 0 && !isOver(); times--) {
      begun++;
      const previous = older;
      older = await invalidate(scope);
      if (previous !== undefined)
        pending.push(sleep(within(FLIGHT_MS / 4)).then(() => purge(scope, previous)));
    }
  }

  try {
    await driver.join?.(inner.applied, signal);
    const readers = Array.from({ length: READERS }, async () => {
      while (storming) await read(within(ORIGINALS), within(VARIANTS)).then(() => sleep(within(4)));
    });
    const workers = Array.from({ length: WORKERS }, async () => {
      while (!isOver()) await burst();
    });
    await Promise.all(workers);
    await Promise.all(pending);
    storming = false;
    await Promise.all(readers);
    for (let original = 0; original < ORIGINALS; original++) {
      await Promise.all(Array.from({ length: VARIANTS }, (_, variant) => read(original, variant)));
    }
  } finally {
    storming = false;
    await Promise.allSettled(pending);
    await varnish.stop();
    await inner.close();
  }
  return { invalidations: begun, answers, hits, fenced, purges, stale };
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32, public domain). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
