import { openStore, type Store, sql } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEMO } from "../invalidation/fixture.ts";
import { createListing, LISTING_MIGRATIONS, LISTING_OWNER, type Listing } from "./listing.ts";

const YEAR = 366 * 86_400_000;
const TAGS = ["o-0000000000000001", "o-0000000000000001.g3", "t-00000000000000aa"];
const HAT = { project: DEMO, path: "/v7/_media_/hat.jpg" };

let store: Store;
let time: number;
const logged: string[] = [];
const made: Listing[] = [];

function create(): Listing {
  const listing = createListing({ store, now: () => time, log: (event) => logged.push(event) });
  made.push(listing);
  return listing;
}

beforeEach(async () => {
  store = await openStore(at(await newPlace()));
  await store.migrate(LISTING_OWNER, LISTING_MIGRATIONS);
  time = Date.UTC(2026, 10, 28);
  logged.length = 0;
});
afterEach(async () => {
  await Promise.all(made.splice(0).map((listing) => listing.stop()));
  await store.close();
});

test("a URL may be kept only when it is durable in the list, and is found by each of its tags", async () => {
  const listing = create();
  expect(listing.has(HAT, TAGS)).toBe(false);
  await expect.poll(() => listing.has(HAT, TAGS)).toBe(true);
  const other = createListing({ store, now: () => time, log: () => {} });
  for (const tag of ["o-0000000000000001", "t-00000000000000aa"]) {
    expect(await other.find("demo", [tag, "o-00000000000000ff"])).toEqual([HAT.path]);
  }
  expect(await other.find("demo", ["o-00000000000000ff"])).toEqual([]);
  expect(await other.find("shop", TAGS)).toEqual([]);
  expect(await other.find("demo", [])).toEqual([]);
});

test("another generation is the same URL, another source of one makes it wait again", async () => {
  const listing = create();
  await expect.poll(() => listing.has(HAT, TAGS)).toBe(true);
  expect(listing.has(HAT, ["o-0000000000000001", "o-0000000000000001.g9"])).toBe(true);
  const more = [...TAGS, "o-0000000000000002"];
  expect(listing.has(HAT, more)).toBe(false);
  await expect.poll(() => listing.has(HAT, more)).toBe(true);
  expect(listing.has(HAT, TAGS)).toBe(true);
  expect(await listing.find("demo", ["o-0000000000000002"])).toHaveLength(1);
});

test("it is listed for longer than anything is kept: before that would end it is listed anew", async () => {
  const listing = create();
  await expect.poll(() => listing.has(HAT, TAGS)).toBe(true);
  time += YEAR - 1;
  expect(listing.has(HAT, TAGS)).toBe(true);
  time += 2;
  expect(listing.has(HAT, TAGS)).toBe(false);
  await expect.poll(() => listing.has(HAT, TAGS)).toBe(true);
});

test("what nobody can have any more is swept, and nothing else", async () => {
  const listing = create();
  await expect.poll(() => listing.has(HAT, TAGS)).toBe(true);
  time += 2 * YEAR - 1;
  const cap = { project: DEMO, path: "/cap.jpg" };
  await expect.poll(() => listing.has(cap, TAGS)).toBe(true);
  time += 2;
  create().start();
  await expect.poll(async () => (await listing.find("demo", TAGS)).length).toBe(1);
  expect(await listing.find("demo", TAGS)).toEqual([cap.path]);
  await expect
    .poll(
      async () =>
        (await sql<{ n: number }>`select count(*) as n from listed_tag`.execute(store.db)).rows[0]?.n,
    )
    .toBe(2);
});

test("while the store is away nothing may be kept, and it is tried again", async () => {
  const listing = create();
  await sql`alter table listed_url rename to elsewhere`.execute(store.db);
  expect(listing.has(HAT, TAGS)).toBe(false);
  await expect.poll(() => logged).toContain("URL not listed");
  expect(listing.has(HAT, TAGS)).toBe(false);
  await sql`alter table elsewhere rename to listed_url`.execute(store.db);
  await expect.poll(() => listing.has(HAT, TAGS), { timeout: 10_000 }).toBe(true);
});

test("a URL of which nobody knows the path is never kept", () => {
  expect(create().has({ project: DEMO }, TAGS)).toBe(false);
});
