import { afterEach, expect, test } from "vitest";
import { type Boot, boot, DEMO, newFile } from "./fixture.ts";

const running: Boot[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop().catch(() => {});
});
async function started(file: string, recheckAfterMs: readonly number[]): Promise<Boot> {
  const made = await boot(file, [], { tuning: { recheckAfterMs } });
  running.push(made);
  await made.invalidation.start();
  return made;
}
async function invalidate(made: Boot, ...urls: string[]) {
  const { invalidation } = await made.invalidation.accept(DEMO, { scope: "original", urls }, { kind: "api" });
  return made.invalidation.waitFor(DEMO, invalidation.uuid);
}
const forced = (made: Boot) => made.delivery.rereads.filter(({ force }) => force).length;

test("an origin that gave old bytes at first is found out, and its new bytes are an invalidation of their own", async () => {
  const made = await started(await newFile(), [30, 60, 90]);
  made.delivery.origin("/a.jpg", "old");
  made.delivery.visit("/a.jpg");
  const first = await invalidate(made, "/a.jpg");
  expect(first.evidence?.bytes.same).toBe(1);
  made.delivery.origin("/a.jpg", "new");
  await expect.poll(() => made.coverage.applied, { timeout: 5_000 }).toBe(2);
  const { rows } = await entriesOf(made);
  expect(JSON.parse(rows[1]?.cause ?? "")).toEqual({ kind: "recheck", id: first.uuid });
});

test("the same bytes are looked at as often as said, then left alone", async () => {
  const made = await started(await newFile(), [5, 10, 15]);
  made.delivery.origin("/a.jpg", "old");
  made.delivery.visit("/a.jpg");
  await invalidate(made, "/a.jpg");
  await expect.poll(() => made.count("invalidation_recheck")).toBe(0);
  expect(forced(made)).toBe(3);
  expect(made.coverage.applied).toBe(1);
});

test("bytes that a visitor brought in meanwhile are found out too", async () => {
  const made = await started(await newFile(), [30]);
  made.delivery.origin("/a.jpg", "old");
  made.delivery.visit("/a.jpg");
  await invalidate(made, "/a.jpg");
  made.delivery.origin("/a.jpg", "new");
  made.delivery.visit("/a.jpg");
  await expect.poll(() => made.coverage.applied, { timeout: 5_000 }).toBe(2);
});

test("an origin that gives other bytes each time leads to three rechecks in a row and no more", async () => {
  const made = await started(await newFile(), [2]);
  made.delivery.origin("/a.jpg", "0");
  made.delivery.visit("/a.jpg");
  let turn = 0;
  const change = setInterval(() => made.delivery.origin("/a.jpg", String(++turn)), 1);
  await invalidate(made, "/a.jpg");
  await expect.poll(() => made.coverage.applied, { timeout: 5_000 }).toBe(4);
  await expect
    .poll(async () => (await entriesOf(made)).rows.every(({ status }) => status === "DONE"), {
      timeout: 5_000,
    })
    .toBe(true);
  clearInterval(change);
  expect((await entriesOf(made)).rows.map(({ chain }) => chain)).toEqual([0, 1, 2, 3]);
  expect(await made.count("invalidation_recheck")).toBe(0);
});

test("a newer invalidation of the same original begins its rechecks anew", async () => {
  const made = await started(await newFile(), [60_000]);
  await invalidate(made, "/a.jpg", "/b.jpg");
  await invalidate(made, "/a.jpg");
  expect(await made.count("invalidation_recheck")).toBe(2);
});

test("a restart forgets no recheck", async () => {
  const file = await newFile();
  // Long enough for the second start: what is due by then would be looked at before the test has set its scene.
  const first = await started(file, [1_500]);
  first.delivery.origin("/a.jpg", "old");
  first.delivery.visit("/a.jpg");
  await invalidate(first, "/a.jpg");
  await first.crash();
  running.splice(0);
  const second = await started(file, [1_500]);
  second.delivery.origin("/a.jpg", "new");
  second.delivery.visit("/a.jpg");
  await expect.poll(() => second.coverage.applied, { timeout: 15_000 }).toBe(2);
});

test("the scope all is not rechecked", async () => {
  const made = await started(await newFile(), [5]);
  const { invalidation } = await made.invalidation.accept(DEMO, { scope: "all" }, { kind: "api" });
  await made.invalidation.waitFor(DEMO, invalidation.uuid);
  expect(await made.count("invalidation_recheck")).toBe(0);
});

function entriesOf(made: Boot) {
  return made.store.db
    .$extendTables<{
      invalidation_entry: { cause: string; status: string; chain: number; sequence: number };
    }>()
    .selectFrom("invalidation_entry")
    .select(["cause", "status", "chain"])
    .orderBy("sequence")
    .execute()
    .then((rows) => ({ rows }));
}
