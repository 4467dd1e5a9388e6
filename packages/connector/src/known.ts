import type { AssetChange, KnownAssets } from "@freshet/core";
import { type Kysely, type Store, sql } from "@freshet/store";
import type { Tables } from "./schema.ts";

/** What the connector last acted on for an original, and the CMS's number of that event (0 = it has no numbers). */
export interface KnownAsset {
  readonly version?: string;
  readonly digest?: string;
  readonly order: number;
  /** Number of the newest event whose invalidation was accepted; -1 when the last invalidation failed in the end. */
  readonly acted: number;
}

/**
 * Whether the change asks for nothing new: an invalidation that was accepted for a later event covers it, or it is
 * later than everything known and says the same. Of a late event whose successor was not acted on, or of a CMS without
 * an order, nobody can say what came between, and one purge too many harms nobody.
 */
export function isKnown(change: AssetChange, order: number, known: KnownAsset | undefined): boolean {
  if (known === undefined) return false;
  if (order > 0 && order < known.acted) return true;
  if (change.kind !== "replaced" || order <= known.order) return false;
  const { version, digest } = change;
  if (version === undefined && digest === undefined) return false;
  return isSame(change, known);
}

/**
 * The same question about what a walk found. That is not an event but a state: what is known already asks for nothing,
 * whatever its order, and of an original that is gone and was never known nobody holds anything.
 */
export function isFoundKnown(change: AssetChange, order: number, known: KnownAsset | undefined): boolean {
  if (known === undefined) return change.kind === "removed";
  if (order > 0 && order < known.acted) return true;
  if (known.acted === FAILED) return false;
  return isSame(change, known) || hasSameBytes(change, known);
}

/** Whatever else is said of them: the bytes are those that are known. */
export function hasSameBytes({ kind, digest }: AssetChange, known: KnownAsset | undefined): boolean {
  return kind !== "removed" && digest !== undefined && digest === known?.digest;
}

function isSame({ kind, version, digest }: AssetChange, known: KnownAsset): boolean {
  if (kind === "removed") return known.version === undefined && known.digest === undefined;
  return version === known.version && digest === known.digest;
}

const FAILED = -1;
/** Originals of one statement. */
const CHUNK = 500;

/** The versions a connector has acted on, per site and original. */
export interface KnownVersions {
  of(site: string): { get(original: string): Promise<KnownAsset | undefined> } & KnownAssets;
  many(site: string, originals: readonly string[]): Promise<ReadonlyMap<string, KnownAsset>>;
  /** Remembers the changes of an event; what a later event said stays. `isActedOn`: their invalidation was accepted. */
  remember(
    on: Kysely<unknown>,
    site: string,
    changes: readonly AssetChange[],
    order: number,
    isActedOn: boolean,
  ): Promise<void>;
  /** Forgets the versions, not the order: the next event about these originals is acted on whatever it says. */
  forget(on: Kysely<unknown>, site: string, originals: readonly string[]): Promise<void>;
  /** Writes down what a walk met for the first time, without a word about it to anybody. */
  begin(on: Kysely<unknown>, site: string, assets: readonly AssetChange[], order: number): Promise<void>;
  /** Writes down other versions of the same bytes. */
  renew(on: Kysely<unknown>, site: string, assets: readonly AssetChange[]): Promise<void>;
  /** Writes down that a walk met these. */
  met(on: Kysely<unknown>, site: string, originals: readonly string[], pass: number): Promise<void>;
  /** Originals behind `after`, in order, that were there when an earlier walk met them and that this one did not meet. */
  missed(site: string, pass: number, after: string, limit: number): Promise<readonly string[]>;
}

interface Row {
  readonly original: string;
  readonly version: string | null;
  readonly digest: string | null;
  readonly ordinal: number;
  readonly acted: number;
}

export function createKnownVersions(store: Store, tables: Tables): KnownVersions {
  const known = sql.table(tables.known);

  const many = async (site: string, originals: readonly string[]) => {
    const found = new Map<string, KnownAsset>();
    for (const chunk of chunksOf(originals)) {
      const { rows } = await sql<Row>`select original, version, digest, ordinal, acted from ${known}
        where site = ${site} and original in (${sql.join(chunk)})`.execute(store.db);
      for (const row of rows) found.set(row.original, assetOf(row));
    }
    return found;
  };

  return {
    of: (site) => ({ get: async (original) => (await many(site, [original])).get(original) }),
    many,
    async remember(on, site, changes, order, isActedOn) {
      for (const { kind, original, version, digest } of changes) {
        const acted = isActedOn ? order : 0;
        // "Refresh it, whatever it is" says nothing about versions.
        const isSilent = kind === "replaced" && version === undefined && digest === undefined;
        // Without an order it is about what is known so far, and its invalidation covers every event up to there.
        const place = sql`case when excluded.ordinal = 0 then ${known}.ordinal else excluded.ordinal end`;
        await sql`insert into ${known} (site, original, version, digest, ordinal, acted)
          values (${site}, ${original}, ${version ?? null}, ${digest ?? null}, ${order}, ${acted})
          on conflict (site, original) do update
          set version = ${isSilent ? sql`${known}.version` : sql`excluded.version`},
            digest = ${isSilent ? sql`${known}.digest` : sql`excluded.digest`}, ordinal = ${place},
            acted = ${isActedOn ? place : sql`${known}.acted`}
          where excluded.ordinal = 0 or excluded.ordinal >= ${known}.ordinal`.execute(on);
      }
    },
    async forget(on, site, originals) {
      for (const original of originals) {
        await sql`update ${known} set version = null, digest = null, acted = ${FAILED}
          where site = ${site} and original = ${original}`.execute(on);
      }
    },
    async begin(on, site, assets, order) {
      for (const chunk of chunksOf(assets)) {
        const rows = chunk.map(
          ({ original, version, digest }) =>
            sql`(${site}, ${original}, ${version ?? null}, ${digest ?? null}, ${order})`,
        );
        await sql`insert into ${known} (site, original, version, digest, ordinal) values ${sql.join(rows)}
          on conflict (site, original) do nothing`.execute(on);
      }
    },
    async renew(on, site, assets) {
      for (const { original, version } of assets) {
        await sql`update ${known} set version = ${version ?? null}
          where site = ${site} and original = ${original}`.execute(on);
      }
    },
    async met(on, site, originals, pass) {
      for (const chunk of chunksOf(originals)) {
        await sql`update ${known} set pass = ${pass}
          where site = ${site} and original in (${sql.join(chunk)})`.execute(on);
      }
    },
    async missed(site, pass, after, limit) {
      const { rows } = await sql<Pick<Row, "original">>`select original from ${known}
        where site = ${site} and original > ${after} and pass > 0 and pass < ${pass}
          and (version is not null or digest is not null or acted = ${FAILED})
        order by original limit ${limit}`.execute(store.db);
      return rows.map((row) => row.original);
    },
  };
}

function assetOf({ version, digest, ordinal, acted }: Row): KnownAsset {
  return {
    ...(version !== null && { version }),
    ...(digest !== null && { digest }),
    order: Number(ordinal),
    acted: Number(acted),
  };
}

function* chunksOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += CHUNK) yield items.slice(from, from + CHUNK);
}
