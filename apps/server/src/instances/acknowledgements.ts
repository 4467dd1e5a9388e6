import type { Kysely, Store } from "@freshet/store";
import type { InstanceRow, InstanceTables } from "./migrations.ts";
import type { InstancePorts } from "./ports.ts";
import { lookAgain } from "./wake.ts";

/** How waiting for one instance ended. "skipped" means that its lease is over: it answers nothing from its caches. */
export interface Outcome {
  readonly instance: string;
  readonly status: "done" | "skipped";
  readonly lag: number;
}

/** What is waited for: that it is applied, or also that no response of before is under way. */
export type Stage = "applied" | "drained";

/** Waits until the instances have acknowledged an invalidation. */
export interface Acknowledgements {
  start(): void;
  /** Resolves once each instance has acknowledged the number or has certainly lost its lease; rejects when stopped. */
  through(sequence: number, stage: Stage, stopping: AbortSignal): Promise<readonly Outcome[]>;
  /** What this instance has reached has changed. */
  look(): void;
  stop(): void;
}

export interface AcknowledgementParts {
  readonly store: Store;
  readonly db: Kysely<InstanceTables>;
  readonly instance: InstancePorts;
  /** What this instance has reached: it need not be read. */
  readonly own: (stage: Stage) => number;
  /** Milliseconds that an instance may take to drain. */
  readonly drainMs: number;
  readonly pollMs: number;
  readonly monotonic: () => number;
  readonly failed: (error: unknown) => void;
}

/** A lease of others lasts at most so much longer by our clock than by theirs. */
const SLACK = 1.1;

interface Waiter {
  readonly sequence: number;
  readonly stage: Stage;
  /** When this process began to wait, on its own monotonic clock: the entry was committed before. */
  readonly since: number;
  readonly resolve: (outcomes: readonly Outcome[]) => void;
}

type Seen = Pick<InstanceRow, "name" | "lease_ms" | "epoch" | "applied" | "drained">;

/**
 * A lease is renewed as of a moment at which everything committed was applied. So an instance that has not applied an entry one
 * lease after it was committed holds none, and holds none until it has stated that it applied it (`Membership.state`): whoever waited
 * so long for one entry waits for no other one. No clock is compared with another's.
 */
export function createAcknowledgements(parts: AcknowledgementParts): Acknowledgements {
  const { store, db, instance, own, monotonic } = parts;
  const waiters = new Set<Waiter>();
  /**
   * Instances that certainly hold no lease until they have stated this number, under the same epoch: where numbers were raised, what
   * they had stated was voided, not their lease.
   */
  const lapsed = new Map<string, { readonly sequence: number; readonly epoch: number }>();
  /** Since when a row is known under its epoch: what was waited before counts for nothing, because what it had stated was voided. */
  const known = new Map<string, { readonly epoch: number; readonly since: number }>();
  let isLooking = false;
  let isRoused = false;
  let timer: NodeJS.Timeout | undefined;
  let deafen = (): void => {};

  const reachedBy = (row: Seen, stage: Stage): number =>
    row.name === instance.name ? own(stage) : (row[stage] ?? -1);

  const judge = (row: Seen, time: number): void => {
    const applied = reachedBy(row, "applied");
    const before = lapsed.get(row.name);
    if (before && (before.sequence <= applied || before.epoch !== row.epoch)) lapsed.delete(row.name);
    if (known.get(row.name)?.epoch !== row.epoch) known.set(row.name, { epoch: row.epoch, since: time });
    const first = known.get(row.name)?.since ?? time;
    for (const { sequence, since } of waiters) {
      if (sequence > applied && time - Math.max(since, first) >= row.lease_ms * SLACK) {
        const newest = Math.max(sequence, lapsed.get(row.name)?.sequence ?? 0);
        lapsed.set(row.name, { sequence: newest, epoch: row.epoch });
      }
    }
  };
  const outcomeOf = (row: Seen, waiter: Waiter, time: number): Outcome | undefined => {
    const { sequence, stage, since } = waiter;
    const lag = Math.max(0, sequence - Math.max(0, reachedBy(row, stage)));
    if (lag === 0) return { instance: row.name, status: "done", lag };
    const isLate = stage === "drained" && time - since >= (row.lease_ms + parts.drainMs) * SLACK;
    return lapsed.has(row.name) || isLate ? { instance: row.name, status: "skipped", lag } : undefined;
  };
  const settle = (rows: readonly Seen[], time: number): void => {
    const names = new Set(rows.map(({ name }) => name));
    for (const name of lapsed.keys()) if (!names.has(name)) lapsed.delete(name);
    for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    for (const row of rows) judge(row, time);
    for (const waiter of [...waiters]) {
      const outcomes = rows.map((row) => outcomeOf(row, waiter, time));
      const certain = outcomes.filter((outcome) => outcome !== undefined);
      if (certain.length < outcomes.length) continue;
      waiters.delete(waiter);
      waiter.resolve(certain);
    }
  };
  const readRows = async (): Promise<readonly Seen[]> => {
    const { name, role, leaseMs } = instance;
    if (instance.isAlone) return [{ name, lease_ms: leaseMs, epoch: 0, applied: null, drained: null }];
    const others = await db
      .selectFrom("instance_row")
      .select(["name", "lease_ms", "epoch", "applied", "drained"])
      .where("role", "<>", "control")
      .execute();
    const self = others.filter((row) => row.name === name);
    const own = { name, lease_ms: leaseMs, epoch: 0, applied: null, drained: null };
    // Its own row may be void for a moment; what it has applied it knows itself.
    return self.length === 0 && role !== "control" ? [own, ...others] : others;
  };
  const look = async (): Promise<void> => {
    if (isLooking) {
      isRoused = true;
      return;
    }
    isLooking = true;
    try {
      do {
        isRoused = false;
        // Taken before the rows are read: by then the leases were over.
        const time = monotonic();
        settle(await readRows(), time);
      } while (isRoused && waiters.size > 0);
    } catch (error) {
      parts.failed(error);
    } finally {
      isLooking = false;
      clearTimeout(timer);
      if (waiters.size > 0) {
        timer = setTimeout(look, parts.pollMs);
        timer.unref();
      }
    }
  };
  const rouse = (): void => {
    if (waiters.size > 0) void look();
  };
  return {
    start() {
      if (!instance.isAlone) deafen = lookAgain(store, "freshet_applied", parts.pollMs * 50, rouse);
    },
    through(sequence, stage, stopping) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly Outcome[]>();
      const waiter = { sequence, stage, since: monotonic(), resolve };
      const stop = (): void => {
        waiters.delete(waiter);
        reject(stopping.reason);
      };
      if (stopping.aborted) stop();
      else {
        stopping.addEventListener("abort", stop, { once: true });
        waiters.add(waiter);
        void look();
      }
      return promise.finally(() => stopping.removeEventListener("abort", stop));
    },
    look: rouse,
    stop() {
      clearTimeout(timer);
      deafen();
    },
  };
}
