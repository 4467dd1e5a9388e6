import type { CdnDriver } from "@freshet/core";
import { backoffMs } from "@freshet/store";
import type { Tuning } from "./tuning.ts";

/** What one entry wants of one node. */
export interface Wanted {
  readonly sequence: number;
  readonly project: string;
  /** Tags, or the whole project by its tag. */
  readonly tags: readonly string[] | "project";
  readonly projectTag: string;
  /** Exact URLs, which are purged instead of the tags where there are any. */
  readonly urls?: readonly string[];
}

/** How it ended: "busy" was not tried and costs no attempt; "cannot" will never work. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed" | "busy" | "cannot"; readonly reason: string };

/**
 * The way to one node. Purges go one call at a time; what waits meanwhile is merged into the next call, under the newest
 * number among it (everything through that number is applied here already). A call that failed counts for everything
 * that waits, and until the node's pause is over nothing is tried: a dead node costs its entries time, not the others'.
 */
export interface Lane {
  readonly driver: CdnDriver;
  purge(wanted: Wanted): Promise<Outcome>;
}

/** Entries that wait for one node at most; more are told to come back. */
const MOST_WAITING = 500;
const MINUTE = 60_000;

interface Waiting {
  readonly wanted: Wanted;
  readonly resolve: (outcome: Outcome) => void;
}

export function createLane(
  driver: CdnDriver,
  tuning: Tuning,
  now: () => number,
  stopping: AbortSignal,
): Lane {
  let waiting: Waiting[] = [];
  let isBusy = false;
  let failures = 0;
  let rest: { readonly until: number; readonly reason: string } | undefined;
  const calls: number[] = [];

  const settle = (some: readonly Waiting[], outcome: Outcome): void => {
    for (const { resolve } of some) resolve(outcome);
  };
  /** Milliseconds until one more call keeps the node's limit. */
  const pace = (): number => {
    const { perMinute } = driver.limits;
    const time = now();
    while (calls[0] !== undefined && calls[0] <= time - MINUTE) calls.shift();
    const first = calls.at(-(perMinute ?? 0));
    return perMinute === undefined || calls.length < perMinute || first === undefined
      ? 0
      : first + MINUTE - time;
  };
  const work = async (): Promise<void> => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const group = takeTogether(first.wanted, waiting, driver.limits.batch);
      waiting = waiting.filter((each) => !group.includes(each));
      const outcome = await send(group.map(({ wanted }) => wanted));
      if (outcome.kind === "failed") {
        failures += 1;
        rest = { until: now() + backoffMs(failures, tuning.backoff) / 2, reason: outcome.reason };
        settle(waiting, outcome);
        waiting = [];
      } else if (outcome.kind === "done") {
        failures = 0;
        rest = undefined;
      }
      settle(group, outcome);
    }
    isBusy = false;
  };
  const send = async (group: readonly Wanted[]): Promise<Outcome> => {
    const sequence = Math.max(...group.map((wanted) => wanted.sequence));
    const [{ project, projectTag, tags, urls } = { project: "", projectTag: "", tags: [] }] = group;
    try {
      if (urls) {
        if (!driver.purgeUrls) return { kind: "cannot", reason: "This kind of node cannot purge by URL." };
        await inBatches(
          group.flatMap((wanted) => wanted.urls ?? []),
          (some, signal) => driver.purgeUrls?.({ sequence, project, urls: some }, signal),
        );
        return { kind: "done" };
      }
      if (tags === "project") {
        if (driver.purgeProject) {
          await call((signal) => driver.purgeProject?.({ sequence, project, tag: projectTag }, signal));
        } else if (driver.purgeTags) {
          // The project's tag is on each of its answers: the same thing under another name.
          await call((signal) => driver.purgeTags?.({ sequence, project, tags: [projectTag] }, signal));
        } else return { kind: "cannot", reason: "This kind of node cannot purge a whole project." };
        return { kind: "done" };
      }
      if (!driver.purgeTags) return { kind: "cannot", reason: "This kind of node cannot purge by tag." };
      await inBatches(
        group.flatMap((wanted) => (wanted.tags === "project" ? [] : wanted.tags)),
        (some, signal) => driver.purgeTags?.({ sequence, project, tags: some }, signal),
      );
      return { kind: "done" };
    } catch (error) {
      return { kind: "failed", reason: reasonOf(error) };
    }
  };
  const inBatches = async (
    targets: readonly string[],
    run: (some: readonly string[], signal: AbortSignal) => Promise<void> | undefined,
  ): Promise<void> => {
    const all = [...new Set(targets)];
    for (let at = 0; at < all.length; at += driver.limits.batch) {
      await call((signal) => run(all.slice(at, at + driver.limits.batch), signal));
    }
  };
  const call = async (run: (signal: AbortSignal) => Promise<void> | undefined): Promise<void> => {
    for (let pause = pace(); pause > 0 && !stopping.aborted; pause = pace()) await sleep(pause, stopping);
    calls.push(now());
    await bounded(tuning.callMs, stopping, run);
  };
  return {
    driver,
    purge(wanted) {
      if (stopping.aborted) return Promise.resolve({ kind: "busy", reason: "The server is stopping." });
      if (rest !== undefined && rest.until > now()) {
        return Promise.resolve({ kind: "failed", reason: rest.reason });
      }
      if (waiting.length >= MOST_WAITING) {
        return Promise.resolve({ kind: "busy", reason: "Many purges wait for this node." });
      }
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      waiting.push({ wanted, resolve });
      if (!isBusy) {
        isBusy = true;
        queueMicrotask(() => void work());
      }
      return promise;
    },
  };
}

/** Those that fit into one call with the first: same project, same kind, together no more targets than a call takes. */
function takeTogether(first: Wanted, waiting: readonly Waiting[], batch: number): readonly Waiting[] {
  let room = batch;
  return waiting.filter(({ wanted }) => {
    if (wanted.project !== first.project) return false;
    if ((wanted.urls === undefined) !== (first.urls === undefined)) return false;
    const count = (wanted.urls ?? wanted.tags).length;
    if (wanted.tags === "project" || first.tags === "project") return wanted.tags === first.tags;
    if (wanted !== first && count > room) return false;
    room -= count;
    return true;
  });
}

/** Runs something that may ignore its signal; rejects at the latest after `ms`. */
export async function bounded<T>(
  ms: number,
  stopping: AbortSignal,
  run: (signal: AbortSignal) => Promise<T> | T,
): Promise<T> {
  const late = new AbortController();
  const ended = Promise.withResolvers<never>();
  const stop = (): void => late.abort(new Error("The server is stopping."));
  const timer = setTimeout(() => late.abort(new Error(`No answer within ${ms / 1_000} s.`)), ms);
  stopping.addEventListener("abort", stop, { once: true });
  late.signal.addEventListener("abort", () => ended.reject(late.signal.reason), { once: true });
  if (stopping.aborted) stop();
  try {
    return await Promise.race([run(late.signal), ended.promise]);
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener("abort", stop);
    ended.promise.catch(() => {});
  }
}

/** Waits; returns early when the server stops. */
export function sleep(ms: number, stopping: AbortSignal): Promise<void> {
  return bounded(
    ms + 60_000,
    stopping,
    () => new Promise<void>((resolve) => setTimeout(resolve, ms).unref()),
  ).catch(() => {});
}

/** One line for the log. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").slice(0, 500) || "The node gave no reason.";
}
