import type { Admin } from "../admin/admin.ts";
import { COLLECTION, FILES_BY_ID, PRODUCT } from "../admin/operations.ts";
import { isLoose, type Reading, readCollection, readFile, readPage } from "../admin/read.ts";
import type { Assets, Noted } from "../assets/assets.ts";
import type { SeenImage } from "../assets/diff.ts";
import type { ReadDigest } from "../assets/digest.ts";
import { belongsTo, readImageUrl } from "../assets/identity.ts";
import type { ShopContext } from "../shops/context.ts";
import type { Shops } from "../shops/shops.ts";
import type { Job, Jobs, Outcome } from "./jobs.ts";

/** Looks at images of a shop as Shopify has them now, and writes down what is new about them. */
export interface Looks {
  /** Takes readings in; resolves to how many changes they were. What is not ready yet is read again later. */
  take(shop: ShopContext, readings: readonly Reading[], noted: Noted): Promise<number>;
  product(job: Job): Promise<Outcome>;
  collection(job: Job): Promise<Outcome>;
  file(job: Job): Promise<Outcome>;
  /** Reads these again: what is gone is written down as gone. Resolves to how many changes there were. */
  reread(shop: ShopContext, gids: readonly string[], noted: Noted): Promise<number>;
}

export interface LooksOptions {
  readonly admin: Admin;
  readonly assets: Assets;
  readonly shops: Shops;
  readonly jobs: () => Pick<Jobs, "ask" | "wake">;
  readonly readDigest: ReadDigest;
  /** Told after changes may have been written down. */
  readonly noticed: () => void;
  /** Waits before an image that is not ready is read again; see `Pace`. */
  readonly readyMs: readonly number[];
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

export function createLooks(options: LooksOptions): Looks {
  const { admin, assets, shops, readDigest, readyMs } = options;
  const [firstWait = 2_000] = readyMs;

  /** Only images on the shop's own places count; the first one says where its folder is. */
  const own = async (shop: ShopContext, readings: readonly Reading[]): Promise<readonly SeenImage[]> => {
    let places = await shops.places(shop);
    const images: SeenImage[] = [];
    for (const reading of readings) {
      if (reading.is !== "image") continue;
      if (places.prefix === undefined && reading.prefix !== undefined) {
        await shops.change(shop, { prefix: reading.prefix });
        places = { ...places, prefix: reading.prefix };
      }
      const place = readImageUrl(reading.image.url);
      if (place !== undefined && belongsTo(place, places)) images.push(reading.image);
      else
        options.log("image left out", {
          shop,
          image: reading.image.gid,
          reason: "It is not in the shop's own folder.",
        });
    }
    return images;
  };

  const looks: Looks = {
    async take(shop, readings, noted) {
      const images = await own(shop, readings);
      const { changed, unsure } = await assets.observe(shop, images, noted);
      let changes = changed;
      for (const image of unsure) {
        const digest = await readDigest(image.url);
        if (await assets.settle(shop, image, digest, noted)) changes += 1;
      }
      for (const reading of readings) {
        if (reading.is !== "unready") continue;
        const { cause, causeId } = noted;
        await options
          .jobs()
          .ask({ shop, kind: "file", subject: reading.gid, cause, causeId, delayMs: firstWait });
      }
      if (changes > 0) options.noticed();
      return changes;
    },

    async product({ shop, subject, cause, cause_id }) {
      const noted: Noted = { cause, causeId: cause_id ?? undefined, subject };
      const gids: string[] = [];
      let title = "";
      let isThere = false;
      for (let after: string | undefined; ; ) {
        const data = await admin.ask(shop, PRODUCT, { id: subject, after: after ?? null });
        const product = isLoose(data) && isLoose(data.product) ? data.product : undefined;
        if (product === undefined) break;
        isThere = true;
        title = typeof product.title === "string" ? product.title : "";
        const page = readPage(product, "media");
        const readings = page.nodes.map(readFile).filter((each) => each !== undefined);
        gids.push(...readings.map((each) => (each.is === "image" ? each.image.gid : each.gid)));
        await looks.take(shop, readings, noted);
        after = page.next;
        if (after === undefined) break;
      }
      // What the product shows no longer may be shown by others; whether it exists at all, only Shopify knows.
      const left = await assets.refer(shop, subject, title, gids);
      if (left.length > 0) await looks.reread(shop, left, noted);
      if (!isThere) options.log("product is gone", { shop, product: subject });
      return undefined;
    },

    async collection({ shop, subject, cause, cause_id }) {
      const noted: Noted = { cause, causeId: cause_id ?? undefined, subject };
      const data = await admin.ask(shop, COLLECTION, { id: subject });
      const reading = isLoose(data) ? readCollection(data.collection) : undefined;
      if (reading?.is === "image") await looks.take(shop, [reading], noted);
      else if ((await assets.remove(shop, [subject], noted)) > 0) options.noticed();
      return undefined;
    },

    async file({ shop, subject, cause, cause_id, attempts }) {
      const noted: Noted = { cause: cause === "manual" ? "reread" : cause, causeId: cause_id ?? undefined };
      const readings = await read(shop, [subject]);
      const [reading] = readings.values();
      if (reading?.is === "unready") {
        const wait = readyMs[attempts];
        // After the last wait the poll will see it: what becomes ready is updated.
        return wait === undefined ? undefined : { againMs: wait };
      }
      await apply(shop, [subject], readings, noted);
      return undefined;
    },

    async reread(shop, gids, noted) {
      let changes = 0;
      for (let from = 0; from < gids.length; from += 50) {
        const some = gids.slice(from, from + 50);
        changes += await apply(shop, some, await read(shop, some), noted);
      }
      return changes;
    },
  };

  /** By id; what is missing does not exist. A thing that is no file but exists reads as `nothing`. */
  const read = async (shop: ShopContext, gids: readonly string[]): Promise<ReadonlyMap<string, Reading>> => {
    const data = await admin.ask(shop, FILES_BY_ID, { ids: gids });
    const nodes = isLoose(data) && Array.isArray(data.nodes) ? (data.nodes as readonly unknown[]) : [];
    const readings = new Map<string, Reading>();
    for (const node of nodes) {
      const gid = isLoose(node) && typeof node.id === "string" ? node.id : undefined;
      if (gid !== undefined) readings.set(gid, readFile(node) ?? { is: "nothing", gid });
    }
    return readings;
  };

  const apply = async (
    shop: ShopContext,
    gids: readonly string[],
    readings: ReadonlyMap<string, Reading>,
    noted: Noted,
  ) => {
    const gone = gids.filter((gid) => !readings.has(gid));
    const removed = await assets.remove(shop, gone, noted);
    if (removed > 0) options.noticed();
    await assets.touch(shop, [...readings.keys()]);
    return removed + (await looks.take(shop, [...readings.values()], noted));
  };
  return looks;
}
