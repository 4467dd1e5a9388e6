import { type Migration, type QueueColumns, sql, withQueueColumns } from "@freshet/store";

export const OWNER = "shopify";

/** `active`: installed and served; `uninstalled`: its pictures are redirected to Shopify until it comes back or is erased. */
export type ShopState = "active" | "uninstalled";

/** A row of `shopify_shop`. Times are milliseconds since the epoch, truth values 0 and 1. */
export interface ShopRow {
  readonly shop: string;
  readonly state: ShopState;
  readonly installed_at: number;
  readonly left_at: number | null;
  readonly name: string | null;
  /** The project that delivers its pictures, and its sealed key; null until there is one. */
  readonly project: string | null;
  readonly project_key: string | null;
  readonly key_id: string | null;
  /** The project was made by this app, which then keeps its list of origins. */
  readonly is_project_ours: number;
  /** JSON list of origins with scheme: the domains the shop is visited by. */
  readonly origins: string;
  readonly prefix: string | null;
  readonly scopes: string;
  /** The switch of the merchant. */
  readonly is_on: number;
  /** What the server was told last: the state, and its place in our own order. */
  readonly told_state: string | null;
  readonly place: number;
  readonly polled_at: number | null;
  readonly poll_cursor: number | null;
  readonly poll_error: string | null;
  readonly heard_at: number | null;
  /** When a sweep ended first or last; null before the first one has. */
  readonly swept_at: number | null;
  readonly published_at: number | null;
  readonly embed: string | null;
}

/** A row of `shopify_asset`: one image of a shop. */
export interface AssetRow {
  readonly shop: string;
  readonly id: string;
  readonly path: string;
  readonly gid: string;
  readonly kind: "file" | "collection" | "article";
  readonly url: string;
  readonly version: string | null;
  readonly updated_at: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: number | null;
  readonly digest: string | null;
  readonly added_at: number;
  readonly changed_at: number;
  readonly seen_at: number;
  readonly gone_at: number | null;
}

/** What happened to an image. */
export type ChangeKind = "added" | "replaced" | "rechecked" | "moved" | "removed" | "purged";
/** Who noticed. */
export type ChangeCause = "webhook" | "event" | "poll" | "sweep" | "reread" | "manual";

/** A row of `shopify_change`: outbox of the connector and history of the image in one. */
export interface ChangeRow {
  readonly sequence: number;
  readonly shop: string;
  readonly asset: string | null;
  readonly path: string;
  readonly kind: ChangeKind;
  readonly old_version: string | null;
  readonly new_version: string | null;
  readonly digest: string | null;
  readonly cause: ChangeCause;
  readonly cause_id: string | null;
  readonly subject: string | null;
  readonly at: number;
  /** The connector's event that carries it; changes noticed together share one. */
  readonly event: string;
  readonly is_sent: number;
}

/** A row of `shopify_job`. The id says what it is about, so that what is asked for twice is done once. */
export interface JobRow extends QueueColumns {
  readonly id: string;
  readonly shop: string;
  readonly kind: string;
  readonly subject: string;
  readonly cause: ChangeCause;
  readonly cause_id: string | null;
  /** Counts how often it was asked for: what comes while it is worked on is not lost. */
  readonly wanted: number;
  readonly first_at: number;
  readonly error: string | null;
}

/** A row of `shopify_sweep`: the last or running walk over all images of a shop. */
export interface SweepRow {
  readonly shop: string;
  readonly state: "running" | "done" | "failed";
  /** Number of the walk. */
  readonly pass: number;
  readonly phase: number;
  readonly mode: "bulk" | "pages";
  readonly operation: string | null;
  readonly cursor: string | null;
  /** Bytes of the file of results that are read and stored. */
  readonly offset: number;
  readonly seen: number;
  readonly total: number | null;
  readonly changed: number;
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly error: string | null;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "shops and their images",
    async up(on) {
      const { schema } = on;
      await schema
        .createTable("shopify_shop")
        .addColumn("shop", "text", (column) => column.primaryKey())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("installed_at", "bigint", (column) => column.notNull())
        .addColumn("left_at", "bigint")
        .addColumn("name", "text")
        .addColumn("project", "text")
        .addColumn("project_key", "text")
        .addColumn("key_id", "text")
        .addColumn("is_project_ours", "integer", (column) => column.notNull().defaultTo(0))
        .addColumn("origins", "text", (column) => column.notNull().defaultTo("[]"))
        .addColumn("prefix", "text")
        .addColumn("scopes", "text", (column) => column.notNull().defaultTo(""))
        .addColumn("is_on", "integer", (column) => column.notNull().defaultTo(1))
        .addColumn("told_state", "text")
        .addColumn("place", "bigint", (column) => column.notNull().defaultTo(0))
        .addColumn("polled_at", "bigint")
        .addColumn("poll_cursor", "bigint")
        .addColumn("poll_error", "text")
        .addColumn("heard_at", "bigint")
        .addColumn("swept_at", "bigint")
        .addColumn("published_at", "bigint")
        .addColumn("embed", "text")
        .execute();
      await schema
        .createTable("shopify_token")
        .addColumn("shop", "text", (column) => column.primaryKey())
        .addColumn("access", "text", (column) => column.notNull())
        .addColumn("expires_at", "bigint")
        .addColumn("refresh", "text")
        .addColumn("refresh_expires_at", "bigint")
        .addColumn("changed_at", "bigint", (column) => column.notNull())
        .execute();
      await schema
        .createTable("shopify_asset")
        .addColumn("shop", "text", (column) => column.notNull())
        .addColumn("id", "text", (column) => column.notNull())
        .addColumn("path", "text", (column) => column.notNull())
        .addColumn("gid", "text", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("url", "text", (column) => column.notNull())
        .addColumn("version", "text")
        .addColumn("updated_at", "bigint", (column) => column.notNull())
        .addColumn("width", "integer")
        .addColumn("height", "integer")
        .addColumn("bytes", "bigint")
        .addColumn("digest", "text")
        .addColumn("added_at", "bigint", (column) => column.notNull())
        .addColumn("changed_at", "bigint", (column) => column.notNull())
        .addColumn("seen_at", "bigint", (column) => column.notNull())
        .addColumn("gone_at", "bigint")
        .addPrimaryKeyConstraint("shopify_asset_key", ["shop", "id"])
        .execute();
      await sql`create index shopify_asset_gid on shopify_asset (shop, gid)`.execute(on);
      await sql`create index shopify_asset_changed on shopify_asset (shop, changed_at, id)`.execute(on);
      await schema
        .createTable("shopify_reference")
        .addColumn("shop", "text", (column) => column.notNull())
        .addColumn("owner", "text", (column) => column.notNull())
        .addColumn("gid", "text", (column) => column.notNull())
        .addColumn("title", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("shopify_reference_key", ["shop", "owner", "gid"])
        .execute();
      await sql`create index shopify_reference_gid on shopify_reference (shop, gid)`.execute(on);
      await schema
        .createTable("shopify_change")
        .addColumn("sequence", "bigint", (column) => column.primaryKey())
        .addColumn("shop", "text", (column) => column.notNull())
        .addColumn("asset", "text")
        .addColumn("path", "text", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("old_version", "text")
        .addColumn("new_version", "text")
        .addColumn("digest", "text")
        .addColumn("cause", "text", (column) => column.notNull())
        .addColumn("cause_id", "text")
        .addColumn("subject", "text")
        .addColumn("at", "bigint", (column) => column.notNull())
        .addColumn("event", "text", (column) => column.notNull())
        .addColumn("is_sent", "integer", (column) => column.notNull().defaultTo(0))
        .execute();
      await sql`create index shopify_change_shop on shopify_change (shop, sequence)`.execute(on);
      await sql`create index shopify_change_asset on shopify_change (shop, asset, sequence)`.execute(on);
      await sql`create index shopify_change_unsent on shopify_change (is_sent, sequence)`.execute(on);
      await schema
        .createTable("shopify_counter")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("value", "bigint", (column) => column.notNull())
        .execute();
      await sql`insert into shopify_counter (name, value) values ('change', 0)`.execute(on);
      await schema
        .createTable("shopify_delivery")
        .addColumn("shop", "text", (column) => column.notNull())
        .addColumn("topic", "text", (column) => column.notNull())
        .addColumn("id", "text", (column) => column.notNull())
        .addColumn("event_id", "text")
        .addColumn("received_at", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("shopify_delivery_key", ["shop", "topic", "id"])
        .execute();
      await sql`create index shopify_delivery_age on shopify_delivery (received_at)`.execute(on);
      await withQueueColumns(
        schema
          .createTable("shopify_job")
          .addColumn("id", "text", (column) => column.primaryKey())
          .addColumn("shop", "text", (column) => column.notNull())
          .addColumn("kind", "text", (column) => column.notNull())
          .addColumn("subject", "text", (column) => column.notNull())
          .addColumn("cause", "text", (column) => column.notNull())
          .addColumn("cause_id", "text")
          .addColumn("wanted", "integer", (column) => column.notNull().defaultTo(1))
          .addColumn("first_at", "bigint", (column) => column.notNull())
          .addColumn("error", "text"),
      ).execute();
      await sql`create index shopify_job_due on shopify_job (next_at)`.execute(on);
      await sql`create index shopify_job_shop on shopify_job (shop, next_at)`.execute(on);
      await schema
        .createTable("shopify_sweep")
        .addColumn("shop", "text", (column) => column.primaryKey())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("phase", "integer", (column) => column.notNull())
        .addColumn("mode", "text", (column) => column.notNull())
        .addColumn("operation", "text")
        .addColumn("cursor", "text")
        .addColumn("offset", "bigint", (column) => column.notNull())
        .addColumn("seen", "bigint", (column) => column.notNull())
        .addColumn("total", "bigint")
        .addColumn("changed", "bigint", (column) => column.notNull())
        .addColumn("started_at", "bigint", (column) => column.notNull())
        .addColumn("finished_at", "bigint")
        .addColumn("error", "text")
        .execute();
    },
  },
  {
    version: 2,
    name: "sweeps are counted",
    async up(on) {
      await sql`alter table shopify_sweep add column pass bigint not null default 1`.execute(on);
    },
  },
];
