import { TryLater } from "@freshet/connector";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { AssetFile } from "../assets/asset-file.ts";
import { changesOf } from "../changes.ts";
import type { ContentfulClient, PublishedAsset } from "../cma/client.ts";
import { type ContentfulEvent, restoreEvent } from "../event.ts";
import { newSpace, newStore } from "../fixture.test.support.ts";
import type { ContentfulSpace } from "../space.ts";
import { walk } from "./walk.ts";

const { store, end } = await newStore();
afterAll(end);

const DAY = 86_400_000;
const file = (asset: string, token: string): AssetFile => ({
  url: `https://images.ctfassets.net/space/${asset}/${token}/a.jpg`,
  ...{ contentType: "image/jpeg", bytes: 1, width: 1, height: 1, fileName: "a.jpg" },
});

/** Contentful as it is now, and when it turns requests away. */
class Fake implements ContentfulClient {
  readonly assets = new Map<
    string,
    { token: string; place: number; state: "published" | "draft" | "archived" }
  >();
  requests = 0;
  /** Requests that are answered before one is turned away; then counts anew. */
  patience = Number.POSITIVE_INFINITY;
  #left = 0;
  now = 1_000_000_000_000;

  put(asset: string, token: string, state: "published" | "draft" | "archived" = "published") {
    this.now += 1_000;
    this.assets.set(asset, { token, place: this.now, state });
  }
  #ask() {
    this.requests += 1;
    if (this.#left <= 0) this.#left = this.patience;
    this.#left -= 1;
    if (this.#left < 0.5 && this.patience !== Number.POSITIVE_INFINITY) throw new TryLater("429", 0);
  }
  #published(): readonly PublishedAsset[] {
    return [...this.assets].flatMap(([asset, { token, place, state }]) =>
      state === "published"
        ? [
            {
              place,
              event: {
                kind: "published",
                environment: "master",
                asset,
                files: { "en-US": file(asset, token) },
                remarks: [],
              } as const,
            },
          ]
        : [],
    );
  }
  async published(_: object, skip: number, limit: number) {
    this.#ask();
    const all = this.#published();
    const assets = all.slice(skip, skip + limit);
    return { assets, total: all.length, given: assets.length, at: this.now };
  }
  async publishedOf(_: object, ids: readonly string[]) {
    this.#ask();
    return this.#published().filter(({ event }) => ids.includes(event.asset));
  }
  async draftsOf(_: object, ids: readonly string[]) {
    this.#ask();
    return new Map(
      [...this.assets].flatMap(([id, { state }]) =>
        ids.includes(id) && state !== "published" ? [[id, state] as const] : [],
      ),
    );
  }
  async aliases() {
    return new Map<string, string>();
  }
  async locales() {
    this.#ask();
    return { default: "en-US", fallbacks: { "en-US": null } };
  }
  async isAdmin() {
    return true;
  }
}

let spaces = 0;
let cma: Fake;
let space: ContentfulSpace;
let cursor: string | undefined;
beforeEach(() => {
  spaces += 1;
  cma = new Fake();
  cursor = undefined;
  space = newSpace(store, { id: `space${spaces}`, cma, now: () => cma.now });
});

/** Walks until nothing is left to do, and follows what it finds, as the connector does. */
async function compare(): Promise<readonly { topic: string; asset: string; named: readonly string[] }[]> {
  const found: { topic: string; asset: string; named: readonly string[] }[] = [];
  cma.now += 2 * DAY;
  for (let calls = 0; calls < 500; calls += 1) {
    const page = await walk(cursor, space, { everyMs: DAY, page: 3, now: () => cma.now }).catch(
      () => undefined,
    );
    if (page === undefined) continue;
    const isOver = page.events.length === 0 && JSON.parse(page.cursor ?? "{}").left.length === 0;
    cursor = page.cursor;
    for (const event of page.events) {
      const payload = restoreEvent(JSON.parse(JSON.stringify(event.payload)) as ContentfulEvent);
      const decision = await changesOf(payload, event.order ?? 0, space);
      await store.db.transaction().execute(async (on) => decision.keep?.(on));
      const [type, action = ""] = event.id.split(".");
      found.push({
        topic: `${type}.${action}`,
        asset: event.subject ?? "",
        named: decision.changes.map(({ original }) => original),
      });
    }
    if (isOver) return found;
  }
  throw new Error("The walk does not end.");
}

describe.each([Number.POSITIVE_INFINITY, 3, 5])("where every %d. request is turned away", (patience) => {
  test("the first comparison fills the index in silence, the next ones find what was missed and nothing else", async () => {
    for (let at = 0; at < 10; at += 1) cma.put(`a${at}`, "one");
    cma.patience = patience;
    expect(await compare()).toEqual([]);
    expect(await space.index.count(space.id, "master")).toEqual({ published: 10 });
    expect(await compare()).toEqual([]);

    cma.put("a1", "two");
    cma.put("a2", "one", "draft");
    cma.put("a3", "one", "archived");
    cma.assets.delete("a4");
    cma.put("new", "one");
    const found = await compare();
    expect(found.map(({ topic, asset }) => `${topic} ${asset}`).toSorted()).toEqual([
      "Asset.archive asset a3",
      "Asset.delete asset a4",
      "Asset.publish asset a1",
      "Asset.publish asset new",
      "Asset.unpublish asset a2",
    ]);
    const [a1] = found.filter(({ asset }) => asset === "asset a1");
    expect(a1?.named).toEqual([file("a1", "one").url, `ctf:${space.id}/a1`, `ctf:${space.id}/a1/en-US`]);
    expect(await compare()).toEqual([]);
    expect(await space.index.count(space.id, "master")).toEqual({
      published: 8,
      unpublished: 1,
      archived: 1,
      deleted: 1,
    });
  });
});

test("nothing is compared before its time, but after a long absence and when somebody asks", async () => {
  cma.put("a", "one");
  await compare();
  const before = cma.requests;
  const look = async () => {
    ({ cursor } = await walk(cursor, space, { everyMs: DAY, page: 3, now: () => cma.now }));
  };
  cma.now += 60_000;
  await look();
  expect(cma.requests).toBe(before);
  await space.walks.want(space.id, "master", "me");
  await look();
  expect(cma.requests).toBeGreaterThan(before);
  const then = cma.requests;
  cma.now += 60_000;
  await look();
  expect(cma.requests).toBe(then);
  cma.now += 3_600_000;
  await look();
  expect(cma.requests).toBeGreaterThan(then);
});

test("a tombstone that was dated wrongly is put right by the next comparison", async () => {
  cma.put("a", "one");
  await compare();
  const withdrawn = { kind: "withdrawn", environment: "master", asset: "a", how: "unpublish" } as const;
  const decision = await changesOf(withdrawn, cma.now + 10 * DAY, space);
  await store.db.transaction().execute(async (on) => decision.keep?.(on));
  const [found] = await compare();
  expect(found).toMatchObject({ topic: "Asset.publish", asset: "asset a" });
  expect(await space.index.count(space.id, "master")).toEqual({ published: 1 });
});
