import { setTimeout as sleep } from "node:timers/promises";
import type { CdnDriver, Recent } from "@freshet/core";
import {
  coveredBy,
  foreignTag,
  ORIGINALS,
  randomScope,
  type Scope,
  startInnerServer,
  tagsToPurge,
} from "./inner-server.ts";

const VARIANTS = 5;
const WORKERS = 8;
const READERS = 4;
/** Longest fill in milliseconds. Late purges come up to twice as late. */
const FLIGHT_MS = 200;

/** How often a node that is started anew is told its number; servers do it every two seconds. */
const JOIN_EVERY_MS = 20;

/** The edge in the storm. */
export interface StormEdge {
  start(backendPort: number): Promise<StormNode>;
  drive(options: { readonly node: string }): CdnDriver;
}

interface StormNode {
  readonly url: string;
  /** Ends it somehow and starts it again: its disk stays, its memory does not. */
  restart?(): Promise<void>;
  stop(): Promise<void>;
}

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

/** A report in one line. */
export const summaryOf = ({ invalidations, purges, answers, hits, fenced, stale }: StormReport): string =>
  `${invalidations} invalidations, ${purges} purges, ${answers} answers, ${hits} hits, ${fenced} fenced, ${stale.length} stale`;

/**
 * Invalidates while fills are in flight, repeats purges at once and late, so that they come in any order, and compares every
 * answer with what was Done when it was asked for.
 */
export async function runStorm(options: {
  readonly edge: StormEdge;
  readonly invalidations: number;
  readonly seed: number;
  /** How often the node is ended and started again, with its disk. */
  readonly restarts?: number;
  /** Tags of originals that nobody asks for, in each purge by tag: they fill what the node keeps numbers in. */
  readonly ballast?: number;
  /** Ends the storm at the first stale answer: enough for a rule that is switched off. */
  readonly untilStale: boolean;
}): Promise<StormReport> {
  const random = randomFrom(options.seed);
  const within = (ms: number) => Math.floor(random() * ms);
  const inner = await startInnerServer({
    delay: () => (random() < 0.3 ? within(10) : within(FLIGHT_MS)),
    half: () => random() < 0.3,
  });
  const node = await options.edge.start(inner.port);
  const driver = options.edge.drive({ node: node.url });
  const { signal } = new AbortController();

  const done = new Array<number>(ORIGINALS).fill(0);
  const stale: string[] = [];
  const pending: Promise<unknown>[] = [];
  /** The scope of number n at n - 1. */
  const accepted: Scope[] = [];
  let begun = 0;
  let restarts = 0;
  let answers = 0;
  let hits = 0;
  let fenced = 0;
  let purges = 0;
  let storming = true;
  const isOver = () =>
    (begun >= options.invalidations && restarts >= (options.restarts ?? 0)) ||
    (options.untilStale && stale.length > 0);

  async function read(original: number, variant: number): Promise<void> {
    const atLeast = done[original] ?? 0;
    const answer = await fetch(`${node.url}/storm/${original}.jpg?w=${100 + variant}`, {
      headers: { Accept: variant % 2 === 0 ? "image/webp,*/*" : "image/avif,image/webp" },
    })
      .then(async (response) => ({ response, text: await response.text() }))
      .catch(unlessAway);
    if (!answer) return;
    const { response, text } = answer;
    const version = Number(text.split(";")[0]);
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

  /** A node that is just ended or started is allowed to be away, if the storm says so. */
  function unlessAway(fault: unknown): undefined {
    if (options.restarts === undefined) throw fault;
  }

  /** Until the node says that it has taken it, as a server does. */
  async function purge(scope: Scope, sequence: number): Promise<void> {
    const [tag, ...more] = tagsToPurge(scope);
    const ballast = Array.from({ length: options.ballast ?? 0 }, (_, place) => foreignTag(sequence, place));
    const once = async () => {
      if (scope.kind === "project") await driver.purgeProject?.({ sequence, project: "storm", tag }, signal);
      else await driver.purgeTags?.({ sequence, project: "storm", tags: [tag, ...more, ...ballast] }, signal);
      return true;
    };
    do purges++;
    while (!(await once().catch(unlessAway)) && (await sleep(5, true)));
  }

  /** What a server would offer: the last invalidations by name, or the number alone. */
  async function recent(): Promise<Recent> {
    const head = inner.applied;
    const since = random() < 0.5 ? head : Math.max(0, head - 30);
    return { head, since, tags: accepted.slice(since, head).flatMap(tagsToPurge) };
  }

  async function restartNow(times: number): Promise<void> {
    for (let left = times; left > 0 && !isOver(); left--) {
      await sleep(FLIGHT_MS + within(3 * FLIGHT_MS));
      await node.restart?.();
      restarts++;
    }
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
    accepted[sequence - 1] = scope;
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
    await driver.join?.(inner.applied, signal, recent);
    const joins = (async () => {
      while (storming)
        await sleep(JOIN_EVERY_MS).then(() => driver.join?.(inner.applied, signal, recent).catch(unlessAway));
    })();
    const readers = Array.from({ length: READERS }, async () => {
      while (storming) await read(within(ORIGINALS), within(VARIANTS)).then(() => sleep(within(4)));
    });
    const workers = Array.from({ length: WORKERS }, async () => {
      while (!isOver()) await burst();
    });
    await Promise.all([...workers, restartNow(options.restarts ?? 0)]);
    await Promise.all(pending);
    storming = false;
    await Promise.all([...readers, joins]);
    for (let original = 0; original < ORIGINALS; original++) {
      await Promise.all(Array.from({ length: VARIANTS }, (_, variant) => read(original, variant)));
    }
  } finally {
    storming = false;
    await Promise.allSettled(pending);
    await node.stop();
    await inner.close();
  }
  return { invalidations: begun, answers, hits, fenced, purges, stale };
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32, public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
