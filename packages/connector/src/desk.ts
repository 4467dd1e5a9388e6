import type { VerifiedEvent } from "@freshet/core";
import { type Store, sql } from "@freshet/store";
import type { Inbox } from "./inbox.ts";
import type { PullLoop } from "./pull.ts";
import type { EventState, Tables } from "./schema.ts";
import type { QuestionSecrets } from "./secrets.ts";
import type { WalkTables } from "./walk-schema.ts";

/** What became of one event; `invalidations` are the ids that the server gave. */
export interface EventOutcome {
  readonly state: EventState;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
  readonly invalidations: readonly string[];
  readonly remark: string | null;
}

/** The inbox as the app around the connector sees it: one that finds changes by itself, whose people cause events, whose sites come and go. */
export interface Desk extends Pick<Inbox, "log" | "counts" | "place"> {
  /** Stores what is new of the events and has it worked on; resolves to how many were new. */
  add(site: string, events: readonly VerifiedEvent[]): Promise<number>;
  /** Pulls the site now, not when its time has come. */
  pull(site: string): void;
  /** Why the site's last pull failed. */
  pullError(site: string): string | undefined;
  /** What became of these events, by their id; those that are not in the log any more are left out. */
  outcomes(site: string, events: readonly string[]): Promise<ReadonlyMap<string, EventOutcome>>;
  /**
   * Forgets everything about a site: its events, finished or not, the versions it was known by, and the secret of a project that
   * no site of the connector's map belongs to any more.
   */
  forget(site: string): Promise<void>;
}

export function createDesk(parts: {
  readonly store: Store;
  readonly tables: Tables;
  readonly walkTables: WalkTables;
  readonly secrets: QuestionSecrets;
  /** Of the sites that are there now. */
  readonly projects: () => Iterable<string>;
  readonly inbox: Inbox;
  /** Told after new events were stored. */
  readonly added: () => void;
  /** Of sites that are pulled, by their id. */
  readonly pulls: ReadonlyMap<string, PullLoop>;
}): Desk {
  const { store, tables, walkTables, secrets, inbox, added, pulls } = parts;
  return {
    log: inbox.log,
    counts: inbox.counts,
    place: inbox.place,
    pull: (site) => pulls.get(site)?.now(),
    pullError: (site) => pulls.get(site)?.state().error,
    async add(site, events) {
      const stored = await inbox.add(site, events);
      if (stored > 0) added();
      return stored;
    },
    async outcomes(site, events) {
      const lines = await inbox.lines(site, events);
      return new Map(
        lines.map(({ event, state, changed_at, invalidations, remark }) => [
          event,
          { state, changedAt: Date.parse(changed_at), invalidations, remark },
        ]),
      );
    },
    async forget(site) {
      await store.db.transaction().execute(async (on) => {
        for (const table of [tables.inbox, tables.known, tables.place, walkTables.walk])
          await sql`delete from ${sql.table(table)} where site = ${site}`.execute(on);
      });
      await secrets.keepOnly(parts.projects());
    },
  };
}
