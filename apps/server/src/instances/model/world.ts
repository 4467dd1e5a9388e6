import { createQueue } from "@freshet/store";
import type fc from "fast-check";
import { Coverage } from "../../cache/coverage.ts";
import { createFollow } from "../../invalidation/follow.ts";
import { createJournal } from "../../invalidation/journal.ts";
import { createLedger } from "../../invalidation/ledger.ts";
import { type EntryRow, type InvalidationTables, MIGRATIONS, OWNER } from "../../invalidation/migrations.ts";
import { SETTLE_MIGRATIONS, SETTLE_OWNER } from "../../invalidation/settle.ts";
import { userTag } from "../../projects/cache-tags.ts";
import { createAcknowledgements } from "../acknowledgements.ts";
import { createDrain } from "../drain.ts";
import { createLease } from "../lease.ts";
import { createMembership } from "../membership.ts";
import * as instances from "../migrations.ts";
import type { InstancePorts } from "../ports.ts";
import { createWatch } from "../watch.ts";
import { openScheduledDatabase } from "./scheduled-store.ts";

export const LEASE_MS = 1_000;
const TAG = `o-${"0".repeat(16)}`;
const PETS = userTag("demo", "pets");
const HAT = { project: "demo", tag: TAG, name: "demo/hat.gif", userTags: [PETS] };
/** What invalidations name in turn: the original, a beginning of its name, a tag that it has, everything. */
const SCOPES = [
  { kind: "original", name: "demo/hat.gif", tag: TAG },
  { kind: "prefix", name: "demo/ha", tag: `f-${"0".repeat(16)}` },
  { kind: "tag", name: "pets", tag: PETS },
  undefined,
] as const;

type Scheduling = Pick<fc.Scheduler, "schedule" | "count" | "waitOne" | "waitAll">;

/** What happens next, and how many statements or answers come through before something else happens. */
export interface Command {
  readonly kind:
    | "invalidate"
    | "restart"
    | "heartbeat"
    | "follow"
    | "visit"
    | "wait"
    | "freeze"
    | "thaw"
    | "look for the dead"
    | "raise";
  readonly ms: number;
  readonly steps: number;
}

/** Lets everything happen that waits for nothing. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * A worker with an instance of its own, and an instance that the worker has to wait for, over one store; every statement and every
 * answer of the store comes when the scheduler says so, and the clock moves when the commands say so. Answers with what was shown
 * too old.
 */
export async function play(
  scheduler: Scheduling,
  commands: readonly Command[],
  speed = 1,
): Promise<readonly string[]> {
  let isFree = true;
  const pass = (what: string) => (isFree ? Promise.resolve() : scheduler.schedule(Promise.resolve(), what));
  let frozen: PromiseWithResolvers<void> | undefined;
  /** As the other instance's process has it: while it stands still, nothing is sent and no answer is read. */
  const passOther = async (what: string): Promise<void> => {
    await pass(what);
    while (frozen !== undefined) await frozen.promise;
  };
  const database = await openScheduledDatabase();
  const store = database.store(pass);
  const db = store.db.$extendTables<InvalidationTables>();
  await store.migrate(OWNER, MIGRATIONS);
  await store.migrate(instances.OWNER, instances.MIGRATIONS);
  await store.migrate(SETTLE_OWNER, SETTLE_MIGRATIONS);

  let time = 1_000_000;
  let published = 0;
  let promised = 0;
  const stale: string[] = [];
  const stopping = new AbortController();
  const everything = {
    ...{ project: "demo", request: { scope: "all" as const }, paths: [], cause: { kind: "restore" } },
    ...{ chain: 0, key: undefined },
  };
  const journal = createJournal(db, () => time, {
    seen: () => ({ sequence: 0, entry: undefined }),
    everything: () => [everything],
  });

  const boot = (name: string, role: InstancePorts["role"]) => {
    const own = role === "control" ? store : database.store(passOther);
    const its = own.db.$extendTables<InvalidationTables>();
    const coverage = new Coverage();
    const clocks = { wall: () => time * speed, monotonic: () => time * speed };
    const instance = { name, role, isAlone: false, leaseMs: LEASE_MS };
    const lease = createLease({ ms: LEASE_MS, clocks });
    const follow = createFollow({
      db: its,
      coverage,
      remembered: undefined,
      changed: () => {},
      log: () => {},
    });
    const membership = createMembership({
      ...{
        store: own,
        db: its,
        instance,
        coverage,
        drain: createDrain(1_000, () => {}),
        heartbeatMs: 1_000_000,
      },
      lease,
      through: (sequence) => follow.through(sequence),
      restore: () => follow.start(),
      seen: () => follow.seen(),
      raise: async () => {},
      now: () => time,
      log: () => {},
    });
    return { name, coverage, lease, follow, membership, instance };
  };
  const me = boot("worker", "control");
  await me.membership.register();
  let other = boot("b0", "delivery");
  let isServing = true;
  await other.membership.register();
  await other.follow.start();
  await other.membership.state();
  /** What the other instance has on its disk. */
  let record: { readonly version: number; readonly stamp: number } | undefined;

  const acknowledgements = createAcknowledgements({
    ...{
      store,
      db,
      instance: me.instance,
      own: () => me.coverage.applied,
      drainMs: 1_000,
      pollMs: 1_000_000,
    },
    monotonic: () => time,
    failed: () => {},
  });
  const ledger = createLedger({
    ...{
      db,
      me: "worker",
      instance: me.instance,
      nodes: [],
      settleAfter: () => undefined,
      recheckAfterMs: [],
      seen: () => me.follow.seen(),
    },
    now: () => time,
  });
  const queue = createQueue<EntryRow>(store, {
    ...{
      table: "invalidation_entry",
      key: "id",
      order: "sequence",
      me: "worker",
      leaseMs: 1e9,
      now: () => time,
    },
  });

  const watch = createWatch({
    db: db.$extendTables<InvalidationTables>(),
    self: me.name,
    monotonic: () => time,
    returned: async () => {},
    log: () => {},
  });

  const running = new Set<Promise<void>>();
  const begin = (work: Promise<void>): void => {
    const settled = work.catch(() => {}).finally(() => running.delete(settled));
    running.add(settled);
  };
  const invalidate = async (): Promise<void> => {
    published += 1;
    const version = published;
    const scope = SCOPES[(version - 1) % SCOPES.length];
    await journal.accept({
      project: "demo",
      request: scope ? { scope: "original", urls: ["/hat.gif"] } : { scope: "all" },
      paths: scope ? [{ ...scope, received: "/hat.gif", path: "/hat.gif", covered: null, digest: null }] : [],
      cause: { kind: "api", id: String(version) },
      chain: 0,
      key: undefined,
    });
    for (const row of await queue.claim(10)) begin(carry(row));
  };
  const carry = async (row: EntryRow): Promise<void> => {
    const { id: entry, sequence } = row;
    const version = Number(JSON.parse(row.cause).id ?? 0);
    await ledger.prepared({ row, outcomes: undefined });
    await me.follow.through(sequence);
    for (;;) {
      const outcomes = await acknowledgements.through(sequence, "applied", stopping.signal);
      await ledger.applied({ entry, sequence, outcomes });
      const end = { status: "DONE", error: null, evidence: null, rechecks: [], targets: [] } as const;
      const written = await ledger.ended({ entry, sequence, ...end });
      if (written === "unacknowledged") continue;
      if (written === "written") promised = Math.max(promised, version);
      return;
    }
  };
  /** Somebody has seen a larger number than the journal has: what is open is numbered anew, and what was stated counts no more. */
  const raise = async (): Promise<void> => {
    await journal.raise({ sequence: (await journal.head()) + 3, entry: undefined });
    for (const row of await queue.claim(10)) begin(carry(row));
  };
  const restart = async (): Promise<void> => {
    isServing = false;
    const next = boot(`b${time}-${Math.random()}`, "delivery");
    await next.membership.register();
    await next.follow.start();
    await next.membership.state();
    other = next;
    isServing = true;
  };
  const visit = async (): Promise<void> => {
    if (!isServing || frozen !== undefined) return;
    const least = promised;
    const { coverage, lease } = other;
    const isCurrent = lease.holds();
    if (isCurrent && record && record.stamp >= coverage.floor(HAT)) {
      if (record.version < least) stale.push(`shown ${record.version} of ${least}`);
      return;
    }
    const stamp = coverage.applied;
    const version = published;
    await passOther("bytes");
    if (stamp >= coverage.floor(HAT) && (record === undefined || record.stamp <= stamp))
      record = { version, stamp };
  };

  const thaw = (): void => {
    frozen?.resolve();
    frozen = undefined;
  };

  isFree = false;
  for (const command of commands) {
    if (command.kind === "invalidate") begin(invalidate());
    else if (command.kind === "restart" && isServing) begin(restart());
    else if (command.kind === "heartbeat") begin(other.membership.state());
    else if (command.kind === "follow") begin(other.follow.look());
    else if (command.kind === "visit") begin(visit());
    else if (command.kind === "look for the dead") begin(watch.look().then(() => {}));
    else if (command.kind === "raise") begin(raise());
    else if (command.kind === "freeze") frozen ??= Promise.withResolvers();
    else if (command.kind === "thaw") thaw();
    else if (command.kind === "wait") {
      time += command.ms;
      acknowledgements.look();
    }
    for (let steps = 0; steps < command.steps; steps += 1) {
      await turn();
      if (scheduler.count() === 0) break;
      await scheduler.waitOne();
      await turn();
    }
  }
  // From here on everything answers: whatever was accepted is Done, and nothing is stuck.
  isFree = true;
  thaw();
  await turn();
  await scheduler.waitAll();
  for (let rounds = 0; rounds < 20 && promised < published; rounds += 1) {
    time += LEASE_MS;
    for (const row of await queue.claim(10)) begin(carry(row));
    await other.membership.state();
    acknowledgements.look();
    await turn();
  }
  if (promised < published) stale.push(`stuck: ${promised} of ${published} Done`);
  stopping.abort(new Error("over"));
  await Promise.all(running);
  database.close();
  return stale;
}

/** Lets through what came first. */
export function inOrder(): Scheduling {
  const waiting: (() => void)[] = [];
  const waitOne = async (): Promise<void> => waiting.shift()?.();
  return {
    schedule: async (task) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
      return task;
    },
    count: () => waiting.length,
    waitOne,
    async waitAll() {
      while (waiting.length > 0) await waitOne().then(turn);
    },
  };
}
