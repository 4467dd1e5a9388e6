import type { Recent } from "@freshet/core";
import { backoffMs, type Kysely } from "@freshet/store";
import { bounded, type Lane, reasonOf } from "./lane.ts";
import type { InvalidationTables } from "./migrations.ts";
import type { Delivery } from "./ports.ts";
import { readRecent } from "./recent.ts";
import type { Tuning } from "./tuning.ts";
import { type HostsOf, type ListedPaths, urlsOf } from "./wanted.ts";

export interface JoinParts {
  readonly db: Kysely<InvalidationTables>;
  readonly lanes: readonly Lane[];
  /** Of all projects that a node may hold answers of. */
  readonly names: () => Promise<readonly string[]>;
  readonly delivery: Delivery;
  readonly hostsOf: HostsOf;
  readonly listed: ListedPaths | undefined;
  readonly tuning: Tuning;
  /** The journal's head, as the database has it at this moment; raised above what was seen, here or by a node. */
  readonly head: (seen?: number) => Promise<number>;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Longest pause between two attempts to empty a bought CDN. */
const MOST_REST_MS = 300_000;

/** Keeps the nodes in the know; begins at once and does not wait for a node that is away. */
export interface Join {
  /** When a node answered last, where it can be asked, and why it does not now. */
  contact(node: string): { readonly heardAt: number | undefined; readonly trouble: string | undefined };
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Gives each node its base number again and again, since a node may lose what it knew at any moment. A node that was not
 * there when the server last ran may hold anything: it is emptied before it counts as known.
 */
export function createJoin(parts: JoinParts): Join {
  const { db, lanes, tuning, log } = parts;
  const stopping = new AbortController();
  const troubles = new Map<string, string>();
  const known = new Set<string>();
  const heard = new Map<string, number>();
  const resting = new Map<string, { readonly failures: number; readonly until: number }>();
  /** Nodes of which the last answer was lost: they may have begun anew with a head that was old by then. */
  const doubtful = new Set<string>();
  let rounds: readonly NodeJS.Timeout[] = [];
  const underWay = new Map<string, Promise<void>>();

  const visit = async (lane: Lane): Promise<void> => {
    const { name } = lane.driver;
    try {
      if (await hasForgotten(parts, lane, stopping.signal, doubtful)) {
        known.delete(name);
        await db.deleteFrom("invalidation_node").where("node", "=", name).execute();
      }
      if (!known.has(name)) {
        await purgeEverything(parts, lane);
        await db
          .insertInto("invalidation_node")
          .values({ node: name })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        known.add(name);
      }
      resting.delete(name);
      if (lane.driver.join) heard.set(name, Date.now());
      if (troubles.delete(name)) log("node is back", { node: name });
    } catch (error) {
      const reason = reasonOf(error);
      // A node that is away for a day is one line in the log, not 43,200.
      if (!stopping.signal.aborted && troubles.get(name) !== reason)
        log("node is away", { node: name, reason });
      troubles.set(name, reason);
      // A bought CDN is not asked every two seconds whether it has changed its mind about a key.
      if (!lane.driver.join) {
        const { failures = 0 } = resting.get(name) ?? {};
        const wait = backoffMs(failures + 1, { firstMs: tuning.joinEveryMs, mostMs: MOST_REST_MS });
        resting.set(name, { failures: failures + 1, until: performance.now() + wait });
      }
    }
  };
  const round = (lane: Lane): void => {
    const { name } = lane.driver;
    if (underWay.has(name) || stopping.signal.aborted) return;
    if ((resting.get(name)?.until ?? 0) > performance.now()) return;
    underWay.set(
      name,
      visit(lane).finally(() => underWay.delete(name)),
    );
  };
  return {
    contact: (node) => ({ heardAt: heard.get(node), trouble: troubles.get(node) }),
    async start() {
      const names = lanes.map(({ driver }) => driver.name);
      const gone = db.deleteFrom("invalidation_node");
      await (names.length === 0 ? gone : gone.where("node", "not in", names)).execute();
      for (const { node } of await db.selectFrom("invalidation_node").selectAll().execute()) known.add(node);
      for (const lane of lanes) round(lane);
      rounds = lanes.map((lane) => setInterval(round, tuning.joinEveryMs, lane));
      for (const timer of rounds) timer.unref();
    },
    async stop() {
      stopping.abort();
      for (const timer of rounds) clearInterval(timer);
      await Promise.all(underWay.values());
    },
  };
}

/**
 * Whether the node had lost what it knew, and acknowledged invalidations since then that its new base does not contain. A node
 * that asked for the last ones was given all that its earlier life can have acknowledged.
 */
async function hasForgotten(
  parts: JoinParts,
  { driver }: Lane,
  stopping: AbortSignal,
  doubtful: Set<string>,
): Promise<boolean> {
  const { db, delivery, tuning, head, log } = parts;
  if (!driver.join) return false;
  const sent = await head();
  let handedOver: Recent | undefined;
  const recent = async (): Promise<Recent> => {
    handedOver = await readRecent(db, await head(), delivery.projectTag);
    return handedOver;
  };
  const isDoubtful = doubtful.has(driver.name);
  doubtful.add(driver.name);
  const answer = await bounded(tuning.callMs, stopping, (signal) => driver.join?.(sent, signal, recent));
  // Where the journal went back, what comes next would look old to the node, and what it keeps would look new.
  if (answer?.newest !== undefined && answer.newest > sent) await head(answer.newest);
  doubtful.delete(driver.name);
  if (answer?.was !== "joined") return isDoubtful && (answer?.newest ?? -1) < sent;
  log("node joined", { node: driver.name, head: handedOver?.head ?? sent, since: handedOver?.since ?? sent });
  return handedOver === undefined && (await head()) > sent;
}

async function purgeEverything(parts: JoinParts, lane: Lane): Promise<void> {
  const { head, names, delivery, listed, hostsOf, log } = parts;
  const { driver } = lane;
  const sequence = await head();
  if (sequence === 0) return;
  for (const project of await names()) {
    const projectTag = delivery.projectTag(project);
    const wanted = { sequence, project, projectTag };
    const byPath = listed && !driver.purgeProject && !driver.purgeTags && driver.purgeUrls;
    const outcome = await lane.purge(
      byPath
        ? {
            ...wanted,
            by: "urls",
            targets: urlsOf(await listed(project, [projectTag]), hostsOf(project), driver),
          }
        : { ...wanted, by: "project", targets: [projectTag] },
    );
    if (outcome.kind === "cannot") log("node cannot be emptied", { node: driver.name, project });
    else if (outcome.kind !== "done") throw new Error(outcome.reason);
  }
}
