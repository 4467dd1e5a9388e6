import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Shade } from "../support/origin.ts";
import type { Answer } from "./app.ts";
import {
  doneChange,
  install,
  newestChange,
  paint,
  type ShopifyInstallation,
  startShopifyInstallation,
  until,
} from "./installation.ts";
import type { LocalFile, LocalProduct, LocalShop } from "./local/shop.ts";
import { productPayload } from "./local/webhooks.ts";

let all: ShopifyInstallation;
let shop: LocalShop;
let shade = 0;
/** Another picture each time. */
const another = (): Promise<Buffer> => {
  shade += 40;
  return paint({ red: shade % 256, green: (shade * 3) % 256, blue: (shade * 7) % 256 } satisfies Shade);
};

beforeAll(async () => {
  all = await startShopifyInstallation();
  shop = await all.shopify.shop("delivery-shop");
  await install(all.app, shop);
});
afterAll(() => all?.stop());

/** A product with one picture that the app has taken in. */
async function product(
  name: string,
): Promise<{ readonly file: LocalFile; readonly item: LocalProduct; readonly since: number }> {
  const since = await newestChange(all.app, shop);
  const file = shop.addFile({ path: `files/${name}.jpg`, bytes: await another() });
  const item = shop.addProduct(name, [file.gid]);
  await all.shopify.tell(shop, item, { topic: "products/create" });
  await doneChange(all.app, shop, { path: file.path, after: since });
  // Its product was looked at, too, and not only the poll saw the file.
  await until(all.app, async () => {
    const { body } = await all.app.ask(shop.domain, `/api/assets?search=${name}`);
    const { body: asset } = await all.app.ask(shop.domain, `/api/assets/${body.assets[0].id}`);
    return asset.shown_by.some((each: Answer) => each.title === name) ? asset : undefined;
  });
  return { file, item, since: await newestChange(all.app, shop) };
}
const changesOf = async (path: string, since: number): Promise<readonly Answer[]> => {
  const { body } = await all.app.ask(shop.domain, "/api/changes?limit=100");
  return body.changes.filter((each: Answer) => each.path === path && each.id > since);
};
/** Until nothing waits any more, so that what did not happen by then will not. */
const quiet = () =>
  until(all.app, async () => {
    const { body } = await all.app.ask(shop.domain, "/api/health");
    return body.jobs === 0 && body.lag_ms === 0 ? body : undefined;
  });
const asked = (operation: string) =>
  all.shopify.api.logOf(shop).operations.filter((each) => each === operation).length;

test("one that is lost is made up for by the poll", async () => {
  const { file, since } = await product("lost");
  shop.replaceFile(file.gid, await another());
  expect(await doneChange(all.app, shop, { path: file.path, after: since })).toMatchObject({
    cause: "poll",
    to: String(file.version),
  });
});

test("one that comes twice is taken once", async () => {
  const { file, item, since } = await product("double");
  shop.replaceFile(file.gid, await another());
  const id = randomUUID();
  const message = {
    shop: shop.domain,
    topic: "products/update",
    payload: productPayload(shop, item.gid),
    id,
  };
  const post = async () => {
    await all.shopify.sender.send(message);
  };
  await Promise.all([post(), post(), post()]);
  await doneChange(all.app, shop, { path: file.path, after: since });
  await quiet();
  expect(await changesOf(file.path, since)).toHaveLength(1);
});

test("those that come in another order lead to what is true now, and never back", async () => {
  const { file, item, since } = await product("order");
  shop.replaceFile(file.gid, await another());
  const early = {
    shop: shop.domain,
    topic: "products/update",
    payload: productPayload(shop, item.gid),
    triggeredAt: Date.now(),
  };
  shop.replaceFile(file.gid, await another());
  const late = { ...early, payload: productPayload(shop, item.gid), triggeredAt: Date.now() + 1 };
  await all.shopify.sender.deliver(late);
  await doneChange(all.app, shop, { path: file.path, after: since, to: file.version });
  await all.shopify.sender.deliver(early);
  await quiet();
  const [newest] = await changesOf(file.path, since);
  expect(newest).toMatchObject({ to: String(file.version) });
});

test("ten in a row about one product are one look at it and one change", async () => {
  const { file, item, since } = await product("burst");
  await quiet();
  shop.replaceFile(file.gid, await another());
  const before = asked("FreshetProduct");
  await Promise.all(Array.from({ length: 10 }, () => all.shopify.tell(shop, item)));
  await doneChange(all.app, shop, { path: file.path, after: since });
  await quiet();
  expect(asked("FreshetProduct") - before).toBeLessThanOrEqual(3);
  expect(await changesOf(file.path, since)).toHaveLength(1);
});

test("one that was answered is on disk: the app is killed and does it after its next start", async () => {
  const { file, item, since } = await product("kill");
  shop.replaceFile(file.gid, await another());
  // What the poll sees is not what is tried out here.
  shop.indexLagMs = 3_600_000;
  expect(await all.shopify.tell(shop, item)).toBe(1);
  await all.app.restart("SIGKILL");
  expect(await doneChange(all.app, shop, { path: file.path, after: since })).toMatchObject({
    cause: "webhook",
    to: String(file.version),
  });
  shop.indexLagMs = 0;
});

test("one that nobody takes is sent again by Shopify until somebody does", async () => {
  const { file, item, since } = await product("retry");
  shop.indexLagMs = 3_600_000;
  shop.replaceFile(file.gid, await another());
  const restarted = all.app.restart();
  const [tries] = await Promise.all([all.shopify.tell(shop, item), restarted]);
  expect(tries).toBeGreaterThan(0);
  await doneChange(all.app, shop, { path: file.path, after: since });
  shop.indexLagMs = 0;
});

test("a picture that Shopify still works on is published when it is ready, under its new version", async () => {
  const { file, item, since } = await product("unready");
  shop.readyMs = 700;
  shop.replaceFile(file.gid, await another());
  await all.shopify.tell(shop, item);
  await until(all.app, async () => (asked("FreshetFiles") > 0 ? true : undefined));
  expect(await changesOf(file.path, since)).toHaveLength(0);
  expect(await doneChange(all.app, shop, { path: file.path, after: since })).toMatchObject({
    to: String(file.version),
  });
  shop.readyMs = 0;
});

test("the newer Events are taken as well", async () => {
  const { file, item, since } = await product("event");
  shop.indexLagMs = 3_600_000;
  shop.replaceFile(file.gid, await another());
  const payload = { topic: "Product", action: "update", data: { product: { id: item.gid } } };
  await all.shopify.sender.deliver({ shop: shop.domain, topic: "Product", payload, isEvent: true });
  expect(await doneChange(all.app, shop, { path: file.path, after: since })).toMatchObject({
    cause: "event",
  });
  shop.indexLagMs = 0;
});

test("an edited text is no change of a picture once its bytes are known, and other bytes under the old version are one", async () => {
  const { file, since } = await product("alt");
  shop.editAlt(file.gid, "A hat");
  const first = await doneChange(all.app, shop, { path: file.path, after: since });
  expect(first.kind).toBe("rechecked");
  shop.editAlt(file.gid, "A red hat");
  const polls = asked("FreshetChangedFiles");
  await until(all.app, async () => (asked("FreshetChangedFiles") > polls + 1 ? true : undefined));
  expect(await changesOf(file.path, first.id)).toHaveLength(0);
  const bytes = await paint({ red: 9, green: 9, blue: 9 });
  shop.overwriteFile(file.gid, bytes);
  expect(await doneChange(all.app, shop, { path: file.path, after: first.id })).toMatchObject({
    kind: "replaced",
    from: String(file.version),
    to: String(file.version),
  });
});

test("a product that is deleted with its picture takes it along, though its id is larger than a number is exact", async () => {
  const { file, item, since } = await product("gone");
  shop.products.delete(item.gid);
  shop.removeFile(file.gid);
  const payload = `{"id":${item.gid.slice(item.gid.lastIndexOf("/") + 1)}}`;
  await all.shopify.sender.deliver({ shop: shop.domain, topic: "products/delete", payload });
  expect(await doneChange(all.app, shop, { path: file.path, after: since })).toMatchObject({
    kind: "removed",
    to: null,
  });
  const { body } = await all.app.ask(shop.domain, "/api/assets?state=gone&search=gone");
  expect(body.assets).toMatchObject([{ path: file.path, state: "gone" }]);
});

test("a picture that leaves one product and stays with another is not taken away", async () => {
  const { file, item, since } = await product("shared");
  shop.addProduct("Other", [file.gid]);
  item.media = [];
  await all.shopify.tell(shop, item);
  await quiet();
  expect(await changesOf(file.path, since)).toHaveLength(0);
});

test("a collection's picture is looked after as well", async () => {
  const since = await newestChange(all.app, shop);
  const collection = shop.addCollection("Hats", { path: "collections/hats.jpg", bytes: await another() });
  const tell = (topic: string) =>
    all.shopify.sender.deliver({
      shop: shop.domain,
      topic,
      payload: { admin_graphql_api_id: collection.gid, title: "Hats", image: null },
    });
  await tell("collections/create");
  const added = await doneChange(all.app, shop, { path: "collections/hats.jpg", after: since });
  Object.assign(collection.image ?? {}, {
    bytes: await another(),
    version: (collection.image?.version ?? 0) + 5,
  });
  collection.updatedAt = Date.now();
  await tell("collections/update");
  expect(await doneChange(all.app, shop, { path: "collections/hats.jpg", after: added.id })).toMatchObject({
    kind: "replaced",
  });
  shop.collections.delete(collection.gid);
  await tell("collections/delete");
  expect(
    await doneChange(all.app, shop, { path: "collections/hats.jpg", after: added.id + 1 }),
  ).toMatchObject({ kind: "removed" });
});
