import { createHash } from "node:crypto";
import { type Kysely, type Store, sql } from "@freshet/store";
import type { AssetRow, ChangeCause, ChangeKind } from "../schema.ts";
import type { ShopContext } from "../shops/context.ts";
import { compare, type KnownImage, type SeenImage } from "./diff.ts";

/** Who noticed something, and by what: the delivery's id, the product, a person. */
export interface Noted {
  readonly cause: ChangeCause;
  readonly causeId?: string | undefined;
  /** Id of the product or collection that was looked at. */
  readonly subject?: string | undefined;
  /** A shop is looked at for the first time: what is new then has never been delivered, so nothing has to be told. */
  readonly isFirst?: boolean;
}

/** What became of a look at some images. */
export interface Observed {
  readonly changed: number;
  /** Edited, but neither version nor sizes say whether the bytes are others: `settle` them by their digest. */
  readonly unsure: readonly SeenImage[];
}

/** What is remembered of the images of each shop. Every method is about one shop and touches no other. */
export interface Assets {
  observe(shop: ShopContext, seen: readonly SeenImage[], noted: Noted): Promise<Observed>;
  /** Says what the bytes of an edited image are; resolves to whether that was a change. */
  settle(shop: ShopContext, image: SeenImage, digest: string, noted: Noted): Promise<boolean>;
  /** The images with these ids do not exist any more; resolves to how many did before. */
  remove(shop: ShopContext, gids: readonly string[], noted: Noted): Promise<number>;
  /** Writes down that somebody wants these to be fetched anew. Resolves to how many there were. */
  purge(shop: ShopContext, ids: readonly string[], noted: Noted): Promise<number>;
  /** Ids in the API of the images that a product was seen to show. */
  shownBy(shop: ShopContext, owner: string): Promise<readonly string[]>;
  /** What a product shows now; resolves to the ids it showed before and shows no longer. */
  refer(shop: ShopContext, owner: string, title: string, gids: readonly string[]): Promise<readonly string[]>;
  /** Ids of images of this kind that were not seen since then, in order, after the given one. */
  unseen(
    shop: ShopContext,
    kind: SeenImage["kind"],
    since: number,
    limit: number,
  ): Promise<readonly string[]>;
  /** These exist, whatever else they are. */
  touch(shop: ShopContext, gids: readonly string[]): Promise<void>;
}

/** Changes told by one event of the connector at most. */
const TOGETHER = 100;

/** Names an image in the API and in the store: 16 hex digits. */
export const assetId = (path: string): string => createHash("sha256").update(path).digest("hex").slice(0, 16);

interface Change {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly before: string | null;
  readonly after: string | null;
  readonly digest?: string | undefined;
}

export function createAssets(store: Store, now: () => number): Assets {
  const { db } = store;

  const knownOf = async (on: Kysely<unknown>, shop: ShopContext, seen: readonly SeenImage[]) => {
    const gids = new Map<string, AssetRow>();
    const paths = new Map<string, AssetRow>();
    if (seen.length === 0) return { gids, paths };
    const { rows } = await sql<AssetRow>`select * from shopify_asset where shop = ${shop} and
      (gid in (${sql.join(seen.map(({ gid }) => gid))}) or id in (${sql.join(seen.map(({ path }) => assetId(path)))}))`.execute(
      on,
    );
    for (const row of rows) {
      paths.set(row.path, row);
      // Of the paths an image had, the one it still has.
      if (row.gone_at === null || !gids.has(row.gid)) gids.set(row.gid, row);
    }
    return { gids, paths };
  };

  /** In one statement, however many there are: a sweep writes tens of thousands. */
  const write = async (
    on: Kysely<unknown>,
    shop: ShopContext,
    images: readonly SeenImage[],
    digest: string | null,
    isChanged: boolean,
  ) => {
    if (images.length === 0) return;
    const time = now();
    const rows = images.map(
      (
        image,
      ) => sql`(${shop}, ${assetId(image.path)}, ${image.path}, ${image.gid}, ${image.kind}, ${image.url},
        ${image.version ?? null}, ${image.updatedAt}, ${image.width ?? null}, ${image.height ?? null}, ${image.bytes ?? null},
        ${digest}, ${time}, ${time}, ${time}, null)`,
    );
    await sql`insert into shopify_asset (shop, id, path, gid, kind, url, version, updated_at, width, height, bytes,
        digest, added_at, changed_at, seen_at, gone_at)
      values ${sql.join(rows)}
      on conflict (shop, id) do update set gid = excluded.gid, kind = excluded.kind, url = excluded.url,
        version = excluded.version, updated_at = excluded.updated_at, width = excluded.width, height = excluded.height,
        bytes = excluded.bytes, digest = excluded.digest, seen_at = excluded.seen_at, gone_at = null,
        changed_at = case when ${isChanged ? 1 : 0} = 1 then excluded.changed_at else shopify_asset.changed_at end`.execute(
      on,
    );
  };
  const leave = (on: Kysely<unknown>, shop: ShopContext, id: string) =>
    sql`update shopify_asset set gone_at = ${now()}, changed_at = ${now()} where shop = ${shop} and id = ${id}`.execute(
      on,
    );

  const tell = async (on: Kysely<unknown>, shop: ShopContext, changes: readonly Change[], noted: Noted) => {
    if (changes.length === 0) return;
    const { rows } = await sql<{ value: number }>`update shopify_counter set value = value + ${changes.length}
      where name = 'change' returning value`.execute(on);
    const first = Number(rows[0]?.value) - changes.length + 1;
    const time = now();
    for (const [index, change] of changes.entries()) {
      const event = `chg-${first + index - (index % TOGETHER)}`;
      await sql`insert into shopify_change (sequence, shop, asset, path, kind, old_version, new_version, digest, cause,
          cause_id, subject, at, event, is_sent)
        values (${first + index}, ${shop}, ${assetId(change.path)}, ${change.path}, ${change.kind}, ${change.before},
          ${change.after}, ${change.digest ?? null}, ${noted.cause}, ${noted.causeId ?? null}, ${noted.subject ?? null},
          ${time}, ${event}, 0)`.execute(on);
    }
  };

  return {
    observe: (shop, seen, noted) =>
      db.transaction().execute(async (on) => {
        const { gids, paths } = await knownOf(on, shop, seen);
        const changes: Change[] = [];
        const unsure: SeenImage[] = [];
        const same: string[] = [];
        /** By path: one that stands twice in a page is written as it was read last. */
        const written = new Map<string, SeenImage>();
        for (const image of seen) {
          const own = gids.get(image.gid);
          const row = own ?? paths.get(image.path);
          const verdict = compare(row && known(row), image);
          const change = { path: image.path, before: row?.version ?? null, after: image.version ?? null };
          if (verdict === "unsure") unsure.push(image);
          else if (verdict === "same" || verdict === "older") same.push(image.gid);
          else {
            written.set(image.path, image);
            if (verdict === "moved" && row !== undefined) {
              await leave(on, shop, row.id);
              changes.push({ path: row.path, kind: "moved", before: row.version, after: null });
            }
            if (verdict === "replaced") changes.push({ ...change, kind: "replaced" });
            else if (noted.isFirst !== true) changes.push({ ...change, kind: "added", before: null });
          }
        }
        // After what moved away has left: another may have moved to its place.
        await write(on, shop, [...written.values()], null, true);
        if (same.length > 0)
          await sql`update shopify_asset set seen_at = ${now()}
            where shop = ${shop} and gid in (${sql.join(same)})`.execute(on);
        await tell(on, shop, changes, noted);
        return { changed: changes.length, unsure };
      }),
    settle: (shop, image, digest, noted) =>
      db.transaction().execute(async (on) => {
        const row = (await knownOf(on, shop, [image])).gids.get(image.gid);
        // Something newer was seen while the bytes were read.
        if (row === undefined || row.path !== image.path || row.updated_at > image.updatedAt) return false;
        const isSame = row.digest === digest;
        await write(on, shop, [image], digest, !isSame);
        if (isSame) return false;
        // Without an earlier digest nobody can say whether the bytes are others: the server compares them.
        const kind = row.digest === null ? "rechecked" : "replaced";
        const change = { path: image.path, before: row.version, after: image.version ?? null };
        await tell(on, shop, [{ ...change, kind, digest }], noted);
        return true;
      }),
    remove: (shop, gids, noted) =>
      db.transaction().execute(async (on) => {
        if (gids.length === 0) return 0;
        const { rows } = await sql<AssetRow>`select * from shopify_asset
          where shop = ${shop} and gid in (${sql.join(gids)}) and gone_at is null`.execute(on);
        for (const row of rows) await leave(on, shop, row.id);
        await tell(
          on,
          shop,
          rows.map(({ path, version }) => ({ path, kind: "removed" as const, before: version, after: null })),
          noted,
        );
        return rows.length;
      }),
    purge: (shop, ids, noted) =>
      db.transaction().execute(async (on) => {
        if (ids.length === 0) return 0;
        const { rows } = await sql<AssetRow>`select * from shopify_asset
          where shop = ${shop} and id in (${sql.join(ids)})`.execute(on);
        const changes = rows.map(({ path, version }) => ({
          path,
          kind: "purged" as const,
          before: version,
          after: version,
        }));
        await tell(on, shop, changes, noted);
        return rows.length;
      }),
    async shownBy(shop, owner) {
      const { rows } = await sql<{ id: string }>`select id from shopify_asset where shop = ${shop} and gid in
        (select gid from shopify_reference where shop = ${shop} and owner = ${owner})`.execute(db);
      return rows.map(({ id }) => id);
    },
    refer: (shop, owner, title, gids) =>
      db.transaction().execute(async (on) => {
        const { rows } = await sql<{ gid: string }>`select gid from shopify_reference
          where shop = ${shop} and owner = ${owner}`.execute(on);
        await sql`delete from shopify_reference where shop = ${shop} and owner = ${owner}`.execute(on);
        for (const gid of new Set(gids))
          await sql`insert into shopify_reference (shop, owner, gid, title)
            values (${shop}, ${owner}, ${gid}, ${title.slice(0, 255)})`.execute(on);
        return rows.map(({ gid }) => gid).filter((gid) => !gids.includes(gid));
      }),
    async unseen(shop, kind, since, limit) {
      const { rows } = await sql<{ gid: string }>`select gid from shopify_asset
        where shop = ${shop} and kind = ${kind} and seen_at < ${since} and gone_at is null
        order by id limit ${limit}`.execute(db);
      return rows.map(({ gid }) => gid);
    },
    async touch(shop, gids) {
      if (gids.length > 0)
        await sql`update shopify_asset set seen_at = ${now()}
          where shop = ${shop} and gid in (${sql.join(gids)})`.execute(db);
    },
  };
}

function known(row: AssetRow): KnownImage {
  return {
    path: row.path,
    version: row.version ?? undefined,
    updatedAt: Number(row.updated_at),
    width: row.width ?? undefined,
    height: row.height ?? undefined,
    bytes: row.bytes === null ? undefined : Number(row.bytes),
    isGone: row.gone_at !== null,
  };
}
