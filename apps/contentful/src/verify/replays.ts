import { type Store, sql } from "@freshet/store";

/** The signatures of requests that were taken, for as long as they could be taken again. */
export interface Replays {
  /** Notes a signature; false when it was noted before. `until` is when it stops being good; milliseconds since the epoch. */
  isNew(signature: string, until: number): Promise<boolean>;
  /** Forgets what is of no use any more. */
  prune(now: number): Promise<void>;
}

/** In the store, so that neither a restart nor another process takes one twice. */
export function createReplays({ db }: Store): Replays {
  return {
    async isNew(signature, until) {
      const { numAffectedRows } = await sql`insert into contentful_signature (signature, until)
        values (${signature}, ${until}) on conflict (signature) do nothing`.execute(db);
      return numAffectedRows === 1n;
    },
    async prune(now) {
      await sql`delete from contentful_signature where until < ${now}`.execute(db);
    },
  };
}
