import { randomUUID } from "node:crypto";
import type { Cause, InvalidationEntry, InvalidationReceipt, InvalidationRequest } from "@freshet/core";
import { AUDIT_MIGRATIONS, AUDIT_OWNER } from "../admin/audit.ts";
import { isServerError, ServerError } from "../errors.ts";
import type { InvalidationFigures } from "../health/invalidation-metrics.ts";
import { createInstances, type Instances } from "../instances/instances.ts";
import { ALONE } from "../instances/ports.ts";
import { lookAgain, tell } from "../instances/wake.ts";
import type { Project } from "../projects/project.ts";
import { createCensus } from "./census.ts";
import { createFeed } from "./feed.ts";
import { createFollow } from "./follow.ts";
import { createJoin } from "./join.ts";
import { type Accepted, type Asked, createJournal, type Journal } from "./journal.ts";
import { createLane, reasonOf, sleep } from "./lane.ts";
import { createLedger } from "./ledger.ts";
import { createMeters } from "./meter.ts";
import { type InvalidationTables, MIGRATIONS, OWNER } from "./migrations.ts";
import { type NodeHealth, readNodes } from "./nodes.ts";
import { createPipeline } from "./pipeline.ts";
import type { InvalidationPorts } from "./ports.ts";
import { createRecheck } from "./recheck.ts";
import { readRequest } from "./request.ts";
import { createRetention } from "./retention.ts";
import type { RouteParts } from "./routes.ts";
import type { Seen } from "./seen.ts";
import { journalSettings } from "./settings.ts";
import { createSettle, SETTLE_MIGRATIONS, SETTLE_OWNER, type SettleAfter, settleAgain } from "./settle.ts";
import { createStreams } from "./streams.ts";
import { createTelling, toldOf } from "./telling.ts";
import { TUNING } from "./tuning.ts";
import { viewEntry, viewReceipt } from "./view.ts";

const KEEP_MS = 30 * 86_400_000;
/** Between looks at what became of entries while somebody follows, should no news have come. */
const PROGRESS_MS = 500;

/** The journal, its pipeline and its API. */
export interface Invalidation {
  /** This process among those that share the store: what each request asks before it looks at a cache. */
  readonly instances: Instances;
  /** What is under way, and how many follow it at this instance: read when metrics are asked for. */
  readonly figures: InvalidationFigures;
  /** The nodes and how each of them is; with projects, what of it concerns those. */
  nodes(projects: readonly string[] | undefined): Promise<readonly NodeHealth[]>;
  /** What the routes of the API stand on. */
  readonly api: RouteParts;
  /** Brings the tables up to date: before settings are read, which is before `start`. */
  migrate(): Promise<void>;
  /** What changes settings or states journals it in the same transaction, and sets it on its way when that is committed. */
  readonly journal: Pick<Journal, "acceptWithin"> & { take(accepted: Accepted): Promise<void> };
  /** Restores what was applied and makes this instance known; when it resolves, images may be served. */
  restore(): Promise<void>;
  /** Resumes what a crash left behind and carries out what comes from now on. After `restore`. */
  carry(): Promise<void>;
  /** Both, one behind the other. */
  start(): Promise<void>;
  /** Ends the work under way; the next start resumes it. */
  stop(): Promise<void>;
  /**
   * Accepts an invalidation as the API does, under this cause. Durable and applied here when it resolves.
   * @throws ServerError for a request that the API would refuse.
   */
  accept(project: Project, request: InvalidationRequest, cause: Cause): Promise<InvalidationReceipt>;
  /** Journals an `all` for every project whose answer-changing settings differ from those of the last run, or that is gone since. */
  journalSettings(projects: readonly Project[]): Promise<void>;
  /** Resolves to the entry once it has ended, however; rejects when there is none, or when the server stops first. */
  waitFor(project: Project, uuid: string): Promise<InvalidationEntry>;
}

export function createInvalidation(ports: InvalidationPorts): Invalidation {
  const { store, coverage, projects, delivery, drivers, now, log } = ports;
  const tuning = { ...TUNING, ...ports.tuning };
  const db = store.db.$extendTables<InvalidationTables>();
  const me = randomUUID();
  const instance = ports.instance ?? ALONE;
  const carries = instance.role !== "delivery";
  const stopping = new AbortController();
  const waiting = new Map<string, () => void>();

  const everything = (project: string, kind: string): Asked => ({
    project,
    request: { scope: "all" },
    paths: [],
    cause: { kind },
    chain: 0,
    key: undefined,
  });
  const names = async (from: typeof db): Promise<readonly string[]> =>
    (await ports.settings?.names(from)) ?? projects.all.map(({ name }) => name);
  const journal = createJournal(db, now, {
    seen: () => follow.seen(),
    everything: async (transaction) =>
      // Settings went back with the numbers.
      (await names(transaction)).map((name) => ({ ...everything(name, "restore"), settings: 0 })),
  });
  const follow = createFollow({
    db,
    coverage,
    remembered: ports.remembered,
    refresh: async () => ports.settings?.refresh(),
    changed: () => instances.advanced(),
    log,
  });
  const instances: Instances = createInstances({
    store,
    instance,
    drivers,
    coverage,
    tuning,
    journal,
    follow,
    raise: () => raise(follow.seen()),
    returned: (_instance, since) => settleAgain(db, since, settleAfter, now()),
    now,
    log,
  });
  const meterOf = createMeters(now);
  const lanes = drivers.map((driver) =>
    createLane(driver, meterOf(driver.limits), tuning, now, stopping.signal),
  );
  const nodes = drivers.map(({ name }) => name);
  const laneOf = new Map(lanes.map((lane) => [lane.driver.name, lane]));
  const settleAfter: SettleAfter = (node) => {
    const { ending, limits } = laneOf.get(node)?.driver ?? {};
    if (ending !== "probed" || limits?.settleMs === undefined) return undefined;
    return Math.max(limits.settleMs, tuning.longestFillMs);
  };
  const { listed } = ports;
  const hostsOf = (name: string) => projects.byName(name)?.hosts ?? [];
  const { recheckAfterMs } = tuning;
  const progress = createTelling(() => tell(store, "freshet_progress"));
  const ledger = toldOf(
    createLedger({
      ...{ db, me, instance, nodes, settleAfter, recheckAfterMs, now },
      seen: () => follow.seen(),
    }),
    progress.tell,
  );
  const feed = createFeed({
    ...{ db, isAlone: instance.isAlone, now, log },
    outcomes: journal.outcomes,
    listen: (wake) => lookAgain(store, "freshet_progress", PROGRESS_MS, wake),
  });
  const streams = createStreams(feed);
  const census = createCensus({ db, nodes, log, counted: (some) => ports.counted?.(some) });
  const pipeline = createPipeline({
    store,
    me,
    ledger,
    follow,
    acknowledgements: instances.acknowledgements,
    isAlone: instance.isAlone,
    lanes: laneOf,
    delivery,
    hostsOf,
    listed,
    tuning,
    now,
    log,
    ended: (uuid) => {
      waiting.get(uuid)?.();
      if (ports.counted) census.ended(uuid);
    },
  });
  const { isAlone } = instance;
  const settle = createSettle({
    ...{ store, db, me, isAlone, lanes: laneOf, delivery, hostsOf, listed, tuning, now, log },
  });

  const take = async (accepted: Accepted): Promise<void> => {
    // Durable already: if applying fails here, the pipeline tries again before it asks any node.
    await follow
      .offer(accepted)
      .catch((error) => log("invalidation not applied yet", { uuid: accepted.uuid, error: reasonOf(error) }));
    pipeline.wake();
    progress.tell();
    if (!instance.isAlone) tell(store, "freshet_journal");
  };
  const submit = async (asked: Asked): Promise<Accepted | "reused"> => {
    const accepted = await journal.accept(asked);
    if (accepted !== "reused" && !accepted.isRepeated) await take(accepted);
    return accepted;
  };
  /** Numbers never go back: what was seen before may be stamped into records and nodes. */
  const raise = async (seen: Seen): Promise<void> => {
    const added = await journal.raise(seen);
    if (added.length > 0) log("journal went back", { seen: seen.sequence });
    for (const accepted of added) await take(accepted);
  };
  const head = async (heard = 0): Promise<number> => {
    const seen = Math.max(heard, coverage.applied);
    const newest = await journal.head();
    if (newest >= seen) return newest;
    await raise({ sequence: seen, entry: undefined });
    return journal.head();
  };
  const recheck = createRecheck({
    store,
    me,
    isAlone: instance.isAlone,
    delivery,
    tuning,
    now,
    log,
    accept: async (name, request, { chain, key, entry }) => {
      const project = projects.byName(name);
      if (!project) return;
      try {
        const read = readRequest(request, project, delivery);
        await submit({ ...read, project: name, cause: { kind: "recheck", id: entry }, chain, key });
      } catch (error) {
        // The project's settings are others by now: what the path named then, it names no longer.
        if (!isServerError(error)) throw error;
        log("recheck dropped", { project: name, error: error.message });
      }
    },
  });
  const audit = ports.keepAuditMs === undefined ? {} : { keepAuditMs: ports.keepAuditMs };
  const retention = createRetention({ db, coverage, keepMs: ports.keepMs ?? KEEP_MS, now, log, ...audit });
  const join = createJoin({
    ...{ db, lanes, names: () => names(db), delivery, hostsOf, listed, tuning, head, log },
  });

  /** Others commit too. */
  const news = (): void => {
    following = Promise.resolve(instance.paused?.())
      .then(() => follow.look())
      .catch((error) => log("journal not followed", { error: reasonOf(error) }));
  };
  let following = Promise.resolve();
  let migrating: Promise<void> | undefined;
  let deafen = (): void => {};

  const invalidation: Invalidation = {
    instances,
    figures: {
      open: census.open,
      get streams() {
        return streams.count;
      },
    },
    nodes: (some) => readNodes({ db, lanes, open: census.open, contact: join.contact }, some),
    api: {
      ...{ projects, delivery, log, journal, submit, streams },
      async reach() {
        const { instances: all } = await instances.view();
        return {
          instances: all.flatMap(({ name, role, state }) => (role === "control" ? [] : [{ name, state }])),
          nodes: drivers.map(({ name, ending }) => ({ node: name, ending })),
        };
      },
      wake: () => {
        pipeline.wake();
        progress.tell();
      },
    },
    journal: { acceptWithin: journal.acceptWithin, take },
    migrate() {
      migrating ??= (async () => {
        await store.migrate(AUDIT_OWNER, AUDIT_MIGRATIONS);
        await store.migrate(OWNER, MIGRATIONS);
        await store.migrate(SETTLE_OWNER, SETTLE_MIGRATIONS);
      })();
      return migrating;
    },
    async restore() {
      await invalidation.migrate();
      // Registered first, then the journal is read, then images are served: nobody is overlooked in between.
      await instances.register();
      const seen = await ports.remembered?.read();
      await follow.start();
      if (seen) await raise(seen);
      await instances.start();
      if (!instance.isAlone) deafen = lookAgain(store, "freshet_journal", tuning.followMs, news);
      await invalidation.journalSettings(projects.all);
    },
    async carry() {
      if (!carries) return;
      await pipeline.start();
      await recheck.start();
      await settle.start();
      await join.start();
      retention.start();
    },
    async start() {
      await invalidation.restore();
      await invalidation.carry();
    },
    async stop() {
      stopping.abort();
      if (carries)
        await Promise.all([join.stop(), recheck.stop(), settle.stop(), pipeline.stop(), retention.stop()]);
      deafen();
      streams.close();
      progress.stop();
      await feed.stop();
      await census.stop();
      await following;
      await instances.stop();
      await ports.remembered
        ?.write(follow.seen())
        .catch((error) => log("sequence not remembered", { error: reasonOf(error) }));
    },
    async accept(project, request, cause) {
      const read = readRequest(request, project, delivery);
      const accepted = await submit({ ...read, project: project.name, cause, chain: 0, key: undefined });
      if (accepted === "reused") throw new ServerError("IDEMPOTENCY_KEY_REUSED");
      return viewReceipt(accepted.uuid, accepted.receivedAt);
    },
    journalSettings: (all) =>
      journalSettings(db, all, async (project) => {
        await submit(everything(project, "settings"));
      }),
    async waitFor(project, uuid) {
      while (!stopping.signal.aborted) {
        const told = Promise.withResolvers<void>();
        waiting.set(uuid, told.resolve);
        const entry = await journal.get(project.name, uuid);
        if (!entry) throw new ServerError("INVALIDATION_UNKNOWN");
        if (entry.row.next_at === null) {
          waiting.delete(uuid);
          return viewEntry(entry);
        }
        await Promise.race([told.promise, sleep(tuning.pollMs, stopping.signal)]);
      }
      throw new ServerError("SERVER_BUSY", "The server is stopping.");
    },
  };
  return invalidation;
}
