import { afterEach, expect, test } from "vitest";
import { userTag } from "../projects/cache-tags.ts";
import { type Boot, boot, DEMO, newFile, SHOP } from "./fixture.ts";
import { createMemoryNode } from "./memory-node.ts";
import type { InvalidationTables } from "./migrations.ts";
import { readRecent } from "./recent.ts";

const running: Boot[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop().catch(() => {});
});

const TAGGED = { ...DEMO, tags: [{ match: "/", tag: "spring" }] };

async function setUp() {
  const made = await boot(await newFile(), [], { list: [TAGGED, SHOP] });
  running.push(made);
  await made.invalidation.start();
  const db = made.store.db.$extendTables<InvalidationTables>();
  const invalidate = (...urls: readonly string[]) =>
    made.invalidation.accept(TAGGED, { scope: "original", urls }, { kind: "api" });
  const tagOf = (path: string) => made.delivery.nameOriginal(TAGGED, path).tag;
  return {
    ...made,
    db,
    invalidate,
    tagOf,
    read: (head: number, most?: number) => readRecent(db, head, made.delivery.projectTag, most),
  };
}

test("an empty journal has nothing to tell", async () => {
  const { read } = await setUp();
  expect(await read(0)).toEqual({ head: 0, since: 0, tags: [] });
});

test("every scope is told as its nodes are told", async () => {
  const { invalidation, delivery, invalidate, tagOf, read } = await setUp();
  await invalidate("/h.example/a.jpg", "/h.example/b.jpg");
  await invalidation.accept(SHOP, { scope: "all" }, { kind: "api" });
  await invalidation.accept(TAGGED, { scope: "tags", tags: ["spring"] }, { kind: "api" });
  const { head, since, tags } = await read(3);
  expect({ head, since }).toEqual({ head: 3, since: 0 });
  expect(tags.toSorted()).toEqual(
    [
      tagOf("/h.example/a.jpg"),
      tagOf("/h.example/b.jpg"),
      delivery.projectTag("shop"),
      userTag("demo", "spring"),
    ].toSorted(),
  );
});

test("what comes after the head is not told", async () => {
  const { invalidate, tagOf, read } = await setUp();
  await invalidate("/h.example/a.jpg");
  await invalidate("/h.example/b.jpg");
  expect(await read(1)).toEqual({ head: 1, since: 0, tags: [tagOf("/h.example/a.jpg")] });
});

test("an invalidation is told with all its tags or not at all", async () => {
  const { invalidate, tagOf, read } = await setUp();
  await invalidate("/h.example/a.jpg", "/h.example/b.jpg", "/h.example/c.jpg");
  await invalidate("/h.example/d.jpg");
  for (const most of [1, 2, 3]) {
    expect(await read(2, most)).toEqual({ head: 2, since: 1, tags: [tagOf("/h.example/d.jpg")] });
  }
  expect(await read(2, 4)).toMatchObject({ since: 0 });
});

test("beyond a number that the journal does not have, nothing is told", async () => {
  const { db, invalidate, tagOf, read } = await setUp();
  for (const name of ["a", "b", "c"]) await invalidate(`/h.example/${name}.jpg`);
  expect(await read(7)).toEqual({ head: 7, since: 7, tags: [] });
  await db.deleteFrom("invalidation_entry").where("sequence", "=", 2).execute();
  expect(await read(3)).toEqual({ head: 3, since: 2, tags: [tagOf("/h.example/c.jpg")] });
});

test("a node that asks is told, and is not emptied because the journal went on meanwhile", async () => {
  const node = createMemoryNode("a");
  const asked: unknown[] = [];
  let isLost = false;
  const driver: typeof node.driver = {
    ...node.driver,
    async join(head, signal, recent) {
      if (!isLost) return (await node.driver.join?.(head, signal)) ?? { was: "known" };
      isLost = false;
      await made.invalidation.accept(
        DEMO,
        { scope: "original", urls: ["/h.example/a.jpg"] },
        { kind: "api" },
      );
      asked.push(await recent?.());
      return { was: "joined" };
    },
  };
  const made = await boot(await newFile(), [{ ...node, driver }]);
  running.push(made);
  await made.invalidation.start();
  await expect.poll(() => made.count("invalidation_node")).toBe(1);
  isLost = true;
  await expect.poll(() => made.logged.filter(({ event }) => event === "node joined").length).toBe(2);
  await made.stop();
  const { tag } = made.delivery.nameOriginal(DEMO, "/h.example/a.jpg");
  expect(asked).toEqual([{ head: 1, since: 0, tags: [tag] }]);
  expect(node.purges.flatMap(({ tags }) => tags)).not.toContain(made.delivery.projectTag("demo"));
});
