import { type Kysely, type Store, sql } from "@freshet/store";
import type { Coverage } from "../cache/coverage.ts";
import type { Seen } from "../invalidation/seen.ts";
import type { Drain } from "./drain.ts";
import type { Lease, Moment } from "./lease.ts";
import { type InstanceTables, SIGNED_OFF } from "./migrations.ts";
import type { InstancePorts } from "./ports.ts";
import { tell } from "./wake.ts";

/** A request past the lease waits so long for the lease to come back; after a failure nobody waits for a second. */
const REGAIN_MS = 300;
const REST_MS = 1_000;

/** This process's place among those that share the store. */
export interface Membership {
  /** Makes this boot known; nothing may be served before `state` has resolved once after it. */
  register(): Promise<void>;
  /** Heartbeats from now on. */
  start(): void;
  /** States what is applied; the lease is renewed if that was everything, else once it is. Rejects when it could not be stated. */
  state(): Promise<void>;
  /** The same, soon and without an answer; called after each change of what is applied or drained. */
  stateSoon(): void;
  /** Tries to get the lease back, for as long as a visitor may wait. */
  regain(): Promise<void>;
  /** Nobody has to wait for this boot any more. */
  leave(): Promise<void>;
}

export interface MembershipParts {
  readonly store: Store;
  readonly db: Kysely<InstanceTables>;
  readonly instance: InstancePorts;
  readonly lease: Lease;
  readonly coverage: Coverage;
  readonly drain: Drain;
  readonly heartbeatMs: number;
  /** Resolves once everything through the number is applied here. */
  readonly through: (sequence: number) => Promise<void>;
  /** Reads head and floors as at a start: who was away may have missed more than the journal still has. Resolves to the head. */
  readonly restore: () => Promise<number>;
  /** How far this instance has come in the journal. */
  readonly seen: () => Seen;
  /** Raises the numbers and journals everything as invalid if the journal is not the continuation of what was seen. */
  readonly raise: () => Promise<void>;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export function createMembership(parts: MembershipParts): Membership {
  const { db, instance, lease, coverage, drain, now, log } = parts;
  const { name, role, leaseMs } = instance;
  let epoch = 0;
  let timer: NodeJS.Timeout | undefined;
  let isLeaving = false;
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  let trouble: string | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  let told = -1;

  /** Nobody waits for that boot any more. If it was skipped, its row stays until the watch has seen to what it may have left behind. */
  const signOff = async (boot: string): Promise<void> => {
    const row = db.deleteFrom("instance_row").where("name", "=", boot);
    await row.where("skipped", "is", null).execute();
    await db
      .updateTable("instance_row")
      .set({ role: "control", lease_ms: SIGNED_OFF })
      .where("name", "=", boot)
      .execute();
  };
  const register = async (): Promise<void> => {
    if (instance.isAlone) await db.deleteFrom("instance_row").where("name", "<>", name).execute();
    else if (instance.previous !== undefined) await signOff(instance.previous);
    const row = await db
      .insertInto("instance_row")
      .values({
        ...{ name, role, lease_ms: leaseMs, epoch: 1, applied: null, drained: null, beat: 0, skipped: null },
        ...{ started_at: now(), seen_at: now() },
      })
      .onConflict((conflict) =>
        conflict.column("name").doUpdateSet(({ eb }) => ({
          epoch: eb("instance_row.epoch", "+", 1),
          applied: null,
          drained: null,
        })),
      )
      .returning("epoch")
      .executeTakeFirstOrThrow();
    epoch = row.epoch;
  };
  /** One heartbeat: the journal's head, or undefined when this boot is registered no longer or the journal is another one (`isForeign`). */
  const beat = async ({ sequence: applied, entry }: Seen): Promise<number | undefined> => {
    const isOther = sql`exists (select 1 from invalidation_entry where sequence = ${applied} and id <> ${entry})`;
    const isOurs = entry === undefined ? sql`1 = 1` : sql`not ${isOther}`;
    const { rows } = await sql<{ head: number }>`update instance_row
      set applied = ${applied}, drained = ${drain.through(applied)}, beat = beat + 1, seen_at = ${now()}
      where name = ${name} and epoch = ${epoch} and (select n from invalidation_sequence) >= ${applied}
        and ${isOurs}
      returning (select n from invalidation_sequence) as head`.execute(db);
    return rows[0]?.head;
  };
  /** Resolves to the head that everything is restored through. */
  const registerAnew = async (): Promise<number> => {
    await parts.raise();
    log("instance registers anew", { instance: name });
    await register();
    return parts.restore();
  };
  const stateOnce = async (): Promise<void> => {
    await instance.paused?.();
    // Before anything is asked: what is committed from here on may be missing in the answer.
    const since: Moment = lease.moment();
    let applied = coverage.applied;
    let newest = await beat(parts.seen());
    if (newest === undefined && isLeaving) return;
    if (newest === undefined || newest > applied) {
      // Behind, the heartbeat does not renew. Whoever went on without this instance waits for it no more until it has stated what it
      // caught up with; so that is stated first, and what was committed until then is applied too.
      await parts.through(newest ?? (await registerAnew()));
      applied = coverage.applied;
      newest = await beat(parts.seen());
      if (newest === undefined)
        throw new Error("The instance was removed, or the journal went back, meanwhile.");
      if (newest > applied) await parts.through(newest);
    }
    lease.renew(since);
    if (coverage.applied > applied) stateSoon();
    // Drained and applied only grow: their sum tells whether there is anything new.
    const stated = applied + drain.through(applied);
    if (stated > told) tell(parts.store, "freshet_applied");
    told = Math.max(told, stated);
  };
  const begin = (): Promise<void> => {
    const run = stateOnce().then(
      () => {
        if (trouble !== undefined) log("instance is heard again", { instance: name });
        trouble = undefined;
      },
      (error: unknown) => {
        failedAt = performance.now();
        const reason = error instanceof Error ? error.message : String(error);
        if (!isLeaving && trouble !== reason) log("instance is not heard", { instance: name, reason });
        trouble = reason;
        throw error;
      },
    );
    running = run
      .catch(() => {})
      .finally(() => {
        running = undefined;
      });
    return run;
  };
  /** One statement at a time, and one that waits: it says what all who wait would say. */
  const state = (): Promise<void> => {
    if (running === undefined) return begin();
    waiting ??= running.then(() => {
      waiting = undefined;
      return begin();
    });
    return waiting;
  };
  const heartbeat = (): void => {
    if (!isLeaving) state().catch(() => {});
  };
  const stateSoon = (): void => {
    // Alone, nobody reads it, and a commit costs more than the applying.
    if (timer !== undefined && !instance.isAlone) heartbeat();
  };
  return {
    register,
    start() {
      timer = setInterval(heartbeat, parts.heartbeatMs);
      timer.unref();
    },
    state,
    stateSoon,
    async regain() {
      if (performance.now() - failedAt < REST_MS) return;
      const late = Promise.withResolvers<void>();
      const bound = setTimeout(late.resolve, REGAIN_MS);
      await Promise.race([state().catch(() => {}), late.promise]);
      clearTimeout(bound);
    },
    async leave() {
      isLeaving = true;
      clearInterval(timer);
      await running;
      await signOff(name);
    },
  };
}
