import type { Desk } from "@freshet/connector";
import { buildDeliveryUrl } from "@freshet/core";
import { type Store, sql } from "@freshet/store";
import type { Config } from "../config.ts";
import type { AssetRow, ChangeRow, ShopRow } from "../schema.ts";
import type { ShopContext } from "../shops/context.ts";
import { endpointOf } from "../shops/lifecycle.ts";
import { originsOf } from "../shops/shops.ts";
import type { AssetDetail, AssetPage, ChangeAnswer, ChangePage, CountsAnswer } from "./answers.ts";
import { assetView, changeView, timeOf } from "./views.ts";

export interface AssetQuestion {
  readonly state: "all" | "present" | "gone" | "updating" | "failed";
  /** Part of the file's name. */
  readonly search: string | undefined;
  readonly limit: number;
  /** As a page before said. */
  readonly after: readonly [changedAt: number, id: string] | undefined;
}

/** Reads what the pages show. Every method is about one shop. */
export function createLists({
  store,
  desk,
  config,
}: {
  readonly store: Store;
  readonly desk: Desk;
  readonly config: Config;
}) {
  const { db } = store;

  const withOutcomes = async (shop: ShopContext, rows: readonly ChangeRow[]) => {
    const outcomes = await desk.outcomes(shop, [...new Set(rows.map(({ event }) => event))]);
    return rows.map((row) => changeView(shop, row, outcomes.get(row.event)));
  };

  return {
    async assets(shop: ShopContext, row: ShopRow, question: AssetQuestion): Promise<AssetPage> {
      const { state, search, limit, after } = question;
      const isGone =
        state === "gone" ? sql`and gone_at is not null` : state === "all" ? sql`` : sql`and gone_at is null`;
      const isUnderWay =
        state === "updating" || state === "failed"
          ? sql`and id in (select asset from shopify_change where shop = ${shop} and event in (${sql.join(await unfinished(shop, state))}))`
          : sql``;
      const named =
        search === undefined
          ? sql``
          : sql`and lower(path) like ${`%${escapeLike(asInPath(search).toLowerCase())}%`} escape '!'`;
      const behind =
        after === undefined
          ? sql``
          : sql`and (changed_at < ${after[0]} or (changed_at = ${after[0]} and id < ${after[1]}))`;
      const { rows } =
        await sql<AssetRow>`select * from shopify_asset where shop = ${shop} ${isGone} ${isUnderWay} ${named} ${behind}
        order by changed_at desc, id desc limit ${limit + 1}`.execute(db);
      const page = rows.slice(0, limit);
      const last = await lastChanges(
        shop,
        page.map(({ id }) => id),
      );
      const end = rows.length > limit ? page.at(-1) : undefined;
      return {
        assets: page.map((each) => assetView(each, last.get(each.id), deliveryUrl(row, each))),
        cursor: end === undefined ? null : `${Number(end.changed_at)}.${end.id}`,
      };
    },

    async asset(shop: ShopContext, row: ShopRow, id: string): Promise<AssetDetail | undefined> {
      const { rows } =
        await sql<AssetRow>`select * from shopify_asset where shop = ${shop} and id = ${id}`.execute(db);
      const [asset] = rows;
      if (asset === undefined) return undefined;
      const { rows: changes } = await sql<ChangeRow>`select * from shopify_change
        where shop = ${shop} and asset = ${id} order by sequence desc limit 100`.execute(db);
      const { rows: references } = await sql<{
        owner: string;
        title: string;
      }>`select owner, title from shopify_reference
        where shop = ${shop} and gid = ${asset.gid} order by title limit 100`.execute(db);
      const history = await withOutcomes(shop, changes);
      return {
        ...assetView(asset, history[0], deliveryUrl(row, asset)),
        history,
        shown_by: references.map(({ owner, title }) => ({ id: owner, title })),
      };
    },

    async changes(
      shop: ShopContext,
      question: { readonly limit: number; readonly before: number | undefined },
    ): Promise<ChangePage> {
      const older = question.before === undefined ? sql`` : sql`and sequence < ${question.before}`;
      const { rows } = await sql<ChangeRow>`select * from shopify_change where shop = ${shop} ${older}
        order by sequence desc limit ${question.limit + 1}`.execute(db);
      const page = rows.slice(0, question.limit);
      const end = rows.length > question.limit ? page.at(-1) : undefined;
      return {
        changes: await withOutcomes(shop, page),
        cursor: end === undefined ? null : String(end.sequence),
      };
    },

    async counts(shop: ShopContext, since: number): Promise<CountsAnswer> {
      const one = async (query: ReturnType<typeof sql<{ n: number }>>) =>
        Number((await query.execute(db)).rows[0]?.n ?? 0);
      return {
        present: await one(
          sql<{
            n: number;
          }>`select count(*) as n from shopify_asset where shop = ${shop} and gone_at is null`,
        ),
        gone: await one(
          sql<{
            n: number;
          }>`select count(*) as n from shopify_asset where shop = ${shop} and gone_at is not null`,
        ),
        changed: await one(
          sql<{
            n: number;
          }>`select count(*) as n from shopify_change where shop = ${shop} and at >= ${since}`,
        ),
        changed_since: timeOf(since),
      };
    },
  };

  /** Events of the shop that are not done, or that failed; one name that none has, where there are none. */
  async function unfinished(shop: ShopContext, state: "updating" | "failed"): Promise<readonly string[]> {
    const states = state === "failed" ? ["failed"] : ["received", "invalidating"];
    const lines = (
      await Promise.all(states.map((each) => desk.log({ site: shop, state: each, limit: 500 })))
    ).flat();
    return lines.length === 0 ? [""] : lines.map(({ event }) => event);
  }

  async function lastChanges(shop: ShopContext, ids: readonly string[]) {
    if (ids.length === 0) return new Map<string, ChangeAnswer>();
    const { rows } = await sql<ChangeRow>`select * from shopify_change where sequence in
      (select max(sequence) from shopify_change where shop = ${shop} and asset in (${sql.join(ids)}) group by asset)`.execute(
      db,
    );
    return new Map((await withOutcomes(shop, rows)).map((each) => [each.asset ?? "", each]));
  }

  function deliveryUrl(row: ShopRow, asset: AssetRow): string | undefined {
    const endpoint = endpointOf(row, config);
    const [origin] = originsOf(row);
    if (endpoint === undefined || origin === undefined) return undefined;
    return buildDeliveryUrl(
      endpoint,
      `${origin}/cdn/shop/${asset.path}`,
      {},
      { version: asset.version ?? undefined },
    );
  }
}

const escapeLike = (text: string) => text.replaceAll(/[%_!]/g, "!$&");

/** People write names as they see them, and paths are kept with their escapes. */
const asInPath = (text: string) =>
  encodeURI(text.toWellFormed()).replaceAll("?", "%3F").replaceAll("#", "%23");

export type Lists = ReturnType<typeof createLists>;
