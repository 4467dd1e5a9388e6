import { type CdnError, isCdnError } from "@freshet/cdn/errors";
import type { CdnDriver } from "@freshet/core";
import { backoffMs } from "@freshet/store";
import { type Batch, nextBatch, type Waiting, type Wanted } from "./batch.ts";
import type { Meter } from "./meter.ts";
import type { Tuning } from "./tuning.ts";

/**
 * How it ended: "busy" was not tried and costs no attempt; "cannot" will never work; "refused" will not before somebody changes something.
 * `retryAfterMs` is what the node asked for.
 */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfterMs?: number | undefined }
  | { readonly kind: "busy" | "cannot" | "refused"; readonly reason: string };

/**
 * The way to one node. Purges go one call at a time, as often as the node allows; what waits meanwhile is merged into full calls, under
 * the newest number among it (everything through that number is applied here already). An entry is done when each of its targets was
 * confirmed. A node that fails twice on end counts as down: everything that waits has failed, and until its pause is over nothing is
 * tried. So a dead node costs its entries time, not the others'.
 */
export interface Lane {
  readonly driver: CdnDriver;
  /** How this instance gets on with the node. */
  readonly health: LaneHealth;
  purge(wanted: Wanted): Promise<Outcome>;
}

export interface LaneHealth {
  /** Calls that failed on end; two, and nothing is tried before `restsUntil`. */
  readonly failures: number;
  /** Milliseconds since the epoch; undefined while calls are made. */
  readonly restsUntil: number | undefined;
  readonly reason: string | undefined;
}

/** Entries that wait for one node at most; more are told to come back. */
const MOST_WAITING = 1_000;
/** So many failures on end, and what was not even tried has failed too. */
const DOWN = 2;

type Waiter = Waiting<Outcome>;

export function createLane(
  driver: CdnDriver,
  meter: Meter,
  tuning: Tuning,
  now: () => number,
  stopping: AbortSignal,
): Lane {
  let waiting: Waiter[] = [];
  let isBusy = false;
  const alone = new WeakSet<Waiter>();
  let failures = 0;
  let rest: { readonly until: number; readonly reason: string } | undefined;

  const settle = (some: Iterable<Waiter>, outcome: Outcome): void => {
    const ended = new Set(some);
    waiting = waiting.filter((each) => !ended.has(each));
    for (const { resolve } of ended) resolve(outcome);
  };
  const work = async (): Promise<void> => {
    // What comes together is told together: a bought CDN counts its calls, and takes longer than this anyway.
    if (driver.ending === "probed") await sleep(tuning.gatherMs, stopping);
    for (let batch = take(); batch; batch = take()) {
      const pause = Math.max((rest?.until ?? 0) - now(), meter.wait(batch.targets.length));
      if (stopping.aborted) {
        settle(waiting, { kind: "busy", reason: STOPPING });
      } else if (pause > 0) {
        // Taken anew afterwards: what came meanwhile goes with it.
        await sleep(pause, stopping);
      } else {
        await send(batch);
      }
    }
    isBusy = false;
  };
  const take = (): Batch<Waiter> | undefined => {
    const [first] = waiting;
    const some = first && alone.has(first) ? [first] : waiting.filter((each) => !alone.has(each));
    return nextBatch(some, driver.limits);
  };
  const send = async (batch: Batch<Waiter>): Promise<void> => {
    const run = callOf(driver, batch);
    if (typeof run === "string") return settle(batch.of.keys(), { kind: "cannot", reason: run });
    const end = meter.start(batch.targets.length);
    try {
      await bounded(tuning.callMs, stopping, run).finally(end);
    } catch (error) {
      return failed(batch, error);
    }
    failures = 0;
    rest = undefined;
    for (const [waiter, targets] of batch.of) for (const target of targets) waiter.open.delete(target);
    settle(
      [...batch.of.keys()].filter(({ open }) => open.size === 0),
      { kind: "done" },
    );
  };
  const failed = (batch: Batch<Waiter>, error: unknown): void => {
    const reason = reasonOf(error);
    const known: CdnError | undefined = isCdnError(error) ? error : undefined;
    if (known?.isFinal) {
      // One target that it does not take must not cost the others: each entry is tried by itself.
      if (known.code === "PURGE_REFUSED" && batch.of.size > 1) {
        for (const each of batch.of.keys()) alone.add(each);
        return;
      }
      settle(batch.of.keys(), { kind: "refused", reason });
      // Nobody gets in with these credentials.
      if (known.code === "NODE_DENIED" || known.code === "CLIENT_MISSING")
        settle(waiting, { kind: "refused", reason });
      return;
    }
    failures += 1;
    const own = Math.ceil(backoffMs(failures, tuning.backoff) / 2);
    const retryAfterMs = known?.retryAfterMs;
    rest = { until: now() + Math.max(own, retryAfterMs ?? 0), reason };
    const outcome: Outcome = { kind: "failed", reason, retryAfterMs };
    settle(batch.of.keys(), outcome);
    // A node that only wants to be asked more slowly is not down.
    if (failures >= DOWN && known?.code !== "NODE_BUSY") settle(waiting, outcome);
  };
  return {
    driver,
    get health() {
      const isDown = rest !== undefined && rest.until > now() && failures >= DOWN;
      return { failures, restsUntil: isDown ? rest?.until : undefined, reason: rest?.reason };
    },
    purge(wanted) {
      if (stopping.aborted) return Promise.resolve({ kind: "busy", reason: STOPPING });
      if (rest !== undefined && rest.until > now() && failures >= DOWN) {
        return Promise.resolve({ kind: "failed", reason: rest.reason, retryAfterMs: rest.until - now() });
      }
      if (waiting.length >= MOST_WAITING) {
        return Promise.resolve({ kind: "busy", reason: "Many purges wait for this node." });
      }
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const open = new Set(wanted.targets);
      if (open.size === 0) return Promise.resolve({ kind: "done" });
      waiting.push({ wanted, open, resolve });
      if (!isBusy) {
        isBusy = true;
        queueMicrotask(() => void work());
      }
      return promise;
    },
  };
}

const STOPPING = "The server is stopping.";

type Call = (signal: AbortSignal) => Promise<void>;

/** The call for a batch, or why this kind of node cannot be told so. */
function callOf(driver: CdnDriver, { by, sequence, project, targets }: Batch<Waiter>): Call | string {
  const { purgeTags, purgeUrls, purgeOriginals, purgeProject } = driver;
  const [first = ""] = targets;
  if (by === "urls") {
    if (!purgeUrls) return "This kind of node cannot purge by URL.";
    return (signal) => purgeUrls.call(driver, { sequence, project, urls: targets }, signal);
  }
  if (by === "originals") {
    if (!purgeOriginals) return "This kind of node cannot purge originals.";
    return (signal) => purgeOriginals.call(driver, { sequence, project, originals: targets }, signal);
  }
  if (by === "project" && purgeProject)
    return (signal) => purgeProject.call(driver, { sequence, project, tag: first }, signal);
  // The project's tag is on each of its answers: the same thing under another name.
  if (purgeTags) return (signal) => purgeTags.call(driver, { sequence, project, tags: targets }, signal);
  return by === "project"
    ? "This kind of node cannot purge a whole project, unless it is configured as dedicated to one."
    : "This kind of node can be told neither folders nor tags.";
}

/** Runs something that may ignore its signal; rejects at the latest after `ms`. */
export async function bounded<T>(
  ms: number,
  stopping: AbortSignal,
  run: (signal: AbortSignal) => Promise<T> | T,
): Promise<T> {
  const late = new AbortController();
  const ended = Promise.withResolvers<never>();
  const stop = (): void => late.abort(new Error(STOPPING));
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
