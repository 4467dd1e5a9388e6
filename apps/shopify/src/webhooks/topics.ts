import { type Kysely, sql } from "@freshet/store";
import type { Jobs } from "../jobs/jobs.ts";
import type { ShopContext } from "../shops/context.ts";
import type { Lifecycle } from "../shops/lifecycle.ts";
import type { Shops } from "../shops/shops.ts";
import type { Payload } from "./payload.ts";

/** A genuine delivery. */
export interface Delivery {
  readonly shop: ShopContext;
  readonly kind: "webhook" | "event";
  /** As the library spells it: PRODUCTS_UPDATE of a webhook, PRODUCT of an event. */
  readonly topic: string;
  readonly id: string;
  readonly eventId: string | undefined;
  readonly triggeredAt: number | undefined;
  readonly payload: Payload;
}

export type React = (delivery: Delivery, on: Kysely<unknown>) => Promise<void>;

/**
 * What a delivery leads to. None is believed further than its name: it says where to look, and what is there is read by GraphQL.
 */
export function createReactions(parts: {
  readonly shops: Shops;
  readonly lifecycle: Lifecycle;
  readonly jobs: () => Jobs;
  readonly debounceMs: number;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): React {
  const { shops, lifecycle, debounceMs, now, log } = parts;

  const look =
    (type: "Product" | "Collection"): React =>
    async ({ shop, kind, id, payload }, on) => {
      const subject = payload.gid?.startsWith(`gid://shopify/${type}/`)
        ? payload.gid
        : payload.id && `gid://shopify/${type}/${payload.id}`;
      if (!subject || !(await isActive(shop, on))) return;
      const job = type === "Product" ? ("product" as const) : ("collection" as const);
      await parts.jobs().ask({ shop, kind: job, subject, cause: kind, causeId: id, delayMs: debounceMs }, on);
    };
  const ask =
    (job: "setup" | "sweep"): React =>
    async ({ shop }, on) => {
      if (await isActive(shop, on)) await parts.jobs().ask({ shop, kind: job, cause: "webhook" }, on);
    };
  const isActive = async (shop: ShopContext, on: Kysely<unknown>) => {
    const { rows } = await sql<{
      state: string;
    }>`select state from shopify_shop where shop = ${shop}`.execute(on);
    if (rows[0]?.state !== "active") return false;
    await shops.change(shop, { heard_at: now() }, on);
    return true;
  };
  /** No data of customers is kept, so there is nothing to give out or to erase. */
  const nothingKept: React = async ({ shop, topic }) =>
    log("compliance request", { shop, topic, kept: "nothing" });

  const TOPICS: Readonly<Record<string, React>> = {
    PRODUCTS_CREATE: look("Product"),
    PRODUCTS_UPDATE: look("Product"),
    PRODUCTS_DELETE: look("Product"),
    PRODUCT: look("Product"),
    COLLECTIONS_CREATE: look("Collection"),
    COLLECTIONS_UPDATE: look("Collection"),
    COLLECTIONS_DELETE: look("Collection"),
    COLLECTION: look("Collection"),
    BULK_OPERATIONS_FINISH: ask("sweep"),
    SHOP_UPDATE: ask("setup"),
    DOMAINS_CREATE: ask("setup"),
    DOMAINS_UPDATE: ask("setup"),
    DOMAINS_DESTROY: ask("setup"),
    APP_SCOPES_UPDATE: async (delivery, on) => {
      const { scopes } = delivery.payload;
      if (scopes !== undefined) await shops.change(delivery.shop, { scopes: scopes.join(",") }, on);
      await ask("setup")(delivery, on);
    },
    APP_UNINSTALLED: ({ shop, triggeredAt }, on) => lifecycle.leave(shop, triggeredAt, on),
    CUSTOMERS_DATA_REQUEST: nothingKept,
    CUSTOMERS_REDACT: nothingKept,
    SHOP_REDACT: async ({ shop, triggeredAt }, on) => {
      const { rows } = await sql<{
        installed_at: number;
      }>`select installed_at from shopify_shop where shop = ${shop}`.execute(on);
      const [row] = rows;
      // Nothing is left of the shop, or it came back after this was sent.
      if (row === undefined || (triggeredAt !== undefined && triggeredAt < Number(row.installed_at))) return;
      await parts.jobs().ask({ shop, kind: "erase", cause: "webhook" }, on);
    },
  };

  return async (delivery, on) => {
    const react = Object.hasOwn(TOPICS, delivery.topic) ? TOPICS[delivery.topic] : undefined;
    if (react === undefined) log("delivery without use", { shop: delivery.shop, topic: delivery.topic });
    else await react(delivery, on);
  };
}
