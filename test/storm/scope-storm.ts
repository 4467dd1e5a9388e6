import { setTimeout as sleep } from "node:timers/promises";
import { createInvalidationClient, isInvalidationError } from "@freshet/core";
import { type MovingOrigin, versionIn } from "./moving-origin.ts";
import { PICTURES, randomChange, urlOf } from "./scopes.ts";

const VARIANTS = 5;
const WORKERS = 4;
const READERS = 8;

/** What a storm of invalidations of all scopes found. */
export interface ScopeStormReport {
  readonly invalidations: number;
  /** Those that did not become Done, because a node was found to be stale. */
  readonly failed: number;
  /** Those that did, by scope. */
  readonly byScope: Readonly<Record<string, number>>;
  readonly answers: number;
  /** Answers that a node gave from its cache. */
  readonly hits: number;
  /** Answers that began after Done and were older, or that were no picture, in words. */
  readonly stale: readonly string[];
}

/** A report in one line. */
export function summaryOf({
  invalidations,
  failed,
  byScope,
  answers,
  hits,
  stale,
}: ScopeStormReport): string {
  return `${invalidations} invalidations, ${failed} failed, ${JSON.stringify(byScope)}, ${answers} answers, ${hits} hits, ${stale.length} stale`;
}

/**
 * Changes pictures, invalidates them in every way there is, and compares every answer with what was Done when it was asked for:
 * at each place that answers visitors.
 */
export async function runScopeStorm(options: {
  readonly origin: MovingOrigin;
  /** Servers whose API takes invalidations. */
  readonly apis: readonly string[];
  readonly apiKey: string;
  /** Nodes and servers that visitors ask. */
  readonly places: readonly string[];
  readonly invalidations: number;
  readonly random: () => number;
  /** Ends the storm at the first stale answer: enough for a rule that is switched off. */
  readonly untilStale: boolean;
}): Promise<ScopeStormReport> {
  const { origin, random } = options;
  const within = (count: number) => Math.floor(random() * count);
  const any = <T>(list: readonly T[]): T => list[within(list.length)] as T;
  const done = new Map<string, number>();
  const stale: string[] = [];
  const byScope: Record<string, number> = {};
  let begun = 0;
  let answers = 0;
  let hits = 0;
  let failed = 0;
  let storming = true;
  const isOver = () => begun >= options.invalidations || (options.untilStale && stale.length > 0);

  async function read(picture: string, variant: number, place = any(options.places)): Promise<void> {
    const atLeast = done.get(picture) ?? 0;
    const response = await fetch(place + urlOf(picture, variant));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const version = response.status === 200 ? await versionIn(bytes) : -1;
    const status = response.headers.get("cache-status") ?? "";
    answers += 1;
    if (/(varnish|nginx); hit/.test(status)) hits += 1;
    if (version < atLeast) {
      stale.push(
        `${picture} variant ${variant} at ${place}: ${response.status}, version ${version} of ${atLeast} (${status})`,
      );
    }
  }

  async function invalidate(): Promise<void> {
    const { request, covers } = randomChange(random);
    const flights = Array.from({ length: VARIANTS }, () => any(covers.length > 0 ? covers : PICTURES));
    const early = flights.map((picture) => sleep(within(60)).then(() => read(picture, within(VARIANTS))));
    await sleep(within(60));
    const version = await origin.change(covers);
    const client = createInvalidationClient({
      endpoint: any(options.apis),
      apiKey: options.apiKey,
      sleep: () => sleep(10),
    });
    const { invalidation } = await client.invalidate(request);
    const isDone = await client.waitUntilDone(invalidation.uuid).then(
      () => true,
      (fault: unknown) => {
        if (!isInvalidationError(fault) || fault.code !== "INVALIDATION_FAILED") throw fault;
        return false;
      },
    );
    await Promise.all(early);
    if (!isDone) {
      failed += 1;
      return;
    }
    for (const picture of covers) done.set(picture, Math.max(version, done.get(picture) ?? 0));
    byScope[request.scope] = (byScope[request.scope] ?? 0) + 1;
    const asked = covers.length > 0 ? any(covers) : any(PICTURES);
    for (const place of options.places) {
      await Promise.all(Array.from({ length: VARIANTS }, (_, variant) => read(asked, variant, place)));
    }
  }

  try {
    const readers = Array.from({ length: READERS }, async () => {
      while (storming) await read(any(PICTURES), within(VARIANTS)).then(() => sleep(within(6)));
    });
    void Promise.all(readers).catch(() => {});
    const workers = Array.from({ length: WORKERS }, async () => {
      for (; !isOver(); ) {
        begun += 1;
        await invalidate();
      }
    });
    await Promise.all(workers);
    storming = false;
    await Promise.all(readers);
    for (const picture of PICTURES) {
      for (const place of options.places) await read(picture, within(VARIANTS), place);
    }
  } finally {
    storming = false;
  }
  return { invalidations: begun, failed, byScope, answers, hits, stale };
}
