import type { Admin } from "../admin/admin.ts";
import { CHANGED_COLLECTIONS, CHANGED_FILES } from "../admin/operations.ts";
import { type Reading, readCollection, readFile, readPage } from "../admin/read.ts";
import type { Noted } from "../assets/assets.ts";
import { sentenceOf } from "../errors.ts";
import type { ShopContext } from "../shops/context.ts";
import type { Shops } from "../shops/shops.ts";
import type { Looks } from "./images.ts";
import type { Job, Outcome } from "./jobs.ts";

/** Shopify's index of `updated_at` lags behind, so each poll reads this much again. */
const OVERLAP_MS = 10 * 60_000;
const PAGE = 100;

/**
 * Asks what was updated since the last time: no webhook tells of files. The cursor only moves on after what it stands for was
 * stored, so a poll that was cut off begins where it was.
 */
export function createPoll(parts: {
  readonly admin: Admin;
  readonly shops: Shops;
  readonly looks: Looks;
  readonly everyMs: number;
  readonly now: () => number;
}) {
  const { admin, shops, looks, everyMs, now } = parts;

  const pages = async (
    shop: ShopContext,
    query: { readonly operation: string; readonly name: string; readonly text: string },
    read: (node: unknown) => Reading | undefined,
    noted: Noted,
  ): Promise<number> => {
    let newest = 0;
    for (let after: string | undefined; ; ) {
      const data = await admin.ask(shop, query.operation, {
        query: query.text,
        first: PAGE,
        after: after ?? null,
      });
      const page = readPage(data, query.name);
      const readings = page.nodes.map(read).filter((each) => each !== undefined);
      await looks.take(shop, readings, noted);
      for (const each of readings) if (each.is === "image") newest = Math.max(newest, each.image.updatedAt);
      after = page.next;
      if (after === undefined) return newest;
    }
  };

  return async ({ shop }: Job): Promise<Outcome> => {
    const row = await shops.get(shop);
    if (row === undefined || row.state !== "active") return undefined;
    const from = Number(row.poll_cursor ?? row.installed_at);
    const since = `updated_at:>='${new Date(from - OVERLAP_MS).toISOString()}'`;
    try {
      const files = { operation: CHANGED_FILES, name: "files", text: `media_type:IMAGE AND ${since}` };
      // Before the first sweep is over, what is new to us was there all the time.
      const noted: Noted = { cause: "poll", isFirst: row.swept_at === null };
      const newest = await pages(shop, files, readFile, noted);
      const collections = { operation: CHANGED_COLLECTIONS, name: "collections", text: since };
      // Collections are asked by the same cursor, so it moves on when both were read; files are what it goes by.
      await pages(shop, collections, readCollection, noted);
      await shops.change(shop, {
        polled_at: now(),
        poll_error: null,
        poll_cursor: Math.max(from, Math.min(newest, now())),
      });
    } catch (thrown) {
      await shops.change(shop, { poll_error: sentenceOf(thrown) });
      throw thrown;
    }
    return { againMs: everyMs };
  };
}
