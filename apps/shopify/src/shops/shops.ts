import { type Kysely, type Store, sql } from "@freshet/store";
import type { ShopPlaces } from "../assets/identity.ts";
import type { ShopRow } from "../schema.ts";
import { type ShopContext, shopContext } from "./context.ts";

type Changed = Partial<Omit<ShopRow, "shop">>;

/** The shops this app was installed in. Every method but `all` is about one shop and touches no other. */
export interface Shops {
  get(shop: ShopContext): Promise<ShopRow | undefined>;
  /** Those whose state is this. */
  all(state: ShopRow["state"]): Promise<readonly (ShopRow & { readonly shop: ShopContext })[]>;
  /** Makes the shop active; resolves to whether it was not before. What it had set before it left is kept. */
  install(shop: ShopContext): Promise<boolean>;
  change(shop: ShopContext, values: Changed, on?: Kysely<unknown>): Promise<void>;
  /** A number greater than each before it, for whoever wants the states of the shop in order. */
  nextPlace(shop: ShopContext): Promise<number>;
  places(shop: ShopContext): Promise<ShopPlaces>;
  /** Erases every row of the shop. */
  erase(shop: ShopContext): Promise<void>;
}

/** Every table with rows of shops. */
const TABLES = [
  ...["shopify_token", "shopify_asset", "shopify_reference", "shopify_change"],
  ...["shopify_delivery", "shopify_job", "shopify_sweep", "shopify_shop"],
];

export function createShops(store: Store, now: () => number): Shops {
  const { db } = store;
  const shops: Shops = {
    async get(shop) {
      const { rows } = await sql<ShopRow>`select * from shopify_shop where shop = ${shop}`.execute(db);
      return rows[0];
    },
    async all(state) {
      const { rows } =
        await sql<ShopRow>`select * from shopify_shop where state = ${state} order by shop`.execute(db);
      return rows.flatMap((row) => {
        const shop = shopContext(row.shop);
        return shop === undefined ? [] : [{ ...row, shop }];
      });
    },
    async install(shop) {
      const { numAffectedRows } = await sql`insert into shopify_shop (shop, state, installed_at)
        values (${shop}, 'active', ${now()})
        on conflict (shop) do update set state = 'active', installed_at = excluded.installed_at, left_at = null
        where shopify_shop.state <> 'active'`.execute(db);
      return numAffectedRows === 1n;
    },
    async change(shop, values, on = db) {
      const set = Object.entries(values).map(([name, value]) => sql`${sql.ref(name)} = ${value}`);
      if (set.length > 0)
        await sql`update shopify_shop set ${sql.join(set)} where shop = ${shop}`.execute(on);
    },
    async nextPlace(shop) {
      const { rows } = await sql<{ place: number }>`update shopify_shop
        set place = case when place >= ${now()} then place + 1 else ${now()} end
        where shop = ${shop} returning place`.execute(db);
      return Number(rows[0]?.place ?? now());
    },
    async places(shop) {
      const row = await shops.get(shop);
      return { origins: row === undefined ? [] : originsOf(row), prefix: row?.prefix ?? undefined };
    },
    erase: (shop) =>
      db.transaction().execute(async (on) => {
        for (const table of TABLES)
          await sql`delete from ${sql.table(table)} where shop = ${shop}`.execute(on);
      }),
  };
  return shops;
}

export const originsOf = (row: Pick<ShopRow, "origins">): readonly string[] =>
  JSON.parse(row.origins) as string[];
