import { type Kysely, type Store, sql } from "@freshet/store";
import type { ContentfulEvent } from "../event.ts";

/** An entry that shows an asset. */
export interface Use {
  readonly asset: string;
  readonly entry: string;
  readonly content_type: string | null;
}

/** Which published entries link to which assets. */
export interface Usage {
  /** Follows an entry's event, unless a later one was heard; resolves to whether it did. */
  keep(
    on: Kysely<unknown>,
    space: string,
    environment: string,
    event: Extract<ContentfulEvent, { kind: "entry" }>,
    place: number,
  ): Promise<boolean>;
  of(space: string, environment: string, assets: readonly string[]): Promise<readonly Use[]>;
}

const MOST_USES = 1_000;

export function createUsage({ db }: Store): Usage {
  return {
    async keep(on, space, environment, { entry, contentType, assets }, place) {
      const { numAffectedRows } = await sql`insert into contentful_entry (space, environment, entry, place)
        values (${space}, ${environment}, ${entry}, ${place})
        on conflict (space, environment, entry) do update set place = excluded.place
        where excluded.place >= contentful_entry.place`.execute(on);
      if (numAffectedRows !== 1n) return false;
      await sql`delete from contentful_usage where space = ${space} and environment = ${environment}
        and entry = ${entry}`.execute(on);
      for (const asset of assets ?? []) {
        await sql`insert into contentful_usage (space, environment, entry, asset, content_type, place)
          values (${space}, ${environment}, ${entry}, ${asset}, ${contentType ?? null}, ${place})`.execute(
          on,
        );
      }
      return true;
    },
    async of(space, environment, assets) {
      if (assets.length === 0) return [];
      const { rows } = await sql<Use>`select asset, entry, content_type from contentful_usage
        where space = ${space} and environment = ${environment} and asset in (${sql.join([...assets])})
        order by asset, entry limit ${MOST_USES}`.execute(db);
      return rows;
    },
  };
}
