import { randomUUID } from "node:crypto";
import type { RawRequest } from "@freshet/core";
import { type Backoff, createQueue, createWorker, type Store } from "@freshet/store";
import type { FastifyError, FastifyPluginAsync } from "fastify";
import { type AnnounceOptions, createAnnouncer } from "./announce.ts";
import { createDesk, type Desk } from "./desk.ts";
import { sentenceOf } from "./errors.ts";
import { createInbox } from "./inbox.ts";
import { createKnownVersions } from "./known.ts";
import { type ConnectorErrorCode, problem } from "./problem.ts";
import { createPullLoop } from "./pull.ts";
import { receiveEvents } from "./receive.ts";
import { reportEvents } from "./report.ts";
import { type InboxRow, migrationsOf, tablesOf } from "./schema.ts";
import { openSecrets } from "./secrets.ts";
import { createSettle } from "./settle.ts";
import type { ConnectedSite } from "./site.ts";
import { createSiteStatus } from "./site-status.ts";
import { createWalkLoop } from "./walk.ts";
import { walkMigrationsOf, walkTablesOf } from "./walk-schema.ts";
import { createWalkStore } from "./walk-store.ts";

export interface ConnectorOptions<Client> {
  /** The CMS, e.g. "wordpress": a-z and 0-9. Names the routes, the tables and the cause of invalidations. */
  readonly name: string;
  /** A map is looked at anew for each event: its sites may come and go while the connector runs, and are not pulled. */
  readonly sites: readonly ConnectedSite<Client>[] | ReadonlyMap<string, ConnectedSite<Client>>;
  /** Id of the site a pushed request claims to come from; `verify` of that site's adapter then proves it. */
  readonly claimedSite: (request: RawRequest) => string | undefined;
  /** Stays the caller's: open while the connector runs, closed by the caller afterwards. */
  readonly store: Store;
  /** Milliseconds between pulls of a site; 5,000 where nothing is said. */
  readonly pullEveryMs?: number;
  /** Milliseconds from the end of a walk over everything a site has to the next; six hours where nothing is said. */
  readonly reconcileEveryMs?: number;
  /** How the server hears of this connector; absent: it does not. */
  readonly announce?: AnnounceOptions;
  /** Waits between attempts at the invalidation API; 1 s to 5 min where nothing is said. */
  readonly attempts?: Backoff;
  /** Secrets for questions about status and events from other machines; without any only this machine may ask. */
  readonly statusSecrets?: readonly string[];
  /** Paths besides `/<name>/events` under which events are pushed. */
  readonly paths?: readonly string[];
  /** Given the desk once the tables are there: for apps that find changes themselves. */
  readonly desk?: (desk: Desk) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly log?: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** A row whose worker fell silent is taken up by another after this. */
const LEASE_MS = 15_000;
/** Events at the invalidation API at the same time. */
const IN_FLIGHT = 8;
const POLL_MS = 1_000;
/** The event log reaches back this far; unfinished events are kept for ever. */
const LOG_MS = 90 * 86_400_000;
const PRUNE_EVERY_MS = 3_600_000;
const RECONCILE_EVERY_MS = 6 * 3_600_000;

/**
 * Everything a CMS connector needs besides its adapter, as a fastify plugin: `POST /<name>/events` takes pushed events,
 * a loop per site pulls what was not pushed, another walks over everything the site has, a worker turns each event into at most one tracked invalidation, and
 * `GET /<name>/status`, `GET /<name>/events` and `POST /<name>/reconcile` are there for whoever looks. Closing the app stops all of it; what was not finished
 * goes on at the next start.
 */
export function connector<Client>(options: ConnectorOptions<Client>): FastifyPluginAsync {
  return async (app) => {
    const { name, store, pullEveryMs = 5_000, now = Date.now, log = () => {} } = options;
    const listed = isMap(options.sites) ? [] : options.sites;
    const sites = isMap(options.sites) ? options.sites : new Map(listed.map((site) => [site.id, site]));
    const tables = tablesOf(name);
    await store.migrate(tables.owner, migrationsOf(tables));

    const walkTables = walkTablesOf(tables);
    await store.migrate(walkTables.owner, walkMigrationsOf(walkTables, tables));
    const projects = () => [...sites.values()].map((site) => site.project);
    const ofProjects = await openSecrets(store, walkTables);

    const inbox = createInbox(store, tables, now);
    const known = createKnownVersions(store, tables);
    const walks = createWalkStore(store, walkTables);
    const queue = createQueue<InboxRow>(store, {
      table: tables.inbox,
      key: "id",
      order: "ordinal",
      me: randomUUID(),
      leaseMs: LEASE_MS,
      now,
    });
    const settle = createSettle({
      connector: name,
      sites,
      store,
      tables,
      queue,
      known,
      attempts: options.attempts ?? { firstMs: 1_000, mostMs: 300_000 },
      now,
      log,
      wakeAt: (time) => worker.wakeAt(time),
    });
    const worker = createWorker<InboxRow>({
      queue,
      keyOf: (row) => row.id,
      work: settle,
      batch: 1,
      inFlight: IN_FLIGHT,
      leaseMs: LEASE_MS,
      pollMs: POLL_MS,
      backoff: { firstMs: 1_000, mostMs: 60_000 },
      now,
      failed: (thrown) => log("event work failed", { reason: sentenceOf(thrown) }),
      alone: false,
    });
    const added = () => worker.wake();
    const pulls = new Map(
      listed.map((site) => [site.id, createPullLoop({ site, inbox, everyMs: pullEveryMs, added, log })]),
    );

    const walkers = new Map(
      listed.map((site) => {
        const pull = async () => pulls.get(site.id)?.drain();
        const everyMs = site.reconcileEveryMs ?? options.reconcileEveryMs ?? RECONCILE_EVERY_MS;
        return [
          site.id,
          createWalkLoop({ site, store, walks, known, inbox, pull, everyMs, added, now, log }),
        ];
      }),
    );

    app.setErrorHandler<FastifyError>((error, _request, reply) => {
      const code = codeOf(error);
      if (code === "INTERNAL") log("request failed", { reason: sentenceOf(error) });
      return problem(reply, code);
    });
    options.desk?.(
      createDesk({ store, tables, walkTables, secrets: ofProjects, projects, inbox, added, pulls }),
    );
    receiveEvents(app, {
      paths: [`/${name}/events`, ...(options.paths ?? [])],
      sites,
      claimedSite: options.claimedSite,
      inbox,
      added,
      log,
    });
    const pullState = (site: string) => pulls.get(site)?.state();
    const walkOf = (site: string) => walkers.get(site);
    const secrets = options.statusSecrets ?? [];
    const statusOf = createSiteStatus<Client>({ inbox, walks, pullState, walkOf, now });
    reportEvents(app, { name, sites, inbox, statusOf, walkOf, now, secrets, ofProjects });
    const announcer =
      options.announce &&
      createAnnouncer({
        ...{ name, announce: options.announce, secrets: ofProjects, projects, log },
        statuses: async (project) => {
          const mine = [...sites.values()].filter((site) => site.project === project);
          return (await Promise.all(mine.map(statusOf))).filter((each) => each !== undefined);
        },
      });

    const prune = () => {
      inbox
        .prune(now() - LOG_MS)
        .catch((thrown: unknown) => log("log not pruned", { reason: sentenceOf(thrown) }));
    };
    let pruning: NodeJS.Timeout | undefined;
    app.addHook("onReady", async () => {
      await worker.start();
      for (const pull of pulls.values()) pull.start();
      for (const walker of walkers.values()) walker.start();
      announcer?.start();
      pruning = setInterval(prune, PRUNE_EVERY_MS).unref();
    });
    app.addHook("onClose", async () => {
      clearInterval(pruning);
      announcer?.stop();
      await Promise.all([...pulls.values(), ...walkers.values()].map((loop) => loop.stop()));
      await worker.stop();
    });
  };
}

function isMap<Value>(
  sites: readonly Value[] | ReadonlyMap<string, Value>,
): sites is ReadonlyMap<string, Value> {
  return sites instanceof Map;
}

function codeOf(error: FastifyError): ConnectorErrorCode {
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") return "BODY_TOO_LARGE";
  return (error.statusCode ?? 500) < 500 ? "REQUEST_MALFORMED" : "INTERNAL";
}
