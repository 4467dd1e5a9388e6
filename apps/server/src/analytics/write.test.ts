import { openStore, type Store } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { Buffer } from "./buffer.ts";
import { readNodeLines } from "./edge-lines.ts";
import type { AnswerEvent, FetchEvent, NodeEvent, RenderEvent } from "./events.ts";
import { NAME_KINDS, nameId } from "./names.ts";
import { differences } from "./recompute.test.support.ts";
import { Sketch } from "./sketch.ts";
import { Sketches } from "./sketches.ts";
import { DAY } from "./summing.ts";
import { STATS_OWNER, type StatsTables, statsMigrations } from "./tables.ts";
import { uniqueIn } from "./unique.ts";
import { type LogRow, viewRows } from "./views.ts";
import { Referrers } from "./visitors.ts";
import { createWriter } from "./write.ts";

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function open(place: string): Promise<Store> {
  const store = await openStore(at(place));
  opened.push(store);
  await store.migrate(STATS_OWNER, statsMigrations(store));
  return store;
}

const NOON = Date.parse("2026-11-28T12:00:00Z");
const newBuffer = (more: { readonly mostLines?: number; readonly mostEvents?: number } = {}) =>
  new Buffer({ referrers: new Referrers(), slowMs: 500, ...more });

const project = fc.constantFrom("demo", "shop", "");
const picture = fc.nat({ max: 8 }).map((number) => `/v7/_site_/${number}.jpg?w=100`);
const answer: fc.Arbitrary<AnswerEvent> = fc
  .record({
    ...{ project, url: fc.oneof(picture, fc.string({ unit: "grapheme", maxLength: 30 })) },
    ...{ original: fc.option(picture, { nil: undefined }), status: fc.constantFrom(200, 206, 304, 404, 502) },
    source: fc.constantFrom("memory", "disk", "rendered", "original", "unmodified", "failed" as const),
    ...{ bytes: fc.nat({ max: 10 ** 7 }), bytesIn: fc.option(fc.nat({ max: 10 ** 8 }), { nil: undefined }) },
    format: fc.option(fc.constantFrom("avif", "webp"), { nil: undefined }),
    code: fc.option(fc.constantFrom("ORIGINAL_MISSING", "ORIGIN_SLOW" as const), { nil: undefined }),
    referer: fc.option(fc.oneof(fc.webUrl(), fc.string()), { nil: undefined }),
    country: fc.option(fc.oneof(fc.constantFrom("DE", "fr", "XX"), fc.string()), { nil: undefined }),
    milliseconds: fc.double({ min: 0, max: 40_000, noNaN: true }),
  })
  .map((event) => event as AnswerEvent);
const render: fc.Arbitrary<RenderEvent> = fc.record({
  ...{ project, url: picture, original: picture, status: fc.constantFrom(200, 413) },
  ...{
    code: fc.option(fc.constant("IMAGE_TOO_LARGE"), { nil: undefined }),
    format: fc.constantFrom("avif", "webp"),
  },
  ...{ milliseconds: fc.double({ min: 0, max: 5_000, noNaN: true }), bytesIn: fc.nat(), bytesOut: fc.nat() },
});
const fetched: fc.Arbitrary<FetchEvent> = fc.record({
  ...{ project, url: fc.webUrl(), origin: fc.constantFrom("a.example", "b.example") },
  status: fc.option(fc.constantFrom(200, 304), { nil: undefined }),
  code: fc.option(fc.constant("ORIGIN_SLOW"), { nil: undefined }),
  ...{ milliseconds: fc.double({ min: 0, max: 3_000, noNaN: true }), bytes: fc.nat() },
  times: fc.record({ dns: fc.nat({ max: 100 }), connect: fc.nat({ max: 100 }) }, { requiredKeys: [] }),
});
/** What a shipper may call a node. */
const strange = fc.oneof(
  fc.constantFrom("fra", "a\0b", "\uD800", `${"x".repeat(99)}\u{1F600}`),
  fc.string({ unit: "binary", maxLength: 120 }),
);
const told: fc.Arbitrary<NodeEvent> = fc.record({
  ...{ project, url: picture, status: fc.constantFrom(200, 404), bytes: fc.nat({ max: 10 ** 6 }) },
  ...{
    cache: fc.constantFrom("hit", "miss", "expired"),
    at: fc.nat({ max: 3 * 86_400_000 }).map((ago) => NOON - ago),
  },
  ...{ count: fc.integer({ min: 1, max: 1_000 }), node: fc.option(strange, { nil: undefined }) },
});
const happening = fc.oneof(
  { weight: 6, arbitrary: answer.map((event) => ({ kind: "answer" as const, event })) },
  render.map((event) => ({ kind: "render" as const, event })),
  fetched.map((event) => ({ kind: "fetch" as const, event })),
  told.map((event) => ({ kind: "node" as const, event })),
);
type Happening = typeof happening extends fc.Arbitrary<infer Each> ? Each : never;

function count(buffer: Buffer, { kind, event }: Happening, when: number): void {
  if (kind === "answer") buffer.answer(event, when);
  else if (kind === "render") buffer.render(event, when);
  else if (kind === "fetch") buffer.fetch(event, when);
  else buffer.node(event);
}

test("whatever happens, in whatever batches and by several writers, rollups and counts are what the lines come to", async () => {
  const place = await newPlace();
  const store = await open(place);
  const writers = [createWriter(store, () => NOON), createWriter(await open(place), () => NOON)];
  const step = fc.record({
    happenings: fc.array(happening, { maxLength: 40 }),
    writer: fc.nat({ max: 1 }),
    after: fc.nat({ max: 900_000 }),
  });
  let batch = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 6 }),
      fc.constantFrom({}, { mostLines: 5, mostEvents: 3 }),
      async (steps, bounds) => {
        let when = NOON - 3_000_000;
        await Promise.all(
          steps.map(async ({ happenings, writer, after }) => {
            const buffer = newBuffer(bounds);
            when += after;
            for (const each of happenings) count(buffer, each, when);
            batch += 1;
            await writers[writer]?.write(buffer.take(), { writer: `w${batch}`, batch: 1 });
          }),
        );
        expect(await differences(store)).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
  const { n } = await store.db
    .$extendTables<StatsTables>()
    .selectFrom("stats_line")
    .select(({ fn }) => fn.countAll<number>().as("n"))
    .executeTakeFirstOrThrow();
  expect(n).toBeGreaterThan(100);
});

test("whatever a line of a node says is written, its name as far as it is text", async () => {
  const store = await open(await newPlace());
  const buffer = newBuffer();
  const names = ["fra", "a\0b", "\uD800", `${"x".repeat(98)}\u{1F600}y`];
  const lines = names.map((node, place) => ({ url: `/${place}.jpg`, status: 200, cache: "hit", node }));
  const body = new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join("\n"));
  const { events, refused } = readNodeLines(body, "demo", NOON);
  expect(refused).toBe(0);
  for (const event of events) buffer.node(event);
  await createWriter(store, () => NOON).write(buffer.take(), { writer: "node", batch: 1 });
  const db = store.db.$extendTables<StatsTables>();
  const rows = await db.selectFrom("stats_line").select("node").orderBy("n").execute();
  expect(rows.map(({ node }) => node)).toEqual(["fra", "a\uFFFDb", "\uFFFD", `${"x".repeat(98)}\uFFFD…`]);
});

test("of pictures that were delivered, and of no placeholder whatever its status, originals and variants are counted", async () => {
  const store = await open(await newPlace());
  const buffer = newBuffer();
  const facts = { project: "demo", status: 200, bytes: 5, milliseconds: 3 };
  const names = (name: string) => ({ url: `/${name}.jpg?w=1`, original: `demo/site.example/${name}.jpg` });
  buffer.answer({ ...facts, ...names("there"), source: "rendered" }, NOON);
  buffer.answer({ ...facts, ...names("missing"), source: "failed", code: "ORIGINAL_MISSING" }, NOON);
  await createWriter(store, () => NOON).write(buffer.take(), { writer: "me", batch: 1 });
  const db = store.db.$extendTables<StatsTables>();
  const period = { from: NOON - DAY, to: NOON + DAY };
  expect(await uniqueIn(db, "demo", period)).toMatchObject({ originals: 1, variants: 1 });
});

test("a line without a time says that none is known, and one of a hit that there was none", async () => {
  const store = await open(await newPlace());
  const buffer = newBuffer();
  const line = { project: "demo", at: NOON, url: "/a.jpg", status: 200, bytes: 5, cache: "hit", count: 1 };
  buffer.node(line);
  buffer.node({ ...line, at: NOON - 1_000, milliseconds: 0 });
  await createWriter(store, () => NOON).write(buffer.take(), { writer: "me", batch: 1 });
  const db = store.db.$extendTables<StatsTables>();
  const rows = await db.selectFrom("stats_line").selectAll().orderBy("at", "desc").execute();
  const views = await viewRows(db, "cdn", rows as unknown as readonly LogRow[], NOON);
  expect(views.map(({ ms }) => ms)).toEqual([null, 0]);
});

test("a batch that is sent again is not counted again, and the next one is", async () => {
  const store = await open(await newPlace());
  const writer = createWriter(store, () => NOON);
  const event = {
    project: "demo",
    url: "/a.jpg",
    source: "memory",
    status: 200,
    bytes: 10,
    milliseconds: 1,
  } as const;
  const write = (number: number) => {
    const buffer = newBuffer();
    buffer.answer(event, NOON);
    return writer.write(buffer.take(), { writer: "me", batch: number });
  };
  expect([await write(1), await write(1), await write(2), await write(1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  const rows = await store.db
    .$extendTables<StatsTables>()
    .selectFrom("stats_day")
    .select("hits")
    .where("dimension", "=", 0)
    .execute();
  expect(rows).toEqual([{ hits: 2 }, { hits: 2 }]);
});

test("more than a batch holds is counted whole, without names", async () => {
  const store = await open(await newPlace());
  const buffer = newBuffer({ mostLines: 10, mostEvents: 10 });
  for (let number = 0; number < 1_000; number += 1) {
    const url = `/v7/_site_/${number}.jpg`;
    buffer.answer({ project: "demo", url, source: "disk", status: 200, bytes: 5, milliseconds: 3 }, NOON);
    buffer.render(
      {
        project: "demo",
        url,
        original: url,
        status: 200,
        format: "webp",
        milliseconds: 2,
        bytesIn: 9,
        bytesOut: 4,
      },
      NOON,
    );
  }
  const batch = buffer.take();
  expect(batch.lines).toHaveLength(11);
  expect(batch.resizes).toHaveLength(11);
  await createWriter(store, () => NOON).write(batch, { writer: "me", batch: 1 });
  expect(await differences(store)).toEqual([]);
  expect(batch.lines.reduce((sum, { hits }) => sum + hits, 0)).toBe(1_000);
  expect(batch.lines.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(5_000);
  expect(batch.resizes.reduce((sum, { bytesOut }) => sum + bytesOut, 0)).toBe(4_000);
});

test("a write that fails leaves nothing behind, and may be repeated", async () => {
  const store = await open(await newPlace());
  const buffer = newBuffer();
  for (let number = 0; number < 20; number += 1)
    buffer.answer(
      { project: "demo", url: `/${number}.jpg`, source: "disk", status: 200, bytes: 5, milliseconds: 3 },
      NOON,
    );
  const batch = buffer.take();
  const writer = createWriter(store, () => NOON);
  const last = batch.lines.at(-1);
  if (!last) throw new Error("There is no line.");
  const broken = { ...batch, lines: [...batch.lines, { ...last, hits: Number.NaN }] };
  await expect(writer.write(broken, { writer: "me", batch: 1 })).rejects.toMatchObject({
    name: "StoreError",
  });
  expect(await differences(store)).toEqual([]);
  expect(await writer.write(batch, { writer: "me", batch: 1 })).toBe(true);
  expect(await differences(store)).toEqual([]);
});

test("a URL that a node names first gets its original as soon as an instance answers it", async () => {
  const store = await open(await newPlace());
  const writer = createWriter(store, () => NOON);
  const nodeLine = {
    project: "demo",
    url: "/a.jpg",
    status: 200,
    bytes: 5,
    cache: "hit",
    at: NOON,
    count: 1,
  };
  const first = newBuffer();
  first.node(nodeLine as NodeEvent);
  await writer.write(first.take(), { writer: "me", batch: 1 });
  const second = newBuffer();
  second.answer(
    {
      ...{ project: "demo", url: "/a.jpg", original: "demo/a.jpg", source: "disk" },
      ...{ status: 200, bytes: 5, milliseconds: 3 },
    },
    NOON,
  );
  await writer.write(second.take(), { writer: "me", batch: 2 });
  const [url] = await store.db
    .$extendTables<StatsTables>()
    .selectFrom("stats_name")
    .select("original")
    .where("kind", "=", NAME_KINDS.url)
    .execute();
  expect(url?.original).toBe(nameId(NAME_KINDS.original, "", "demo/a.jpg"));
});

test("what a rolled back transaction saw is not taken for written", async () => {
  const store = await open(await newPlace());
  const db = store.db.$extendTables<StatsTables>();
  const sketches = new Sketches();
  const seen = (id: number) => [{ day: 1, project: "demo", original: id, variant: id }];
  const kept = await db.transaction().execute((transaction) => sketches.write(transaction, seen(1)));
  const lost = db.transaction().execute(async (transaction) => {
    await sketches.write(transaction, seen(2));
    throw new Error("rolled back");
  });
  await expect(lost).rejects.toThrow("rolled back");
  sketches.committed(kept);
  await db.transaction().execute((transaction) => sketches.write(transaction, seen(2)));
  const rows = await db.selectFrom("stats_sketch").select("sketch").where("project", "=", "demo").execute();
  expect(rows.map(({ sketch }) => Sketch.of(sketch).size)).toEqual([2, 2]);
});
