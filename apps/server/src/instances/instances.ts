import type { CdnDriver } from "@freshet/core";
import type { Store } from "@freshet/store";
import type { Coverage } from "../cache/coverage.ts";
import type { Follow } from "../invalidation/follow.ts";
import { type Acknowledgements, createAcknowledgements } from "./acknowledgements.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { createDemands } from "./demand.ts";
import { createDrain } from "./drain.ts";
import { CLOCKS, createLease } from "./lease.ts";
import { createMembership } from "./membership.ts";
import { type InstanceRow, type InstanceTables, MIGRATIONS, OWNER } from "./migrations.ts";
import type { InstancePorts } from "./ports.ts";
import { createWatch } from "./watch.ts";

/** An instance as `GET /instances` shows it. */
export interface InstanceView {
  readonly name: string;
  readonly role: InstanceRow["role"];
  /** Everything through this number is applied; null while it catches up after its start. */
  readonly applied: number | null;
  /** Invalidations it has still to apply. */
  readonly lag: number;
  /** "skipped": an invalidation went on without it, and it answers nothing from its caches until it has caught up. */
  readonly state: "current" | "behind" | "skipped";
  readonly started_at: string;
  readonly seen_at: string;
}

/** This process and those that share its store. */
export interface Instances {
  readonly admission: Admission;
  readonly acknowledgements: Acknowledgements;
  /** Makes this boot known: before the journal is read. */
  register(): Promise<void>;
  /** Heartbeats; when it resolves, the lease holds. */
  start(): Promise<void>;
  /** More is applied here. */
  advanced(): void;
  view(): Promise<{ readonly head: number; readonly instances: readonly InstanceView[] }>;
  /** Invalidations each instance had still to apply when it was last looked at. */
  readonly lags: ReadonlyMap<string, number>;
  /** How often this instance was past its lease. */
  readonly lapses: number;
  stop(): Promise<void>;
}

export interface InstancesParts {
  readonly store: Store;
  readonly instance: InstancePorts;
  readonly drivers: readonly CdnDriver[];
  readonly coverage: Coverage;
  readonly tuning: {
    readonly acknowledgedMs: number;
    readonly drainMs: number;
    readonly demandMs: number;
  };
  readonly journal: { head(): Promise<number> };
  readonly follow: Pick<Follow, "through" | "start" | "seen">;
  readonly raise: () => Promise<void>;
  /** See `createWatch`. */
  readonly returned?: (instance: string, since: number) => Promise<void>;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Heartbeats in one lease: one may be lost, and one more be late. */
const HEARTBEATS = 5;
/** Alone, a heartbeat is for people only. */
const ALONE_MS = 60_000;

export function createInstances(parts: InstancesParts): Instances {
  const { store, instance, coverage, journal, tuning, now, log } = parts;
  const { name, isAlone, leaseMs } = instance;
  const db = store.db.$extendTables<
    InstanceTables & { invalidation_entry: { id: string; sequence: number } }
  >();
  const clocks = instance.clocks ?? CLOCKS;
  const heartbeatMs = isAlone ? ALONE_MS : leaseMs / HEARTBEATS;
  const drains = parts.drivers.some(({ ending }) => ending === "probed");
  const through = (sequence: number) => parts.follow.through(sequence);

  const lease = createLease({
    ms: isAlone ? Number.POSITIVE_INFINITY : leaseMs,
    clocks,
    lapsed: () => log("past the lease", { instance: name, applied: coverage.applied }),
  });
  const drain = createDrain(tuning.drainMs, () => moved());
  const membership = createMembership({
    ...{ store, db, instance, lease, coverage, drain, heartbeatMs, through, now, log },
    restore: () => parts.follow.start(),
    seen: () => parts.follow.seen(),
    raise: parts.raise,
  });
  const acknowledgements = createAcknowledgements({
    ...{ store, db, instance, drainMs: tuning.drainMs, pollMs: tuning.acknowledgedMs },
    own: (stage) => (stage === "applied" ? coverage.applied : drain.through(coverage.applied)),
    monotonic: clocks.monotonic,
    failed: (error) => log("instances not read", { error: String(error) }),
  });
  const demands = createDemands({
    applied: () => coverage.applied,
    head: () => journal.head(),
    through,
    withinMs: tuning.demandMs,
  });
  const watch = createWatch({
    ...{ db, self: name, monotonic: clocks.monotonic, log },
    returned: async (gone, since) => parts.returned?.(gone, since),
  });
  const moved = (): void => {
    membership.stateSoon();
    acknowledgements.look();
  };

  const lags = new Map<string, number>();
  const lagOf = ({ name: each, applied }: InstanceRow, head: number) =>
    Math.max(0, head - (each === name ? coverage.applied : (applied ?? 0)));
  let round: NodeJS.Timeout | undefined;
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    await instance.paused?.();
    const head = await journal.head();
    const rows = await watch.look();
    lags.clear();
    for (const row of rows) lags.set(row.name, lagOf(row, head));
  };
  return {
    admission: createAdmission({
      ...{ lease, coverage, demands, drain, drains },
      regain: () => membership.regain(),
    }),
    acknowledgements,
    lags,
    get lapses() {
      return lease.lapses;
    },
    register: async () => {
      await store.migrate(OWNER, MIGRATIONS);
      await membership.register();
    },
    async start() {
      await membership.state();
      membership.start();
      acknowledgements.start();
      // Who has gone and who is back is the business of those who waited.
      if (instance.role === "delivery") return;
      round = setInterval(() => {
        looking = look().catch((error) => log("instances not read", { error: String(error) }));
      }, heartbeatMs);
      round.unref();
    },
    advanced() {
      if (drains) drain.advance(coverage.applied);
      moved();
    },
    async view() {
      const head = await journal.head();
      const rows = await db.selectFrom("instance_row").selectAll().orderBy("name").execute();
      return { head, instances: rows.map((row) => viewInstance(row, lagOf(row, head))) };
    },
    async stop() {
      clearInterval(round);
      await looking;
      acknowledgements.stop();
      await membership.leave().catch((error) => log("instance not signed off", { error: String(error) }));
    },
  };
}

function viewInstance(row: InstanceRow, lag: number): InstanceView {
  const { name, role, applied, skipped } = row;
  return {
    ...{ name, role, applied, lag },
    state: skipped !== null ? "skipped" : lag > 0 ? "behind" : "current",
    started_at: new Date(row.started_at).toISOString(),
    seen_at: new Date(row.seen_at).toISOString(),
  };
}
