import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient, isInvalidationError } from "@freshet/core";
import { eachOf } from "./each-of.ts";
import { type MovingOrigin, versionIn } from "./moving-origin.ts";
import { createPace, type Pace } from "./pace.ts";
import { type Change, type Field, urlOf, VARIANTS } from "./scopes.ts";

const WORKERS = 4;
const READERS = 8;
/** Times that the same change is made in a row at most. */
const MOST_SAVES = 3;

/** A rendition of a picture, and who is asked for it. */
interface Asked {
  readonly picture: string;
  readonly variant: number;
  readonly place: string;
}

/** What a storm of invalidations of all scopes found. */
export interface ScopeStormReport {
  readonly invalidations: number;
  /** Those that did not become Done, because a node was found to be stale. */
  readonly failed: number;
  /** Those that did, by kind. */
  readonly byKind: Readonly<Record<string, number>>;
  readonly answers: number;
  /** Answers that a node gave from its cache. */
  readonly hits: number;
  /** Answers that began after Done and were older, in words. */
  readonly stale: readonly string[];
  /** Answers that were no picture, in words. */
  readonly broken: readonly string[];
}

/** A report in one line. */
export function summaryOf({
  invalidations,
  failed,
  byKind,
  answers,
  hits,
  stale,
  broken,
}: ScopeStormReport): string {
  return `${invalidations} invalidations, ${failed} failed, ${JSON.stringify(byKind)}, ${answers} answers, ${hits} hits, ${broken.length} broken, ${stale.length} stale`;
}

/**
 * Changes pictures, invalidates them in every way there is, and compares every answer with what was Done when it was asked for:
 * at each place that answers visitors.
 */
export async function runScopeStorm(options: {
  readonly field: Field;
  readonly origin: MovingOrigin;
  /** Servers whose API takes invalidations. */
  readonly apis: readonly string[];
  readonly apiKey: string;
  /** Nodes and servers that visitors ask. */
  readonly places: readonly string[];
  readonly invalidations: number;
  readonly random: () => number;
  /** For whoever else in the storm goes by it. */
  readonly pace?: Pace;
  /** Ends the storm at the first stale answer: enough for a rule that is switched off. */
  readonly untilStale: boolean;
}): Promise<ScopeStormReport> {
  const { origin, random, pace = createPace() } = options;
  const { pictures } = options.field;
  const within = (count: number) => Math.floor(random() * count);
  const any = <T>(list: readonly T[]): T => list[within(list.length)] as T;
  const done = new Map<string, number>();
  const stale: string[] = [];
  const broken: string[] = [];
  const versions = new Map<string, number>();
  const byKind: Record<string, number> = {};
  const pending: Promise<void>[] = [];
  let bursts = 0;
  let begun = 0;
  let answers = 0;
  let hits = 0;
  let failed = 0;
  let storming = true;
  const isOver = () => begun >= options.invalidations || (options.untilStale && stale.length > 0);

  /** Equal bytes come again and again: reading them once is a fraction of the work of a storm. */
  async function versionOf(bytes: Buffer): Promise<number> {
    const name = bytes.toString("latin1");
    const version = versions.get(name) ?? (await versionIn(bytes));
    versions.set(name, version);
    return version;
  }

  async function read({ picture, variant, place }: Asked): Promise<void> {
    const atLeast = done.get(picture) ?? 0;
    const response = await fetch(place + urlOf(picture, variant));
    const bytes = Buffer.from(await response.arrayBuffer());
    const status = response.headers.get("cache-status") ?? "";
    answers += 1;
    if (/(varnish|nginx); hit/.test(status)) hits += 1;
    const what = `${picture} variant ${variant} at ${place}: ${response.status} (${status})`;
    if (response.status !== 200) {
      broken.push(what);
      return;
    }
    const version = await versionOf(bytes);
    if (version < atLeast) stale.push(`${what}, version ${version} of ${atLeast}`);
  }

  /** Its fault is whoever awaits `pending` to hear, however late. */
  const begin = (reading: Promise<void>): void => {
    reading.catch(() => {});
    pending.push(reading);
  };
  const under = ({ covers }: Change): string => any(covers.length > 0 ? covers : pictures);

  /** Requests of the next moments for pictures under the change, half of them for renditions that nobody has asked for before it. */
  function race(change: Change): readonly Asked[] {
    return Array.from({ length: VARIANTS }, () => {
      const asked = { picture: under(change), variant: within(2 * VARIANTS), place: any(options.places) };
      begin(sleep(within(pace.typicalMs)).then(() => read(asked)));
      return asked;
    });
  }

  /** Resolves to what raced it. */
  async function invalidate(change: Change): Promise<readonly Asked[]> {
    const racing = [...race(change)];
    await sleep(within(pace.typicalMs));
    const version = await origin.change(change.covers);
    const client = createInvalidationClient({
      endpoint: any(options.apis),
      apiKey: options.apiKey,
      sleep: () => sleep(10),
    });
    const { invalidation } = await client.invalidate(change.request);
    racing.push(...race(change));
    const accepted = performance.now();
    try {
      await client.waitUntilDone(invalidation.uuid);
    } catch (fault) {
      if (!isInvalidationError(fault) || fault.code !== "INVALIDATION_FAILED") throw fault;
      failed += 1;
      return [];
    }
    pace.noteDone(performance.now() - accepted);
    // At once: what raced may still be in flight, and nobody may be given it from here on.
    for (const picture of change.covers) done.set(picture, Math.max(version, done.get(picture) ?? 0));
    byKind[change.kind] = (byKind[change.kind] ?? 0) + 1;
    const picture = under(change);
    for (const asked of racing) begin(read(asked));
    for (const place of options.places) {
      for (let variant = 0; variant < VARIANTS; variant += 1) begin(read({ picture, variant, place }));
    }
    return racing;
  }

  /** The same change several times, as an editor saves: what the last Done was looked at with is in flight when the next one comes. */
  async function burst(): Promise<void> {
    const change = options.field.change(random, bursts);
    bursts += 1;
    const raced: Asked[] = [];
    for (let times = 1 + within(MOST_SAVES); times > 0 && !isOver(); times -= 1) {
      begun += 1;
      raced.push(...(await invalidate(change)));
    }
    await Promise.all(pending.splice(0));
    // What came in late may have been kept behind what was right.
    await Promise.all(raced.map(read));
  }

  try {
    const readers = Array.from({ length: READERS }, async () => {
      for (; storming; await sleep(within(6)))
        await read({ picture: any(pictures), variant: within(VARIANTS), place: any(options.places) });
    });
    void Promise.all(readers).catch(() => {});
    const workers = Array.from({ length: WORKERS }, async () => {
      while (!isOver()) await burst();
    });
    await Promise.all(workers);
    storming = false;
    await Promise.all(readers);
    for (const place of options.untilStale && stale.length > 0 ? [] : options.places) {
      await eachOf(pictures, `looked at behind the storm, at ${place}`, (picture) =>
        read({ picture, variant: within(VARIANTS), place }),
      );
    }
  } finally {
    storming = false;
  }
  return { invalidations: begun, failed, byKind, answers, hits, stale, broken };
}
