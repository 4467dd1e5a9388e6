import type { Desk } from "@freshet/connector";
import type { AssetChange } from "@freshet/core";
import { type Store, sql } from "@freshet/store";
import { originalsOf, type ShopPlaces } from "../assets/identity.ts";
import { sentenceOf } from "../errors.ts";
import type { ChangeRow } from "../schema.ts";
import { type ShopContext, shopContext } from "../shops/context.ts";
import type { Shops } from "../shops/shops.ts";

/** Hands changes that were written down to the connector, each once and in order, also after a crash in between. */
export interface Outbox {
  /** Resolves once everything written down before the call was handed over. */
  flush(): Promise<void>;
}

const AT_ONCE = 1_000;

export function createOutbox(parts: {
  readonly store: Store;
  readonly shops: Shops;
  readonly desk: Desk;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Outbox {
  const { store, shops, desk, log } = parts;

  const sendSome = async (): Promise<boolean> => {
    const { rows } = await sql<ChangeRow>`select * from shopify_change where is_sent = 0
      order by sequence limit ${AT_ONCE}`.execute(store.db);
    for (const [event, changes] of Map.groupBy(rows, ({ shop, event }) => `${shop} ${event}`)) {
      const shop = shopContext(changes[0]?.shop);
      if (shop === undefined) continue;
      const places = await shops.places(shop);
      const order = Number(changes[0]?.sequence);
      const id = event.slice(shop.length + 1);
      // An event that was cut in two by the limit goes in two parts, with a name each.
      const name = rows.length === AT_ONCE && changes.at(-1) === rows.at(-1) ? `${id}-${order}` : id;
      if (name !== id)
        await sql`update shopify_change set event = ${name} where shop = ${shop} and sequence in
          (${sql.join(changes.map(({ sequence }) => sequence))})`.execute(store.db);
      await desk.add(shop, [
        { id: name, order, payload: { changes: changes.flatMap((each) => told(shop, each, places)) } },
      ]);
      await sql`update shopify_change set is_sent = 1 where sequence in
        (${sql.join(changes.map(({ sequence }) => sequence))})`.execute(store.db);
      log("images changed", { shop, event: name, changes: changes.length });
    }
    return rows.length === AT_ONCE;
  };

  let running: Promise<void> | undefined;
  let isWanted = false;
  const run = async () => {
    do {
      isWanted = false;
      while (await sendSome()) {}
    } while (isWanted);
  };
  return {
    flush() {
      isWanted = true;
      running ??= run()
        .catch((thrown: unknown) => log("changes not handed over", { reason: sentenceOf(thrown) }))
        .finally(() => {
          running = undefined;
        });
      return running;
    },
  };
}

/** One change for each address the image has. */
function told(shop: ShopContext, change: ChangeRow, places: ShopPlaces): readonly AssetChange[] {
  const link = linkOf(shop, change);
  const kind = change.kind === "removed" || change.kind === "moved" ? "removed" : "replaced";
  // What a person asks for is done whatever the version says; what was only edited is known by its bytes.
  const version = change.kind === "purged" || change.new_version === null ? undefined : change.new_version;
  return originalsOf(change.path, places).map((original) => ({
    kind,
    original,
    ...(version !== undefined && { version }),
    ...(change.digest !== null && change.kind !== "purged" && { digest: change.digest }),
    link,
  }));
}

/** Where a person finds the image in Shopify's admin. */
export function linkOf(shop: ShopContext, { subject }: Pick<ChangeRow, "subject">): string {
  const [, type, id] = /^gid:\/\/shopify\/(Product|Collection)\/(\d+)$/.exec(subject ?? "") ?? [];
  const page = type === undefined ? "content/files" : `${type.toLowerCase()}s/${id}`;
  return `https://admin.shopify.com/store/${shop.slice(0, shop.indexOf("."))}/${page}`;
}
