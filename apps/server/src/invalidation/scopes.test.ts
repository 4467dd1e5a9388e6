import type { InvalidationRequest } from "@freshet/core";
import { afterEach, describe, expect, test } from "vitest";
import { folderTag, originalTag, userTag } from "../projects/cache-tags.ts";
import type { Project } from "../projects/project.ts";
import { type Boot, boot, DEMO, newFile } from "./fixture.ts";
import { createMemoryNode, type MemoryNode } from "./memory-node.ts";

const running: Boot[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop().catch(() => {});
});

/** Answers carry the first five tags; the sixth has the project's instead. */
const PROJECT: Project = {
  ...DEMO,
  tags: [..."abcdef"].map((letter) => ({ match: `/${letter}/`, tag: `tag-${letter}` })),
};
const CAUSE = { kind: "api" };
const STAGES = { instances: 2, nodes: 3 } as const;

async function started(nodes: readonly MemoryNode[], more: Parameters<typeof boot>[2] = {}): Promise<Boot> {
  const made = await boot(await newFile(), nodes, { list: [PROJECT], ...more });
  running.push(made);
  await made.invalidation.start();
  await expect.poll(() => made.count("invalidation_node")).toBe(nodes.length);
  return made;
}

async function invalidate(made: Boot, request: InvalidationRequest) {
  const { invalidation } = await made.invalidation.accept(PROJECT, request, CAUSE);
  return made.invalidation.waitFor(PROJECT, invalidation.uuid);
}

/** The newest invalidation that covers a name. */
function floorOf(made: Boot, name: string, ...tags: readonly string[]): number {
  const userTags = tags.map((tag) => userTag("demo", tag));
  return made.coverage.floor({
    project: "demo",
    tag: originalTag(`demo/${name}`),
    name: `demo/${name}`,
    userTags,
  });
}

describe("a prefix", () => {
  test("covers what lies in the folder, at this instance and on nodes", async () => {
    const node = createMemoryNode("a");
    const made = await started([node]);
    const entry = await invalidate(made, {
      scope: "original",
      urls: ["v7/h.example/a/*", "/h.example/b.jpg"],
    });
    expect(entry).toMatchObject({
      status: "DONE",
      scope: "original",
      urls: {
        received: ["v7/h.example/a/*", "/h.example/b.jpg"],
        invalidated: ["/h.example/a/*", "/h.example/b.jpg"],
      },
    });
    expect([floorOf(made, "h.example/a/x.jpg"), floorOf(made, "h.example/c.jpg")]).toEqual([1, 0]);
    expect(node.purges).toMatchObject([
      { sequence: 1, tags: [folderTag("demo", "h.example/a"), originalTag("demo/h.example/b.jpg")] },
    ]);
    expect(entry.stages.flatMap(({ widened = [] }) => widened)).toEqual([]);
    expect(entry.stages[STAGES.nodes]?.targets).toMatchObject([{ node: "a", by: "tags" }]);
  });

  test("within a name is exact at this instance and covers the folder around it on nodes, which is shown", async () => {
    const node = createMemoryNode("a");
    const made = await started([node]);
    const entry = await invalidate(made, { scope: "original", urls: ["/h.example/a/ab*"] });
    expect(["ab.jpg", "abc/d.jpg", "a.jpg"].map((name) => floorOf(made, `h.example/a/${name}`))).toEqual([
      1, 1, 0,
    ]);
    expect(node.purges).toMatchObject([{ tags: [folderTag("demo", "h.example/a")] }]);
    expect(entry.stages[STAGES.instances]).not.toHaveProperty("widened");
    expect(entry.stages[STAGES.nodes]?.widened).toEqual([
      { asked: "/h.example/a/ab*", covered: "/h.example/a/*" },
    ]);
  });

  test("of everything is the project", async () => {
    const node = createMemoryNode("a");
    const made = await started([node]);
    const entry = await invalidate(made, { scope: "original", urls: ["/h.example/a.jpg", "/*"] });
    expect(floorOf(made, "anywhere/x.jpg")).toBe(1);
    expect(node.purges).toMatchObject([{ tags: [made.delivery.projectTag("demo")] }]);
    expect(entry.stages[STAGES.nodes]).toMatchObject({
      targets: [{ by: "project" }],
      widened: [{ asked: "/h.example/a.jpg", covered: "/*" }],
    });
  });

  test("reads no original again, and probes what is covered", async () => {
    const node = createMemoryNode("a");
    const made = await started([node], { tuning: { recheckAfterMs: [60_000] } });
    for (const name of ["h.example/a/x.jpg", "h.example/b/y.jpg"]) {
      made.delivery.visit(`/${name}`);
      made.delivery.seen(`/${name}`, [{ path: `/v7/${name}?w=1`, host: undefined, accept: undefined }]);
      node.answer(`/v7/${name}?w=1`, 0);
    }
    node.answer("/v7/h.example/a/x.jpg?w=1", 1);
    const entry = await invalidate(made, { scope: "original", urls: ["/h.example/a/*"] });
    expect(entry).toMatchObject({
      status: "DONE",
      evidence: { bytes: { changed: 0, same: 0, unknown: 0 }, probes: { asked: 1, stale: 0 } },
    });
    expect(made.delivery.rereads).toEqual([]);
    expect(await made.count("invalidation_recheck")).toBe(0);
    node.answer("/v7/h.example/a/x.jpg?w=1", 0);
    expect(await invalidate(made, { scope: "original", urls: ["/h.example/a/*"] })).toMatchObject({
      status: "ERROR_CDN_NODE",
    });
  });
});

describe("a tag", () => {
  test("covers the originals that have it", async () => {
    const node = createMemoryNode("a");
    const made = await started([node]);
    const entry = await invalidate(made, { scope: "tags", tags: ["tag-b", "tag-a", "tag-b"] });
    expect(entry).toMatchObject({
      status: "DONE",
      scope: "tags",
      tags: ["tag-b", "tag-a"],
      urls: { received: [], invalidated: [], failed: [] },
    });
    expect(floorOf(made, "h.example/x.jpg", "tag-a")).toBe(1);
    expect(floorOf(made, "h.example/x.jpg", "tag-c")).toBe(0);
    expect(node.purges).toMatchObject([{ tags: [userTag("demo", "tag-b"), userTag("demo", "tag-a")] }]);
    expect(entry.stages.flatMap(({ widened = [] }) => widened)).toEqual([]);
  });

  test("beyond those that answers carry covers the project on nodes, which is shown", async () => {
    const node = createMemoryNode("a");
    const made = await started([node]);
    const entry = await invalidate(made, { scope: "tags", tags: ["tag-f"] });
    expect(floorOf(made, "h.example/x.jpg", "tag-f")).toBe(1);
    expect(floorOf(made, "h.example/x.jpg", "tag-a")).toBe(0);
    expect(node.purges).toMatchObject([{ tags: [made.delivery.projectTag("demo")] }]);
    expect(entry.stages[STAGES.nodes]).toMatchObject({
      targets: [{ by: "project" }],
      widened: [{ asked: "tag-f", covered: "/*" }],
    });
  });
});

describe("an exact URL", () => {
  const request = { scope: "urls", urls: ["https://img.example.com/v7/h.example/a.jpg?w=400"] } as const;

  test("covers its original at this instance and on nodes that know no URLs, which is shown", async () => {
    const node = createMemoryNode("a");
    const made = await started([node]);
    made.delivery.origin("/h.example/a.jpg", "old");
    made.delivery.visit("/h.example/a.jpg");
    const entry = await invalidate(made, request);
    const widened = [{ asked: "/h.example/a.jpg?w=400", covered: "/h.example/a.jpg" }];
    expect(entry).toMatchObject({
      status: "DONE",
      scope: "urls",
      urls: { received: request.urls, invalidated: ["/h.example/a.jpg?w=400"] },
      evidence: { bytes: { changed: 0, same: 1, unknown: 0 } },
    });
    expect(entry.stages[STAGES.instances]?.widened).toEqual(widened);
    expect(entry.stages[STAGES.nodes]).toMatchObject({ targets: [{ by: "tags" }], widened });
    expect(node.purges).toMatchObject([{ tags: [originalTag("demo/h.example/a.jpg")] }]);
    expect(floorOf(made, "h.example/a.jpg")).toBe(1);
  });

  test("is all that a node forgets that knows URLs, with and without /v7 under every host", async () => {
    const [byUrl, byTag] = [createMemoryNode("by url", { knowsUrls: true }), createMemoryNode("by tag")];
    const made = await started([byUrl, byTag]);
    const entry = await invalidate(made, request);
    expect(byUrl.purges).toMatchObject([
      {
        sequence: 1,
        tags: [],
        urls: [
          "https://img.example.com/v7/h.example/a.jpg?w=400",
          "https://img.example.com/h.example/a.jpg?w=400",
        ],
      },
    ]);
    expect(byTag.purges).toMatchObject([{ tags: [originalTag("demo/h.example/a.jpg")] }]);
    expect(entry.stages[STAGES.nodes]?.targets).toMatchObject([
      { node: "by tag", by: "tags" },
      { node: "by url", by: "urls" },
    ]);
  });

  test("of which the bytes are others leads to an invalidation of the original where a node forgot the URL alone", async () => {
    const node = createMemoryNode("by url", { knowsUrls: true });
    const made = await started([node], { tuning: { recheckAfterMs: [10] } });
    for (const path of ["/h.example/a.jpg", "/h.example/b.jpg"]) {
      made.delivery.origin(path, "old");
      made.delivery.visit(path);
    }
    made.delivery.origin("/h.example/a.jpg", "new");
    const entry = await invalidate(made, { scope: "urls", urls: [...request.urls, "/h.example/b.jpg?w=1"] });
    expect(entry).toMatchObject({
      status: "DONE",
      evidence: { bytes: { changed: 1, same: 1, unknown: 0 } },
    });
    expect(entry.stages[STAGES.nodes]).not.toHaveProperty("widened");
    await expect.poll(() => node.floor(originalTag("demo/h.example/a.jpg"))).toBe(2);
    await expect.poll(() => made.count("invalidation_recheck")).toBe(0);
    expect(made.coverage.applied).toBe(2);
  });

  test("goes by tag where nobody said under which hosts it is delivered", async () => {
    const node = createMemoryNode("by url", { knowsUrls: true });
    const made = await started([node], { list: [{ ...PROJECT, hosts: [] }] });
    await invalidate(made, { scope: "urls", urls: ["/h.example/a.jpg?w=400"] });
    expect(node.purges).toMatchObject([{ tags: [originalTag("demo/h.example/a.jpg")] }]);
  });
});

test("named variants cover all variants of their originals, which is shown", async () => {
  const made = await started([createMemoryNode("a")]);
  const entry = await invalidate(made, {
    scope: "original",
    urls: ["/h.example/a.jpg"],
    transformations: ["?w=200", "?force_format=jpg"],
  });
  const widened = [{ asked: "/h.example/a.jpg ?w=200 ?force_format=jpg", covered: "/h.example/a.jpg" }];
  expect(entry.stages[STAGES.instances]?.widened).toEqual(widened);
  expect(entry.stages[STAGES.nodes]?.widened).toEqual(widened);
});

test("everything is probed as well", async () => {
  const node = createMemoryNode("a");
  const made = await started([node]);
  made.delivery.seen("/h.example/a.jpg", [
    { path: "/v7/h.example/a.jpg", host: undefined, accept: undefined },
  ]);
  node.answer("/v7/h.example/a.jpg", 1);
  expect(await invalidate(made, { scope: "all" })).toMatchObject({
    evidence: { probes: { asked: 1, stale: 0 } },
  });
});

test("a restart restores every scope", async () => {
  const file = await newFile();
  const first = await boot(file, [], { list: [PROJECT] });
  await first.invalidation.start();
  const requests: readonly InvalidationRequest[] = [
    { scope: "original", urls: ["/h.example/a/*"] },
    { scope: "original", urls: ["/h.example/b/ab*"] },
    { scope: "original", urls: [`/h.example/${"deep/".repeat(1_000)}*`] },
    { scope: "tags", tags: ["tag-a"] },
    { scope: "urls", urls: ["/h.example/d.jpg?w=1"] },
  ];
  for (const request of requests) await invalidate(first, request);
  await first.crash();
  const second = await boot(file, [], { list: [PROJECT] });
  running.push(second);
  await second.invalidation.start();
  expect(floorOf(second, "h.example/a/x.jpg")).toBe(1);
  expect(floorOf(second, "h.example/b/abc.jpg")).toBe(2);
  expect(floorOf(second, `h.example/${"deep/".repeat(1_001)}x.jpg`)).toBe(3);
  expect(floorOf(second, "h.example/c.jpg", "tag-a")).toBe(4);
  expect(floorOf(second, "h.example/d.jpg")).toBe(5);
  expect(floorOf(second, "h.example/e.jpg", "tag-b")).toBe(0);
});
