import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient, isInvalidationError } from "@freshet/core";
import { eachOf } from "./each-of.ts";
import { type MovingOrigin, versionIn } from "./moving-origin.ts";
import { type Field, urlOf, VARIANTS } from "./scopes.ts";

const WORKERS = 4;
const READERS = 8;
/** Further originals that a wide invalidation covers and that are looked at behind it, at each place. */
const OTHERS = 3;

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
  /** Answers that began after Done and were older, or that were no picture, in words. */
  readonly stale: readonly string[];
}

/** A report in one line. */
export function summaryOf({ invalidations, failed, byKind, answers, hits, stale }: ScopeStormReport): string {
  return `${invalidations} invalidations, ${failed} failed, ${JSON.stringify(byKind)}, ${answers} answers, ${hits} hits, ${stale.length} stale`;
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
  /** Milliseconds before and after its acceptance in which requests race an invalidation; 60 unless told. */
  readonly windowMs?: number;
  /** Ends the storm at the first stale answer: enough for a rule that is switched off. */
  readonly untilStale: boolean;
}): Promise<ScopeStormReport> {
  const { origin, random, windowMs = 60 } = options;
  const { pictures } = options.field;
  const within = (count: number) => Math.floor(random() * count);
  const any = <T>(list: readonly T[]): T => list[within(list.length)] as T;
  const done = new Map<string, number>();
  const stale: string[] = [];
  const versions = new Map<string, number>();
  const byKind: Record<string, number> = {};
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

  async function read(picture: string, variant: number, place = any(options.places)): Promise<void> {
    const atLeast = done.get(picture) ?? 0;
    const response = await fetch(place + urlOf(picture, variant));
    const bytes = Buffer.from(await response.arrayBuffer());
    const version = response.status === 200 ? await versionOf(bytes) : -1;
    const status = response.headers.get("cache-status") ?? "";
    answers += 1;
    if (/(varnish|nginx); hit/.test(status)) hits += 1;
    if (version < atLeast) {
      stale.push(
        `${picture} variant ${variant} at ${place}: ${response.status}, version ${version} of ${atLeast} (${status})`,
      );
    }
  }

  async function invalidate(number: number): Promise<void> {
    const { kind, request, covers } = options.field.change(random, number);
    const some = () => any(covers.length > 0 ? covers : pictures);
    const race = () =>
      Array.from({ length: VARIANTS }, () =>
        sleep(within(windowMs)).then(() => read(some(), within(VARIANTS))),
      );
    const racing = race();
    await sleep(within(windowMs));
    const version = await origin.change(covers);
    const client = createInvalidationClient({
      endpoint: any(options.apis),
      apiKey: options.apiKey,
      sleep: () => sleep(10),
    });
    const { invalidation } = await client.invalidate(request);
    racing.push(...race());
    const raced = Promise.all(racing);
    void raced.catch(() => {});
    const isDone = await client.waitUntilDone(invalidation.uuid).then(
      () => true,
      (fault: unknown) => {
        if (!isInvalidationError(fault) || fault.code !== "INVALIDATION_FAILED") throw fault;
        return false;
      },
    );
    if (!isDone) {
      failed += 1;
      await raced;
      return;
    }
    // At once: what raced may still be in flight, and nobody may be given it from here on.
    for (const picture of covers) done.set(picture, Math.max(version, done.get(picture) ?? 0));
    byKind[kind] = (byKind[kind] ?? 0) + 1;
    const asked = some();
    const others = Array.from({ length: covers.length > 1 ? OTHERS : 0 }, some);
    for (const place of options.places) {
      const reads = Array.from({ length: VARIANTS }, (_, variant) => read(asked, variant, place));
      await Promise.all([...reads, ...others.map((each) => read(each, within(VARIANTS), place))]);
    }
    await raced;
  }

  try {
    const readers = Array.from({ length: READERS }, async () => {
      while (storming) await read(any(pictures), within(VARIANTS)).then(() => sleep(within(6)));
    });
    void Promise.all(readers).catch(() => {});
    const workers = Array.from({ length: WORKERS }, async () => {
      for (; !isOver(); ) {
        begun += 1;
        await invalidate(begun - 1);
      }
    });
    await Promise.all(workers);
    storming = false;
    await Promise.all(readers);
    for (const place of options.untilStale && stale.length > 0 ? [] : options.places) {
      await eachOf(pictures, `looked at behind the storm, at ${place}`, (picture) =>
        read(picture, within(VARIANTS), place),
      );
    }
  } finally {
    storming = false;
  }
  return { invalidations: begun, failed, byKind, answers, hits, stale };
}
