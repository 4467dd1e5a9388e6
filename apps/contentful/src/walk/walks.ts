import { type Kysely, type Store, sql } from "@freshet/store";

/** How the comparison of an environment with Contentful stands. Times are milliseconds since the epoch. */
export interface Walk {
  readonly number: number;
  /** 0 before the first one. */
  readonly begunAt: number;
  /** When the last one ended, undefined before the first; while one runs that is before `begunAt`. */
  readonly endedAt: number | undefined;
  /** Published assets that it came by. */
  readonly seen: number;
  /** Differences that it found. */
  readonly found: number;
  readonly wantedAt: number;
  readonly wantedBy: string | undefined;
}

/** Remembers the comparisons of environments. */
export interface Walks {
  get(space: string, environment: string): Promise<Walk | undefined>;
  /** Whether the environment was once compared from end to end: what the index does not know then is not published. */
  isComplete(space: string, environment: string): Promise<boolean>;
  /** Asks for one; resolves when that is on the disk. */
  want(space: string, environment: string, by: string): Promise<void>;
  begin(space: string, environment: string): Promise<void>;
  step(space: string, environment: string, seen: number, found: number): Promise<void>;
  end(space: string, environment: string): Promise<void>;
  /** Notes that everything the environment publishes was read in another way. */
  complete(on: Kysely<unknown>, space: string, environment: string): Promise<void>;
  /** Environments of the space that were compared, or whose assets are known. */
  environments(space: string): Promise<readonly string[]>;
}

export function createWalks({ db }: Store, now: () => number): Walks {
  const get: Walks["get"] = async (space, environment) => {
    const { rows } = await sql<{
      number: number;
      begun_at: number;
      ended_at: number | null;
      seen: number;
      found: number;
      wanted_at: number;
      wanted_by: string | null;
    }>`select number, begun_at, ended_at, seen, found, wanted_at, wanted_by from contentful_walk
      where space = ${space} and environment = ${environment}`.execute(db);
    const [row] = rows;
    return (
      row && {
        number: Number(row.number),
        begunAt: Number(row.begun_at),
        endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
        seen: Number(row.seen),
        found: Number(row.found),
        wantedAt: Number(row.wanted_at),
        wantedBy: row.wanted_by ?? undefined,
      }
    );
  };
  return {
    get,
    isComplete: async (space, environment) => (await get(space, environment))?.endedAt !== undefined,
    async want(space, environment, by) {
      await sql`insert into contentful_walk (space, environment, number, begun_at, ended_at, seen, found, wanted_at, wanted_by)
        values (${space}, ${environment}, 0, 0, null, 0, 0, ${now()}, ${by})
        on conflict (space, environment) do update set wanted_at = excluded.wanted_at, wanted_by = excluded.wanted_by`.execute(
        db,
      );
    },
    async begin(space, environment) {
      await sql`insert into contentful_walk (space, environment, number, begun_at, ended_at, seen, found, wanted_at, wanted_by)
        values (${space}, ${environment}, 1, ${now()}, null, 0, 0, 0, null)
        on conflict (space, environment) do update set number = contentful_walk.number + 1,
          begun_at = excluded.begun_at, seen = 0, found = 0`.execute(db);
    },
    async step(space, environment, seen, found) {
      await sql`update contentful_walk set seen = seen + ${seen}, found = found + ${found}
        where space = ${space} and environment = ${environment}`.execute(db);
    },
    async end(space, environment) {
      await sql`update contentful_walk set ended_at = ${now()}
        where space = ${space} and environment = ${environment}`.execute(db);
    },
    async complete(on, space, environment) {
      const at = now();
      await sql`insert into contentful_walk (space, environment, number, begun_at, ended_at, seen, found, wanted_at, wanted_by)
        values (${space}, ${environment}, 1, ${at}, ${at}, 0, 0, 0, null)
        on conflict (space, environment) do update set ended_at = excluded.ended_at`.execute(on);
    },
    async environments(space) {
      const { rows } = await sql<{ environment: string }>`
        select distinct environment from contentful_asset where space = ${space}
        union select environment from contentful_walk where space = ${space}`.execute(db);
      return rows.map(({ environment }) => environment);
    },
  };
}
