import type { AssetChange, KnownAssets } from "@freshet/core";
import { type Kysely, type Store, sql } from "@freshet/store";
import type { Tables } from "./schema.ts";

/** What the connector last acted on for an original, and the CMS's number of that event (0 = it has no numbers). */
export interface KnownAsset {
  readonly version?: string;
  readonly digest?: string;
  readonly order: number;
}

/**
 * Whether the change asks for nothing new. Only an event that is later than everything known may be skipped: of a
 * late event, or of a CMS without an order, nobody can say what came between, and one purge too many harms nobody.
 */
export function isKnown(change: AssetChange, order: number, known: KnownAsset | undefined): boolean {
  if (known === undefined || change.kind !== "replaced" || order <= known.order) return false;
  const { version, digest } = change;
  if (version === undefined && digest === undefined) return false;
  return version === known.version && digest === known.digest;
}

/** The versions a connector has acted on, per site and original. */
export interface KnownVersions {
  of(site: string): { get(original: string): Promise<KnownAsset | undefined> } & KnownAssets;
  /** Remembers the changes of an event; what a later event said stays. */
  remember(on: Kysely<unknown>, site: string, changes: readonly AssetChange[], order: number): Promise<void>;
  /** Forgets the versions, not the order: the next event about these originals is acted on whatever it says. */
  forget(on: Kysely<unknown>, site: string, originals: readonly string[]): Promise<void>;
}

export function createKnownVersions(store: Store, tables: Tables): KnownVersions {
  const known = sql.table(tables.known);
  return {
    of: (site) => ({
      async get(original) {
        const { rows } = await sql<{ version: string | null; digest: string | null; ordinal: number }>`
          select version, digest, ordinal from ${known} where site = ${site} and original = ${original}`.execute(
          store.db,
        );
        const [row] = rows;
        if (row === undefined) return undefined;
        const { version, digest, ordinal } = row;
        return {
          ...(version !== null && { version }),
          ...(digest !== null && { digest }),
          order: Number(ordinal),
        };
      },
    }),
    async remember(on, site, changes, order) {
      for (const { original, version, digest } of changes) {
        await sql`insert into ${known} (site, original, version, digest, ordinal)
          values (${site}, ${original}, ${version ?? null}, ${digest ?? null}, ${order})
          on conflict (site, original) do update
          set version = excluded.version, digest = excluded.digest, ordinal = excluded.ordinal
          where excluded.ordinal >= ${known}.ordinal`.execute(on);
      }
    },
    async forget(on, site, originals) {
      for (const original of originals) {
        await sql`update ${known} set version = null, digest = null
          where site = ${site} and original = ${original}`.execute(on);
      }
    },
  };
}
