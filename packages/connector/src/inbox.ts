import type { Cursor, VerifiedEvent } from "@freshet/core";
import { type Kysely, type Store, sql } from "@freshet/store";
import type { EventState, InboxRow, Tables, Via } from "./schema.ts";

/** A line of the event log: why an event did or did not lead to an invalidation. Times are ISO 8601. */
export interface LoggedEvent {
  readonly site: string;
  readonly event: string;
  /** What the event is about, where the CMS says so. */
  readonly subject?: string;
  /** Where a person can look at it in the CMS. */
  readonly link?: string;
  readonly via: Via;
  readonly received_at: string;
  readonly state: EventState;
  readonly changed_at: string;
  readonly invalidations: readonly string[];
  readonly remark: string | null;
}

/** A line of the log by which the ones behind it are found. */
export interface LogPlace {
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly site: string;
  readonly event: string;
}

/** Where the pull of a site stands. */
export interface Place {
  readonly cursor: Cursor | undefined;
  /** Milliseconds since the epoch. */
  readonly pulledAt: number;
}

/** Events as they came in, each once. What was answered has reached the disk. */
export interface Inbox {
  /** Stores what is new of the events; the rest was stored before. Resolves to how many were new. */
  add(site: string, events: readonly VerifiedEvent[]): Promise<number>;
  /** The same for pulled events, together with the place they were read up to: both or neither. */
  addPulled(site: string, events: readonly VerifiedEvent[], cursor: Cursor | undefined): Promise<number>;
  /** The same for what a walk found, in its transaction. */
  addFound(on: Kysely<unknown>, site: string, events: readonly VerifiedEvent[]): Promise<number>;
  place(site: string): Promise<Place | undefined>;
  /** Newest first. */
  log(question: {
    readonly site?: string;
    /** Only events of these; absent is every site. */
    readonly sites?: readonly string[];
    readonly state?: string;
    readonly subject?: string;
    /** Milliseconds since the epoch: what was received earlier. */
    readonly before?: number;
    /** What stands behind this line. */
    readonly after?: LogPlace;
    readonly limit: number;
  }): Promise<readonly LoggedEvent[]>;
  /** The lines of these events of the site; nothing for one that never came in. */
  lines(site: string, events: readonly string[]): Promise<readonly LoggedEvent[]>;
  /** How many events of the site are in each state; of the oldest unfinished one, since when it waits and why. */
  counts(site: string): Promise<{
    readonly states: Readonly<Record<string, number>>;
    readonly waiting?: { readonly since: number; readonly remark: string | null };
  }>;
  /** Forgets finished events that were settled before the given time; resolves to how many. */
  prune(before: number): Promise<number>;
}

export function createInbox(store: Store, tables: Tables, now: () => number): Inbox {
  const { db } = store;
  const inbox = sql.table(tables.inbox);
  const place = sql.table(tables.place);
  const line = sql`select site, event, subject, via, received_at, state, changed_at, invalidations, remark, link from ${inbox}`;

  const insert = async (on: Kysely<unknown>, site: string, via: Via, events: readonly VerifiedEvent[]) => {
    let added = 0;
    const time = now();
    for (const { id, order, subject, payload } of events) {
      const { numAffectedRows } = await sql`insert into ${inbox}
        (id, site, event, ordinal, subject, payload, via, received_at, state, changed_at)
        values (${idOf(site, id)}, ${site}, ${id}, ${order ?? 0}, ${subject ?? null}, ${storable(payload)}, ${via}, ${time}, 'received', ${time})
        on conflict (id) do nothing`.execute(on);
      added += Number(numAffectedRows ?? 0n);
    }
    return added;
  };

  return {
    add: (site, events) => db.transaction().execute((on) => insert(on, site, "push", events)),
    addPulled: (site, events, cursor) =>
      db.transaction().execute(async (on) => {
        const added = await insert(on, site, "pull", events);
        await sql`insert into ${place} (site, cursor, pulled_at) values (${site}, ${cursor ?? null}, ${now()})
          on conflict (site) do update set cursor = excluded.cursor, pulled_at = excluded.pulled_at`.execute(
          on,
        );
        return added;
      }),
    addFound: (on, site, events) => insert(on, site, "walk", events),
    async place(site) {
      const { rows } = await sql<{ cursor: string | null; pulled_at: number }>`
        select cursor, pulled_at from ${place} where site = ${site}`.execute(db);
      const [row] = rows;
      return row && { cursor: row.cursor ?? undefined, pulledAt: Number(row.pulled_at) };
    },
    async log({ site, sites, state, subject, before, after, limit }) {
      if (sites?.length === 0) return [];
      const bySites = sites === undefined ? sql`` : sql`and site in (${sql.join(sites)})`;
      const bySite = site === undefined ? sql`` : sql`and site = ${site}`;
      const byState = state === undefined ? sql`` : sql`and state = ${state}`;
      const bySubject = subject === undefined ? sql`` : sql`and subject = ${subject}`;
      const byTime = before === undefined ? sql`` : sql`and received_at < ${before}`;
      const byPlace =
        after === undefined
          ? sql``
          : sql`and (received_at, id) < (${after.receivedAt}, ${idOf(after.site, after.event)})`;
      const { rows } =
        await sql<InboxRow>`${line} where true ${bySite} ${bySites} ${byState} ${bySubject} ${byTime} ${byPlace}
        order by received_at desc, id desc limit ${limit}`.execute(db);
      return rows.map(lineOf);
    },
    async lines(site, events) {
      if (events.length === 0) return [];
      const ids = events.map((event) => idOf(site, event));
      const { rows } = await sql<InboxRow>`${line} where id in (${sql.join(ids)})`.execute(db);
      return rows.map(lineOf);
    },
    async counts(site) {
      const { rows } = await sql<{ state: string; n: number }>`
        select state, count(*) as n from ${inbox} where site = ${site} group by state`.execute(db);
      const { rows: unfinished } = await sql<Pick<InboxRow, "received_at" | "remark">>`
        select received_at, remark from ${inbox} where site = ${site} and next_at is not null
        order by received_at limit 1`.execute(db);
      const [oldest] = unfinished;
      return {
        states: Object.fromEntries(rows.map((row) => [row.state, Number(row.n)])),
        ...(oldest && { waiting: { since: Number(oldest.received_at), remark: oldest.remark } }),
      };
    },
    async prune(before) {
      const { numAffectedRows } = await sql`delete from ${inbox}
        where next_at is null and changed_at < ${before}`.execute(db);
      return Number(numAffectedRows ?? 0n);
    },
  };
}

const idOf = (site: string, event: string) => `${site} ${event}`;

function lineOf(row: InboxRow): LoggedEvent {
  return {
    site: row.site,
    event: row.event,
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.link !== null && { link: row.link }),
    via: row.via,
    received_at: new Date(Number(row.received_at)).toISOString(),
    state: row.state,
    changed_at: new Date(Number(row.changed_at)).toISOString(),
    invalidations: row.invalidations === null ? [] : (JSON.parse(row.invalidations) as string[]),
    remark: row.remark,
  };
}

/** What cannot be written as JSON (nested thousands deep) is stored as null: the adapter then calls it unreadable. */
function storable(payload: unknown): string {
  try {
    return JSON.stringify(payload) ?? "null";
  } catch {
    return "null";
  }
}
