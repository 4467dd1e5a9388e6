import {
  type AssetChange,
  type Decision,
  isInvalidationError,
  type ReportedInvalidation,
  type VerifiedEvent,
} from "@freshet/core";
import { type Backoff, backoffMs, type Queue, type Store, sql } from "@freshet/store";
import { isEventUnreadable, retryAfterOf, sentenceOf } from "./errors.ts";
import { isFoundKnown, isKnown, type KnownVersions } from "./known.ts";
import { createLanes } from "./lanes.ts";
import { isState, type Plan, requestsOf, statesOf } from "./plan.ts";
import type { InboxRow, Tables } from "./schema.ts";
import type { ConnectedSite } from "./site.ts";

/** Waits between questions about an accepted invalidation. */
const QUESTIONS = { firstMs: 250, mostMs: 30_000 };
/** Between two looks at whether the events that came before a walk's finding are settled. */
const EVENTS_FIRST_MS = 500;
const LONGEST_LINK = 2_000;
/** A Retry-After beyond this is taken for a mistake. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

export interface SettleOptions<Client> {
  readonly connector: string;
  readonly sites: ReadonlyMap<string, ConnectedSite<Client>>;
  readonly store: Store;
  readonly tables: Tables;
  readonly queue: Queue<InboxRow>;
  readonly known: KnownVersions;
  /** Waits between attempts at the invalidation API, which go on for ever. */
  readonly attempts: Backoff;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Told when a row that was given back is due. */
  readonly wakeAt: (time: number) => void;
}

/**
 * Brings one claimed event a step further and settles its lease: plan, then invalidate, then ask until it is done.
 * Each step may be repeated after a crash: the plan is stored before it is sent, and the server knows the key.
 */
export function createSettle<Client>(options: SettleOptions<Client>) {
  const { connector, store, queue, known, now, wakeAt } = options;
  const inbox = sql.table(options.tables.inbox);

  const finish = async (
    row: InboxRow,
    state: InboxRow["state"],
    remark: string,
    forget: readonly string[] = [],
  ) => {
    await store.db.transaction().execute(async (on) => {
      if (await queue.finish(row.id, { state, remark, changed_at: now() }, on))
        await known.forget(on, row.site, forget);
    });
    options.log(`event ${state}`, { site: row.site, event: row.event, remark });
  };

  const troubled = new Set<string>();
  const alone = createLanes();

  /** The service takes requests of this site again: what waits out a long pause need not wait any longer. */
  const recover = async (site: string) => {
    if (!troubled.delete(site)) return;
    await sql`update ${inbox} set next_at = 0
      where site = ${site} and state = 'received' and next_at > ${now()} and lease_until = 0`.execute(
      store.db,
    );
    wakeAt(now());
  };

  const later = async (row: InboxRow, at: number, values: Parameters<typeof queue.release>[2] = {}) => {
    if (await queue.release(row.id, at, values)) wakeAt(at);
  };

  /** What a walk found is compared with what is known, and that lacks events which were stored and not yet acted on. */
  const waitsForEvents = async (row: InboxRow): Promise<boolean> => {
    const { rows } = await sql`select 1 from ${inbox} where site = ${row.site} and via <> 'walk'
      and state = 'received' and received_at <= ${row.received_at} limit 1`.execute(store.db);
    return rows.length > 0;
  };

  /** Changes that still ask for something; written down, together with what was skipped, before anything is sent. */
  const makePlan = async (row: InboxRow, site: ConnectedSite<Client>): Promise<Plan> => {
    const payload = JSON.parse(row.payload) as unknown;
    const seen = known.of(row.site);
    const isFound = row.via === "walk";
    const said = isFound
      ? readFound(payload)
      : await site.adapter.changes(eventOf(row, payload), { known: seen, client: site.client });
    const asksNothing = isFound ? isFoundKnown : isKnown;
    const { changes, reason, keep }: Decision = "changes" in said ? said : { changes: said };
    const wanted: AssetChange[] = [];
    const skipped: AssetChange[] = [];
    for (const change of changes) {
      (asksNothing(change, row.ordinal, await seen.get(change.original)) ? skipped : wanted).push(change);
    }
    const plan = { changes: wanted, skipped: skipped.length, ...(reason !== undefined && { reason }) };
    await store.db.transaction().execute(async (on) => {
      const { numAffectedRows } =
        await sql`update ${inbox} set plan = ${JSON.stringify(plan)}, link = ${linkOf(changes)}
        where id = ${row.id} and plan is null`.execute(on);
      if (numAffectedRows !== 1n) throw new Error("Another process planned this event at the same time.");
      // A skipped change is the newest word about its original, too: an earlier one that comes late must not pass for it.
      await known.remember(on, row.site, skipped, row.ordinal, false);
      await keep?.(on);
    });
    return plan;
  };

  const invalidate = async (row: InboxRow, plan: Plan, site: ConnectedSite<Client>, signal: AbortSignal) => {
    if (plan.changes.length === 0 && row.via === "walk") {
      // An event told it meanwhile, and its line in the log says all there is to say.
      await queue.remove(row.id);
      return;
    }
    if (plan.changes.length === 0) {
      await finish(row, "nothing-to-do", nothingToDo(plan));
      return;
    }
    const accepted: string[] = [];
    const { states } = site;
    const asked = states ? plan.changes.filter((change) => !isState(change)) : plan.changes;
    for (const { request, idempotencyKey } of requestsOf(connector, row, { ...plan, changes: asked })) {
      const receipt = await until(signal, site.invalidations.invalidate(request, { idempotencyKey }));
      accepted.push(receipt.invalidation.uuid);
    }
    if (states) {
      for (const wish of statesOf(connector, row, plan)) {
        const uuid = await until(signal, states.write({ ...wish, place: row.ordinal }));
        if (uuid !== undefined) accepted.push(uuid);
      }
    }
    const at = now() + QUESTIONS.firstMs;
    const values = {
      state: "invalidating",
      invalidations: JSON.stringify(accepted),
      remark: because(plan, `${files(plan.changes.length)} being invalidated.`),
      changed_at: now(),
      attempts: 0,
    };
    await store.db.transaction().execute(async (on) => {
      if (await queue.release(row.id, at, values, on))
        await known.remember(on, row.site, plan.changes, row.ordinal, true);
    });
    wakeAt(at);
    options.log("event invalidating", { site: row.site, event: row.event, invalidations: accepted });
    await recover(row.site);
  };

  const ask = async (row: InboxRow, plan: Plan, site: ConnectedSite<Client>, signal: AbortSignal) => {
    const uuids = JSON.parse(row.invalidations ?? "[]") as string[];
    const asked: ReportedInvalidation[] = [];
    for (const uuid of uuids) asked.push(await until(signal, site.invalidations.status(uuid)));
    const failed = asked.find(({ status }) => status === "ERROR" || status === "ERROR_CDN_NODE");
    if (failed) {
      const remark = `Invalidation ${failed.uuid} ended in ${failed.status}. ${failed.error ?? "Retry it there."}`;
      await finish(row, "failed", remark, originalsOf(plan));
    } else if (asked.every(({ status }) => status === "DONE")) {
      const event = eventOf(row, JSON.parse(row.payload));
      if (site.settled) await until(signal, site.settled(event, plan.changes));
      await finish(row, "done", because(plan, `${files(plan.changes.length)} invalidated.`));
    } else {
      await later(row, now() + backoffMs(row.attempts, QUESTIONS));
    }
  };

  const trouble = async (row: InboxRow, plan: Plan | undefined, thrown: unknown) => {
    const sentence = sentenceOf(thrown);
    if (isFinal(thrown)) {
      await finish(row, "failed", sentence, plan === undefined ? [] : originalsOf(plan));
      return;
    }
    const wait = Math.min(retryAfterOf(thrown), LONGEST_RETRY_AFTER_MS);
    const at = now() + Math.max(wait, backoffMs(row.attempts, options.attempts));
    const isGone =
      isInvalidationError(thrown) && thrown.code === "INVALIDATION_UNKNOWN" && row.state === "invalidating";
    const again = isGone ? { state: "received", invalidations: null } : {};
    troubled.add(row.site);
    await later(row, at, { remark: `Waiting to try again: ${sentence}`, ...again });
    // The first failure is news; after that the event log says it.
    if (row.attempts === 1)
      options.log("event waits", { site: row.site, event: row.event, reason: sentence });
  };

  return async (row: InboxRow, signal: AbortSignal): Promise<void> => {
    const site = options.sites.get(row.site);
    if (site === undefined) {
      await finish(row, "failed", "The site of this event is no longer configured.");
      return;
    }
    let plan = row.plan === null ? undefined : (JSON.parse(row.plan) as Plan);
    try {
      if (plan === undefined && row.via === "walk" && (await waitsForEvents(row))) {
        await later(row, now() + EVENTS_FIRST_MS, { remark: "Waiting for events that came before." });
        return;
      }
      plan ??= await alone(`${row.site} ${row.subject ?? row.id}`, () => makePlan(row, site));
      await (row.state === "invalidating" ? ask : invalidate)(row, plan, site, signal);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      await trouble(row, plan, thrown);
    }
  };
}

function eventOf(row: InboxRow, payload: unknown): VerifiedEvent {
  return {
    id: row.event,
    payload,
    ...(row.ordinal > 0 && { order: row.ordinal }),
    ...(row.subject !== null && { subject: row.subject }),
  };
}

/** Whether the same request can never succeed. A wrong key or address can be put right, so it is tried again. */
function isFinal(thrown: unknown): boolean {
  if (isEventUnreadable(thrown)) return true;
  if (!isInvalidationError(thrown)) return false;
  if (thrown.code === "IDEMPOTENCY_KEY_REUSED") return true;
  return thrown.code === "REQUEST_REFUSED" && [400, 413, 422].includes(thrown.status ?? 0);
}

function nothingToDo({ skipped, reason }: Plan): string {
  if (reason !== undefined && skipped === 0) return reason;
  return skipped === 0
    ? "The event names no file of this site."
    : `${files(skipped)} unchanged since the last invalidation, or covered by a later one.`;
}

/** What a walk wrote down itself. */
function readFound(payload: unknown): readonly AssetChange[] {
  return (payload as { readonly found?: readonly AssetChange[] } | null)?.found ?? [];
}

const because = ({ reason }: Plan, sentence: string) =>
  reason === undefined ? sentence : `${reason} ${sentence}`;

const files = (count: number) => (count === 1 ? "1 file" : `${count} files`);

/** Links are shown to people: only what a browser may safely be sent to. */
function linkOf(changes: readonly AssetChange[]): string | null {
  const link = changes.find((change) => change.link !== undefined)?.link;
  return link !== undefined && link.length <= LONGEST_LINK && /^https?:\/\//i.test(link) ? link : null;
}

const originalsOf = (plan: Plan): readonly string[] => plan.changes.map((change) => change.original);

/** Leaves a request alone when the process stops: the server recognises it when it is repeated. */
async function until<T>(signal: AbortSignal, request: Promise<T>): Promise<T> {
  // Nobody may be left to hear how a request ends that was begun when the process had already been told to stop.
  request.catch(() => {});
  signal.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([request, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
