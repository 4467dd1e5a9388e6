import { hash } from "node:crypto";
import { CdnError } from "@freshet/cdn/errors";
import { afterEach, expect, test } from "vitest";
import { type Boot, boot, DEMO, newFile, routesOf, SHOP } from "./fixture.ts";
import { createJournal } from "./journal.ts";
import { createMemoryNode } from "./memory-node.ts";
import type { InvalidationTables } from "./migrations.ts";

const running: Boot[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop().catch(() => {});
});
async function started(...args: Parameters<typeof boot>): Promise<Boot> {
  const made = await boot(...args);
  running.push(made);
  await made.invalidation.start();
  // Nodes seen for the first time are emptied: tests that count calls begin afterwards.
  await expect.poll(() => made.count("invalidation_node")).toBe(args[1]?.length ?? 0);
  return made;
}
const API = { kind: "api" };
const original = (...urls: string[]) => ({ scope: "original" as const, urls });
const tagOf = (made: Boot, path: string) => made.delivery.nameOriginal(DEMO, path).tag;

async function ended(made: Boot, uuid: string) {
  return made.invalidation.waitFor(DEMO, uuid);
}
async function invalidate(made: Boot, ...urls: string[]) {
  const { invalidation } = await made.invalidation.accept(DEMO, original(...urls), API);
  return ended(made, invalidation.uuid);
}

test("an invalidation is applied here, then reaches every node, then is Done with a time for every stage", async () => {
  const nodes = [createMemoryNode("a"), createMemoryNode("b"), createMemoryNode("c")];
  const made = await started(await newFile(), nodes);
  const entry = await invalidate(made, "v7/site/a.jpg", "/site/b.jpg");
  expect(entry).toMatchObject({
    status: "DONE",
    sequence: 1,
    attempt: 1,
    error: null,
    cause: API,
    urls: {
      received: ["v7/site/a.jpg", "/site/b.jpg"],
      invalidated: ["/site/a.jpg", "/site/b.jpg"],
      failed: [],
    },
  });
  expect(entry.stages.map(({ status }) => status)).toEqual([
    "RECEIVED",
    "PREPARING",
    "FLUSHINGCLOUDIMAGESERVER",
    "FLUSHINGCDNSERVERS",
    "DONE",
  ]);
  expect(entry.stages[2]?.targets).toMatchObject([{ node: "instance", status: "done", attempts: 1 }]);
  expect(entry.stages[3]?.targets.map(({ node, status, attempts }) => [node, status, attempts])).toEqual([
    ["a", "done", 1],
    ["b", "done", 1],
    ["c", "done", 1],
  ]);
  const times = entry.stages.map(({ at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  for (const node of nodes) expect(node.floor(tagOf(made, "/site/a.jpg"))).toBe(1);
  expect(made.coverage.applied).toBe(1);
  expect(made.floor("demo", tagOf(made, "/site/b.jpg"))).toBe(1);
});

test("this instance has applied an entry before any node hears of it", async () => {
  const node = createMemoryNode("a");
  const seen: number[] = [];
  const made = await started(await newFile(), [
    {
      ...node,
      driver: {
        ...node.driver,
        purgeTags: async ({ sequence }) => {
          seen.push(made.coverage.applied - sequence);
        },
      },
    },
  ]);
  await Promise.all(Array.from({ length: 20 }, (_, index) => invalidate(made, `/${index}.jpg`)));
  expect(seen.every((ahead) => ahead >= 0)).toBe(true);
});

test("an entry that another process wrote is applied here before any node hears of it", async () => {
  const node = createMemoryNode("a");
  const seen: number[] = [];
  const purgeTags = async ({ sequence }: { readonly sequence: number }) => {
    seen.push(made.coverage.applied - sequence);
  };
  const made = await started(await newFile(), [{ ...node, driver: { ...node.driver, purgeTags } }]);
  const journal = createJournal(made.store.db.$extendTables<InvalidationTables>(), Date.now);
  const paths = [
    {
      kind: "original" as const,
      covered: null,
      received: "/a.jpg",
      path: "/a.jpg",
      name: "demo/a.jpg",
      tag: "o-1",
      digest: null,
    },
  ];
  const asked = { project: "demo", request: original("/a.jpg"), paths, cause: API, chain: 0, key: undefined };
  await Promise.all(Array.from({ length: 5 }, () => journal.accept(asked)));
  await expect.poll(() => made.floor("demo", "o-1")).toBe(5);
  await expect.poll(() => seen.length).toBeGreaterThan(0);
  expect(seen.every((ahead) => ahead >= 0)).toBe(true);
  await invalidate(made, "/b.jpg");
  expect(made.coverage.applied).toBe(6);
});

test("the scope all covers the project and no other", async () => {
  const node = createMemoryNode("a");
  const made = await started(await newFile(), [node]);
  const { invalidation } = await made.invalidation.accept(DEMO, { scope: "all" }, API);
  const entry = await ended(made, invalidation.uuid);
  expect(entry).toMatchObject({ status: "DONE", urls: { received: null, invalidated: ["/*"], failed: [] } });
  expect(made.floor("demo", "o-1")).toBe(1);
  expect(made.floor("shop", "o-1")).toBe(0);
  expect(node.floor(made.delivery.projectTag("demo"))).toBe(1);
  expect(node.floor(made.delivery.projectTag(SHOP.name))).toBe(0);
});

test("without any node an invalidation is Done once it is applied here", async () => {
  const made = await started(await newFile());
  expect((await invalidate(made, "/a.jpg")).stages[3]?.targets).toEqual([]);
});

test("a node that fails at first is asked again", async () => {
  const node = createMemoryNode("a");
  const made = await started(await newFile(), [node], { tuning: { tries: 1_000 } });
  node.behave(new Error("connection refused"));
  const { invalidation } = await made.invalidation.accept(DEMO, original("/a.jpg"), API);
  await expect.poll(() => node.purges.length).toBeGreaterThan(0);
  node.behave("well");
  const entry = await ended(made, invalidation.uuid);
  expect(entry.status).toBe("DONE");
  expect(entry.stages[3]?.targets[0]?.attempts).toBeGreaterThan(1);
});

test("a node that stays away ends in ERROR_CDN_NODE with its name and reason; a retry asks that node alone", async () => {
  const [good, bad] = [createMemoryNode("good"), createMemoryNode("bad")];
  const made = await started(await newFile(), [good, bad]);
  bad.behave(new Error("connection refused"));
  const failed = await invalidate(made, "/a.jpg");
  expect(failed).toMatchObject({
    status: "ERROR_CDN_NODE",
    error: "bad: connection refused",
    done_at: null,
    urls: { invalidated: [], failed: ["/a.jpg"] },
  });
  expect(failed.stages[3]?.targets).toMatchObject([
    { node: "bad", status: "failed", attempts: 3, error: "connection refused" },
    { node: "good", status: "done" },
  ]);
  bad.behave("well");
  const calls = good.purges.length;
  const retried = await retry(made, failed.uuid);
  expect(retried).toMatchObject({ status: "DONE", attempt: 2, error: null });
  expect(good.purges.length).toBe(calls);
  expect(bad.floor(tagOf(made, "/a.jpg"))).toBe(1);
});

test("a node may ask for a part of a millisecond, and interrupts nobody's invalidation by it", async () => {
  const node = createMemoryNode("a");
  const made = await started(await newFile(), [node]);
  node.behave(new CdnError("NODE_BUSY", "a", undefined, { retryAfterMs: 40.5 }));
  expect(await invalidate(made, "/a.jpg")).toMatchObject({ status: "ERROR_CDN_NODE" });
  expect(made.logged.filter(({ event }) => event === "invalidation interrupted")).toEqual([]);
});

async function retry(made: Boot, uuid: string) {
  const app = await routesOf(made);
  const answer = await app.inject({
    method: "POST",
    url: `/invalidate/${uuid}/retry`,
    headers: { "x-client-key": DEMO.apiKey },
  });
  expect(answer.statusCode).toBe(200);
  await app.close();
  return ended(made, uuid);
}

test("a node that hangs does not hold back the others", async () => {
  const [quick, slow] = [createMemoryNode("quick"), createMemoryNode("slow")];
  const made = await started(await newFile(), [quick, slow], { tuning: { callMs: 60_000 } });
  slow.behave("hang");
  for (let index = 1; index <= 50; index += 1) {
    await made.invalidation.accept(DEMO, original(`/${index}.jpg`), API);
  }
  await expect.poll(() => quick.floor(tagOf(made, "/50.jpg"))).toBe(50);
  expect(slow.purges.length).toBeLessThanOrEqual(1);
});

test("the log says of a node that it is done while another is still busy", async () => {
  const gate = Promise.withResolvers<void>();
  const quick = createMemoryNode("quick");
  const slow = createMemoryNode("slow");
  const driver = { ...slow.driver, purgeTags: () => gate.promise };
  const made = await started(await newFile(), [quick, { ...slow, driver }], { tuning: { noteMs: 10 } });
  const { invalidation } = await made.invalidation.accept(DEMO, original("/site/a.jpg"), API);
  const journal = createJournal(made.store.db.$extendTables<InvalidationTables>(), Date.now);
  const statuses = async () =>
    (await journal.get("demo", invalidation.uuid))?.targets.map(({ node, status }) => [node, status]);
  await expect.poll(statuses).toEqual([
    ["quick", "done"],
    ["slow", "waiting"],
  ]);
  gate.resolve();
  expect(await ended(made, invalidation.uuid)).toMatchObject({ status: "DONE" });
  expect(await statuses()).toEqual([
    ["quick", "done"],
    ["slow", "done"],
  ]);
});

test("many invalidations share calls within the node's batch, and each reaches its own end", async () => {
  const node = createMemoryNode("a", { batch: 10 });
  const made = await started(await newFile(), [node]);
  const entries = await Promise.all(
    Array.from({ length: 120 }, (_, index) => invalidate(made, `/${index}.jpg`)),
  );
  expect(entries.every(({ status }) => status === "DONE")).toBe(true);
  expect(new Set(entries.map(({ sequence }) => sequence)).size).toBe(120);
  expect(node.purges.every(({ tags }) => tags.length <= 10)).toBe(true);
  expect(node.purges.length).toBeLessThan(120);
  for (const { sequence, urls } of entries) {
    expect(node.floor(tagOf(made, urls.invalidated[0] ?? ""))).toBeGreaterThanOrEqual(sequence);
  }
});

test("an invalidation of more originals than a call takes uses several calls", async () => {
  const node = createMemoryNode("a", { batch: 7 });
  const made = await started(await newFile(), [node]);
  const urls = Array.from({ length: 30 }, (_, index) => `/${index}.jpg`);
  expect((await invalidate(made, ...urls)).status).toBe("DONE");
  expect(node.purges.map(({ tags }) => tags.length)).toEqual([7, 7, 7, 7, 2]);
});

test("a node that cannot purge a project is told its tag; one that cannot purge tags says so in the log", async () => {
  const [byTag, byUrl] = [createMemoryNode("by tag"), createMemoryNode("by url")];
  const { purgeProject: _project, ...tagsOnly } = byTag.driver;
  const { purgeProject: _also, purgeTags: _tags, ...neither } = byUrl.driver;
  const made = await started(await newFile(), [
    { ...byTag, driver: tagsOnly },
    { ...byUrl, driver: neither },
  ]);
  const { invalidation } = await made.invalidation.accept(DEMO, { scope: "all" }, API);
  const entry = await ended(made, invalidation.uuid);
  expect(byTag.floor(made.delivery.projectTag("demo"))).toBe(1);
  expect(entry).toMatchObject({ status: "ERROR_CDN_NODE" });
  expect(entry.error).toContain("by url: This kind of node cannot purge");
});

test("Done says whether the bytes changed and match what the caller expected", async () => {
  const made = await started(await newFile());
  for (const path of ["/a.jpg", "/b.jpg"]) {
    made.delivery.origin(path, "old");
    made.delivery.visit(path);
  }
  made.delivery.origin("/a.jpg", "new");
  const { invalidation } = await made.invalidation.accept(
    DEMO,
    {
      ...original("/a.jpg", "/b.jpg", "/c.jpg"),
      digests: {
        "/a.jpg": hash("sha256", "new"),
        "/b.jpg": hash("sha256", "new"),
        "/c.jpg": hash("sha256", "new"),
      },
    },
    API,
  );
  expect((await ended(made, invalidation.uuid)).evidence).toEqual({
    bytes: { changed: 1, same: 1, unknown: 1 },
    digests: { match: 1, differ: 1, unknown: 1 },
    probes: { asked: 0, stale: 0 },
  });
});

test("of many originals 50 are read again, and an origin that hangs does not hang Done", async () => {
  const made = await started(await newFile());
  const urls = Array.from({ length: 60 }, (_, index) => `/${index}.jpg`);
  expect((await invalidate(made, ...urls)).evidence?.bytes).toEqual({ changed: 0, same: 0, unknown: 60 });
  expect(made.delivery.rereads).toHaveLength(50);
  made.delivery.hold(new Promise(() => {}));
  expect((await invalidate(made, "/a.jpg")).status).toBe("DONE");
});

test("a node that serves an older answer is purged again, then named", async () => {
  const node = createMemoryNode("a");
  const made = await started(await newFile(), [node]);
  made.delivery.seen("/a.jpg", [{ path: "/v7/a.jpg?w=1", host: undefined, accept: undefined }]);
  node.answer("/v7/a.jpg?w=1", 0);
  const failed = await invalidate(made, "/a.jpg");
  expect(failed.status).toBe("ERROR_CDN_NODE");
  expect(failed.error).toContain("older than the invalidation");
  expect(failed.evidence?.probes).toEqual({
    ...{ asked: 4, stale: 1, repeats: 3 },
    samples: [{ node: "a", path: "/v7/a.jpg?w=1", status: 200, stamp: 0, cache: "hit" }],
  });
  expect(node.purges).toHaveLength(4);
  node.answer("/v7/a.jpg?w=1", 99);
  expect(await invalidate(made, "/a.jpg")).toMatchObject({
    status: "DONE",
    evidence: { probes: { asked: 1, stale: 0 } },
  });
});

test("an answer without a stamp accuses nobody", async () => {
  const node = createMemoryNode("a");
  const made = await started(await newFile(), [node]);
  made.delivery.seen("/a.jpg", [{ path: "/v7/a.jpg", host: undefined, accept: undefined }]);
  expect((await invalidate(made, "/a.jpg")).evidence?.probes).toMatchObject({
    ...{ asked: 0, stale: 0 },
    samples: [{ node: "a", stamp: null }],
  });
});

test("a restart restores what was applied and resumes what was not done, at once", async () => {
  const [good, bad] = [createMemoryNode("good"), createMemoryNode("bad")];
  const file = await newFile();
  const first = await boot(file, [good, bad], { tuning: { tries: 1_000, leaseMs: 600_000 } });
  await first.invalidation.start();
  bad.behave(new Error("away"));
  await invalidateWithout(first, "/a.jpg", "/b.jpg");
  await first.invalidation.accept(SHOP, { scope: "all" }, API);
  await expect.poll(() => good.purges.length).toBeGreaterThan(1);
  await first.crash();

  bad.behave("well");
  const second = await started(file, [good, bad], { tuning: { leaseMs: 600_000 } });
  expect(second.coverage.applied).toBe(3);
  expect(second.floor("demo", tagOf(second, "/a.jpg"))).toBe(1);
  expect(second.floor("demo", tagOf(second, "/b.jpg"))).toBe(2);
  expect(second.floor("shop", "o-any")).toBe(3);
  await expect.poll(() => bad.floor(second.delivery.projectTag("shop"))).toBe(3);
  // Purges that wait for a node together go out under the newest number among them.
  await expect.poll(() => bad.floor(tagOf(second, "/b.jpg"))).toBeGreaterThanOrEqual(2);
  await second.invalidation.accept(DEMO, { scope: "all" }, API);
  expect(second.coverage.applied).toBe(4);
});

async function invalidateWithout(made: Boot, ...urls: string[]) {
  for (const url of urls) await made.invalidation.accept(DEMO, original(url), API);
}

test("a node that is configured no longer is not waited for; one that comes back is emptied first", async () => {
  const [stays, leaves] = [createMemoryNode("stays"), createMemoryNode("leaves")];
  const file = await newFile();
  const first = await boot(file, [stays, leaves], { tuning: { tries: 1_000 } });
  await first.invalidation.start();
  leaves.behave(new Error("away"));
  const { invalidation } = await first.invalidation.accept(DEMO, original("/a.jpg"), API);
  await expect.poll(() => leaves.purges.length).toBeGreaterThan(0);
  await first.stop();

  const second = await boot(file, [stays]);
  await second.invalidation.start();
  expect(await second.invalidation.waitFor(DEMO, invalidation.uuid)).toMatchObject({ status: "DONE" });
  await second.stop();

  leaves.behave("well");
  const third = await started(file, [stays, leaves]);
  await expect.poll(() => leaves.floor(third.delivery.projectTag("demo"))).toBe(1);
});
