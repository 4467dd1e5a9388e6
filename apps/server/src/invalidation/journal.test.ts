import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import * as instances from "../instances/migrations.ts";
import { ORIGIN_DEFAULTS, type Project } from "../projects/project.ts";
import { Secret } from "../secrets/secret.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { type Boot, boot, DEMO, newFile, SHOP } from "./fixture.ts";
import type { Asked } from "./journal.ts";
import { createJournal } from "./journal.ts";
import { type InvalidationTables, MIGRATIONS, OWNER } from "./migrations.ts";
import type { Seen } from "./seen.ts";

const running: Boot[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.store.close();
});

async function open(file?: string) {
  const made = await boot(file ?? (await newFile()));
  running.push(made);
  await made.store.migrate(OWNER, MIGRATIONS);
  await made.store.migrate(instances.OWNER, instances.MIGRATIONS);
  const db = made.store.db.$extendTables<InvalidationTables>();
  return { made, db, journal: createJournal(db, Date.now) };
}

const ask = (project: string, urls: readonly string[], key?: string): Asked => ({
  project,
  request: urls.length === 0 ? { scope: "all" } : { scope: "original", urls },
  paths: urls.map((path) => ({
    kind: "original" as const,
    covered: null,
    received: path,
    path,
    name: project + path,
    tag: `o-${path}`,
    digest: null,
  })),
  cause: { kind: "api" },
  chain: 0,
  key,
});

async function accept(journal: ReturnType<typeof createJournal>, asked: Asked) {
  const accepted = await journal.accept(asked);
  if (accepted === "reused") throw new Error("reused");
  return accepted;
}

test("numbers are one sequence for all projects, without gaps, whatever comes at once", async () => {
  const { journal, made } = await open();
  const accepted = await Promise.all(
    Array.from({ length: 150 }, (_, index) =>
      accept(journal, ask(index % 2 ? "demo" : "shop", [`/${index}.jpg`])),
    ),
  );
  expect(accepted.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 150 }, (_, index) => index + 1),
  );
  expect(await journal.head()).toBe(150);
  expect(await made.count("invalidation_entry")).toBe(150);
});

test("two processes on one journal never give a number twice", async () => {
  const file = await newFile();
  const [one, two] = [await open(file), await open(file)];
  const accepted = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      accept((index % 2 ? one : two).journal, ask("demo", [`/${index}.jpg`])),
    ),
  );
  expect(accepted.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 60 }, (_, index) => index + 1),
  );
});

test("the same key and body is one invalidation, however often and however close together", async () => {
  const { journal, made } = await open();
  const accepted = await Promise.all(
    Array.from({ length: 100 }, () => accept(journal, ask("demo", ["/a.jpg"], "k"))),
  );
  expect(
    new Set(accepted.map(({ uuid, sequence, receivedAt }) => `${uuid} ${sequence} ${receivedAt}`)).size,
  ).toBe(1);
  expect(accepted.filter(({ isRepeated }) => !isRepeated)).toHaveLength(1);
  expect(await journal.accept(ask("demo", ["/a.jpg"], "k"))).toMatchObject({ isRepeated: true });
  expect(await made.count("invalidation_entry")).toBe(1);
  expect(await journal.head()).toBe(1);
});

test("the same key with another body is refused, in one breath or later; another project's key is its own", async () => {
  const { journal, made } = await open();
  const [first, second] = await Promise.all([
    journal.accept(ask("demo", ["/a.jpg"], "k")),
    journal.accept(ask("demo", ["/b.jpg"], "k")),
  ]);
  expect(first).toMatchObject({ sequence: 1 });
  expect(second).toBe("reused");
  expect(await journal.accept(ask("demo", [], "k"))).toBe("reused");
  expect(await journal.accept(ask("shop", ["/b.jpg"], "k"))).toMatchObject({ sequence: 2 });
  expect(await made.count("invalidation_entry")).toBe(2);
});

test("the list is newest first, a project's own, and its cursor visits each entry once while new ones arrive", async () => {
  const { journal } = await open();
  for (let index = 1; index <= 25; index += 1) {
    await accept(journal, ask(index % 5 === 0 ? "shop" : "demo", [`/${index}.jpg`]));
  }
  const seen: number[] = [];
  let before: number | undefined;
  do {
    const page = await journal.list("demo", 6, before);
    seen.push(...page.entries.map(({ row }) => row.sequence));
    before = page.next;
    await accept(journal, ask("demo", ["/late.jpg"]));
  } while (before !== undefined);
  expect(seen).toEqual([24, 23, 22, 21, 19, 18, 17, 16, 14, 13, 12, 11, 9, 8, 7, 6, 4, 3, 2, 1]);
});

test("a page of large entries is shorter and loses none", async () => {
  const { journal } = await open();
  const many = Array.from({ length: 1_000 }, (_, index) => `/${index}.jpg`);
  for (let index = 0; index < 7; index += 1) await accept(journal, ask("demo", many));
  const first = await journal.list("demo", 10, undefined);
  expect(first.entries.map(({ paths }) => paths.length)).toEqual(Array(5).fill(1_000));
  const rest = await journal.list("demo", 10, first.next);
  expect(rest.entries.map(({ row }) => row.sequence)).toEqual([2, 1]);
  expect(rest.next).toBeUndefined();
});

test("an entry belongs to its project alone", async () => {
  const { journal } = await open();
  const { uuid } = await accept(journal, ask("demo", ["/a.jpg"]));
  expect((await journal.get("demo", uuid))?.paths).toMatchObject([{ path: "/a.jpg" }]);
  expect(await journal.get("shop", uuid)).toBeUndefined();
  expect(await journal.retry("shop", uuid)).toBe("unknown");
  expect(await journal.retry("demo", uuid)).toBe("unneeded");
});

test("numbers below one that was seen are never given out again", async () => {
  const file = await newFile();
  let seen: Seen = { sequence: 1_000, entry: undefined };
  const remembered = {
    read: async () => seen,
    write: async (next: Seen) => {
      if (next.sequence > seen.sequence) seen = next;
    },
  };
  const first = await boot(file, [], { remembered });
  running.push(first);
  await first.invalidation.start();
  expect(first.coverage.applied).toBe(1_002);
  expect(first.floor("demo", "o-any")).toBeGreaterThan(1_000);
  expect(first.floor("shop", "o-any")).toBeGreaterThan(1_000);
  const { invalidation } = await first.invalidation.accept(
    DEMO,
    { scope: "original", urls: ["/a.jpg"] },
    { kind: "api" },
  );
  expect(await first.invalidation.waitFor(DEMO, invalidation.uuid)).toMatchObject({
    sequence: 1_003,
    status: "DONE",
  });
  await first.invalidation.stop();
  expect(seen).toEqual({ sequence: 1_003, entry: invalidation.uuid });

  const second = await boot(file, [], { remembered });
  running.push(second);
  await second.invalidation.start();
  expect(second.coverage.applied).toBe(1_003);
  await second.invalidation.stop();
});

test("changed settings are an invalidation of their project; a first sight, a new key or another order are not", async () => {
  const file = await newFile();
  const runWith = async (list: readonly Project[]) => {
    const made = await boot(file, [], { list });
    await made.invalidation.start();
    const head = made.coverage.applied;
    const floors = [made.floor("demo", "o-any"), made.floor("shop", "o-any")];
    await made.stop();
    return { head, floors };
  };
  expect((await runWith([DEMO, SHOP])).head).toBe(0);
  expect((await runWith([{ ...DEMO, apiKey: "client_other" }, SHOP])).head).toBe(0);
  const { missingStatus, ...others } = SHOP;
  expect((await runWith([DEMO, { missingStatus, ...others }])).head).toBe(0);
  expect(await runWith([DEMO, { ...SHOP, aliases: { _site_: { url: "https://b.example" } } }])).toEqual({
    head: 1,
    floors: [0, 1],
  });
  expect(await runWith([DEMO, { ...SHOP, aliases: { _site_: { url: "https://b.example" } } }])).toMatchObject(
    { head: 1 },
  );
  expect((await runWith([DEMO, SHOP])).floors).toEqual([0, 2]);
  // Another secret may be another picture.
  const told = (value: string): Project => {
    const headers = [{ name: "x-tenant", value: new Secret(value) }];
    return { ...SHOP, origins: { ...ORIGIN_DEFAULTS, headers } };
  };
  expect((await runWith([DEMO, told("a")])).head).toBe(3);
  expect((await runWith([DEMO, told("a")])).head).toBe(3);
  expect((await runWith([DEMO, told("b")])).head).toBe(4);
  // One more host takes nothing from anybody; under one that is gone nodes may hold answers.
  const wider = { ...DEMO, hosts: [...DEMO.hosts, "other.example"] };
  expect((await runWith([wider, told("b")])).head).toBe(4);
  expect(await runWith([DEMO, told("b")])).toEqual({ head: 5, floors: [5, 4] });
});

test("a cursor is read as it was written, and nothing else is one", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (sequence) => {
      expect(readCursor(writeCursor(sequence))).toBe(sequence);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^s?[0-9a-z]{0,14}$/)), (text) => {
      const sequence = readCursor(text);
      expect(sequence === undefined || writeCursor(sequence) === text).toBe(true);
    }),
  );
});
