import { hash } from "node:crypto";
import { createGathering, type Migration, type Store, sql } from "@freshet/store";
import { LRUCache } from "lru-cache";
import type { DeliveryRequest } from "./request.ts";

type Tables = {
  /** Path under which answers left, and until when a node may keep them, in milliseconds. */
  listed_url: { id: string; project: string; path: string; until: number };
  listed_tag: { tag: string; url: string };
};

export const LISTING_OWNER = "listing";

export const LISTING_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "URLs that nodes without tags may keep",
    async up(transaction) {
      for (const statement of [
        sql`create table listed_url (id text not null primary key, project text not null, path text not null, until bigint not null)`,
        sql`create index listed_url_until on listed_url (until)`,
        sql`create table listed_tag (tag text not null, url text not null, primary key (tag, url))`,
        sql`create index listed_tag_url on listed_tag (url)`,
      ])
        await statement.execute(transaction);
    },
  },
];

const DAY_MS = 86_400_000;
/** Nothing is kept longer than a year from when it was sent; what is listed is listed a year longer. */
const LONGEST_MS = 366 * DAY_MS;
const LISTED_MS = 2 * LONGEST_MS;
const MOST_KNOWN = 100_000;
const TOGETHER = 64;
const SWEEP_MS = 3_600_000;
/** Of a URL whose listing failed: it is tried again by the next request after so long. */
const AGAIN_MS = 1_000;

/** The paths of URLs that a node may keep which cannot be told tags: it is told them instead. */
export interface Listing {
  /**
   * Whether the URL is durable in the list with these tags for as long as any node may keep an answer that leaves now. Where it is not it
   * soon is; until then no node may keep an answer.
   */
  has(request: Pick<DeliveryRequest, "project" | "path">, tags: readonly string[]): boolean;
  /** Those on the list that carry one of the tags, without host and query. */
  find(project: string, tags: readonly string[]): Promise<readonly string[]>;
  start(): void;
  stop(): Promise<void>;
}

interface Item {
  readonly id: string;
  readonly project: string;
  readonly path: string;
  readonly tags: readonly string[];
}

interface Known {
  readonly tags: ReadonlySet<string>;
  readonly until: number;
}

export function createListing(parts: {
  readonly store: Store;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Listing {
  const { store, now, log } = parts;
  const db = store.db.$extendTables<Tables>();
  const known = new LRUCache<string, Known>({ max: MOST_KNOWN });
  const underWay = new Map<string, Promise<void>>();
  let sweeping = Promise.resolve();
  let sweeper: NodeJS.Timeout | undefined;

  const write = createGathering<Item, number>(async (items) => {
    const until = now() + LISTED_MS;
    const urls = new Map(items.map(({ id, project, path }) => [id, { id, project, path, until }]));
    const tags = new Map(
      items.flatMap(({ id, tags: all }) => all.map((tag) => [`${tag} ${id}`, { tag, url: id }])),
    );
    await db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto("listed_url")
        .values([...urls.values()])
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ until }))
        .execute();
      const rows = [...tags.values()];
      for (let at = 0; at < rows.length; at += 500) {
        await transaction
          .insertInto("listed_tag")
          .values(rows.slice(at, at + 500))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    });
    return items.map(() => until);
  }, TOGETHER);

  const add = async (item: Item): Promise<void> => {
    try {
      const until = await write(item);
      const tags = new Set([...(known.get(item.id)?.tags ?? []), ...item.tags]);
      known.set(item.id, { tags, until });
    } catch (error) {
      log("URL not listed", { error: String(error) });
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
    }
  };
  const sweep = async (): Promise<void> => {
    const over = db.selectFrom("listed_url").select("id").where("until", "<", now());
    await db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom("listed_tag").where("url", "in", over).execute();
      await transaction.deleteFrom("listed_url").where("until", "<", now()).execute();
    });
  };
  return {
    has({ project, path }, all) {
      if (path === undefined) return false;
      // A generation's tag is another with each invalidation, and its original's tag is there too.
      const tags = all.filter((tag) => !tag.includes("."));
      const id = hash("sha256", `${project.name} ${path}`).slice(0, 32);
      const listed = known.get(id);
      if (listed && listed.until - LONGEST_MS > now() && tags.every((tag) => listed.tags.has(tag)))
        return true;
      if (!underWay.has(id)) {
        const item = { id, project: project.name, path, tags };
        underWay.set(
          id,
          add(item).finally(() => underWay.delete(id)),
        );
      }
      return false;
    },
    async find(project, tags) {
      const found = new Set<string>();
      const all = [...new Set(tags)];
      for (let at = 0; at < all.length; at += 500) {
        const rows = await db
          .selectFrom("listed_tag as t")
          .innerJoin("listed_url as u", "u.id", "t.url")
          .select("u.path")
          .where("t.tag", "in", all.slice(at, at + 500))
          .where("u.project", "=", project)
          .execute();
        for (const { path } of rows) found.add(path);
      }
      return [...found];
    },
    start() {
      const sweepSafely = (): void => {
        sweeping = sweep().catch((error) => log("list of URLs not swept", { error: String(error) }));
      };
      sweepSafely();
      sweeper = setInterval(sweepSafely, SWEEP_MS).unref();
    },
    async stop() {
      clearInterval(sweeper);
      await Promise.all([sweeping, ...underWay.values()]);
    },
  };
}

/** Whether a node is told URLs for want of tags. */
export function needsListing(driver: {
  readonly purgeTags?: unknown;
  readonly purgeUrls?: unknown;
}): boolean {
  return driver.purgeTags === undefined && driver.purgeUrls !== undefined;
}
