import { type Kysely, type Store, sql } from "@freshet/store";
import type { AssetFile } from "./asset-file.ts";
import {
  type AssetKey,
  type AssetRow,
  type Entry,
  entryOf,
  type FileRow,
  fileOfRow,
  writeAsset,
} from "./asset-rows.ts";
import type { Blocks, Decided } from "./decide.ts";

export type { Entry } from "./asset-rows.ts";

/** A block as it is listed. */
export interface Block {
  readonly asset: string;
  readonly original: string;
  readonly kind: "policy" | "editor";
  readonly place: number;
  readonly reason: string;
  readonly at: number;
}

type Db = Kysely<unknown>;

/** Which files which asset publishes, per environment and locale; what events that name nothing but an id are understood by. */
export interface AssetIndex {
  get(key: AssetKey): Promise<Entry | undefined>;
  /** Many at once, by asset. */
  all(space: string, environment: string, assets?: readonly string[]): Promise<ReadonlyMap<string, Entry>>;
  /** A page of assets by id, behind `after`; `state` limits it. */
  page(
    where: { readonly space: string; readonly environment: string; readonly state?: string },
    limit: number,
    after: string,
  ): Promise<readonly (Entry & { readonly asset: string })[]>;
  /** Addresses of the asset's files that other environments publish. */
  elsewhere(key: AssetKey): Promise<ReadonlySet<string>>;
  blocks(space: string, asset?: string): Promise<readonly Block[]>;
  /**
   * Writes what was decided, in the transaction that stores its changes. Rejects when the asset is not any more as it was when
   * that was decided.
   */
  keep(
    on: Db,
    key: AssetKey,
    before: Entry | undefined,
    decided: Decided,
    why: { readonly place: number; readonly kind: Block["kind"] },
  ): Promise<void>;
  /** Published assets of the environment that this walk did not come by and that were published when it began. */
  unseen(space: string, environment: string, walk: number, before: number): Promise<readonly string[]>;
  /** Notes that this walk came by them. */
  saw(on: Db, space: string, environment: string, assets: readonly string[], walk: number): Promise<void>;
  count(space: string, environment: string): Promise<Readonly<Record<string, number>>>;
}

const AT_ONCE = 500;

export function createAssetIndex(store: Store, now: () => number): AssetIndex {
  const { db } = store;

  const entriesOf = async (
    space: string,
    environment: string,
    rows: readonly AssetRow[],
  ): Promise<ReadonlyMap<string, Entry & { asset: string }>> => {
    const files = new Map<string, Record<string, AssetFile>>();
    for (const assets of chunksOf(rows.map(({ asset }) => asset))) {
      const { rows: found } = await sql<FileRow>`select * from contentful_file where space = ${space}
        and environment = ${environment} and asset in (${sql.join(assets)})`.execute(db);
      for (const row of found) {
        const own = files.get(row.asset) ?? {};
        own[row.locale] = fileOfRow(row);
        files.set(row.asset, own);
      }
    }
    return new Map(
      rows.map((row) => [row.asset, { asset: row.asset, ...entryOf(row, files.get(row.asset) ?? {}) }]),
    );
  };

  const all: AssetIndex["all"] = async (space, environment, assets) => {
    if (assets === undefined) {
      const { rows } = await sql<AssetRow>`select * from contentful_asset where space = ${space}
        and environment = ${environment}`.execute(db);
      return entriesOf(space, environment, rows);
    }
    const rows: AssetRow[] = [];
    for (const chunk of chunksOf([...new Set(assets)])) {
      const found = await sql<AssetRow>`select * from contentful_asset where space = ${space}
        and environment = ${environment} and asset in (${sql.join(chunk)})`.execute(db);
      rows.push(...found.rows);
    }
    return entriesOf(space, environment, rows);
  };

  return {
    get: async ({ space, environment, asset }) => (await all(space, environment, [asset])).get(asset),
    all,
    async page({ space, environment, state }, limit, after) {
      const byState = state === undefined ? sql`` : sql`and state = ${state}`;
      const { rows } = await sql<AssetRow>`select * from contentful_asset where space = ${space}
        and environment = ${environment} ${byState} and asset > ${after} order by asset limit ${limit}`.execute(
        db,
      );
      return [...(await entriesOf(space, environment, rows)).values()];
    },
    async elsewhere({ space, environment, asset }) {
      const { rows } = await sql<{ url: string }>`select f.url from contentful_file f join contentful_asset a
        on a.space = f.space and a.environment = f.environment and a.asset = f.asset
        where f.space = ${space} and f.asset = ${asset} and f.environment <> ${environment}
        and a.state = 'published'`.execute(db);
      return new Set(rows.map(({ url }) => url));
    },
    async blocks(space, asset) {
      const byAsset = asset === undefined ? sql`` : sql`and asset = ${asset}`;
      const { rows } = await sql<Block>`select asset, original, kind, place, reason, at from contentful_block
        where space = ${space} ${byAsset} order by at desc, original limit 1000`.execute(db);
      return rows.map((row) => ({ ...row, place: Number(row.place), at: Number(row.at) }));
    },
    async keep(on, key, before, { next, block = [], unblock = [], reason }, { place, kind }) {
      const { space, asset } = key;
      if (next) await writeAsset(on, key, before, next, now());
      if (unblock.length > 0)
        await sql`delete from contentful_block where space = ${space} and original in (${sql.join(unblock)})`.execute(
          on,
        );
      for (const original of block) {
        await sql`insert into contentful_block (space, asset, original, kind, place, reason, at)
          values (${space}, ${asset}, ${original}, ${kind}, ${place}, ${reason}, ${now()})
          on conflict (space, original) do update set kind = excluded.kind, place = excluded.place,
            reason = excluded.reason, at = excluded.at`.execute(on);
      }
    },
    async unseen(space, environment, walk, before) {
      const { rows } = await sql<{ asset: string }>`select asset from contentful_asset where space = ${space}
        and environment = ${environment} and state = 'published' and walk < ${walk} and place < ${before}
        order by asset`.execute(db);
      return rows.map(({ asset }) => asset);
    },
    async saw(on, space, environment, assets, walk) {
      for (const chunk of chunksOf(assets)) {
        await sql`update contentful_asset set walk = ${walk} where space = ${space}
          and environment = ${environment} and asset in (${sql.join(chunk)})`.execute(on);
      }
    },
    async count(space, environment) {
      const { rows } = await sql<{
        state: string;
        n: number;
      }>`select state, count(*) as n from contentful_asset
        where space = ${space} and environment = ${environment} group by state`.execute(db);
      return Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)]));
    },
  };
}

function chunksOf<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / AT_ONCE) }, (_, at) =>
    list.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
  );
}

/** The blocks of an asset as decisions look at them. */
export const blocksOf = (list: readonly Block[]): Blocks =>
  new Map(list.map(({ original, kind }) => [original, kind]));
