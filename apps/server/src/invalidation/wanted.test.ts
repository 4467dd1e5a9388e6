import type { CdnDriver } from "@freshet/core";
import { expect, test } from "vitest";
import type { EntryRow, PathRow } from "./migrations.ts";
import { wantedOf } from "./wanted.ts";
import { widenedAtNodes } from "./widened.ts";

const PROJECT_TAG = "t-00000000000000aa";
const nothing = async () => {};
const base = { name: "node", ending: "probed", limits: { batch: 10 } } as const;
const byTag: CdnDriver = { ...base, purgeTags: nothing };
const byPath: CdnDriver = { ...base, purgeUrls: nothing, urlsCover: "path" };
const byUrl: CdnDriver = { ...base, purgeUrls: nothing };
const byOriginal: CdnDriver = { ...base, purgeOriginals: nothing };

const path = (kind: PathRow["kind"], named: string, tag: string, covered: string | null = null) =>
  ({ kind, path: named, tag, covered, name: named }) as PathRow;
const HAT = path("original", "/_media_/hat.jpg", "o-1");
const FOLDER = path("prefix", "/_media_/summer/*", "p-1");
const EXACT = path("url", "/_media_/hat.jpg?w=5", "o-1", "/_media_/hat.jpg");

const LIST: Readonly<Record<string, readonly string[]>> = {
  "o-1": ["/v7/_media_/hat.jpg", "/_media_/hat.jpg"],
  "p-1": ["/v7/_media_/summer/a.jpg"],
  [PROJECT_TAG]: ["/v7/_media_/hat.jpg", "/_media_/hat.jpg", "/v7/_media_/summer/a.jpg"],
};

async function told(driver: CdnDriver, scope: EntryRow["scope"], paths: readonly PathRow[], list = true) {
  const row = { sequence: 3, project: "shop", scope } as EntryRow;
  const listed = async (_: string, tags: readonly string[]) => tags.flatMap((tag) => LIST[tag] ?? []);
  const hostsOf = () => ["img.example.com", "www.example.com"];
  const parts = { driver, projectTag: PROJECT_TAG, hostsOf, listed: list ? listed : undefined };
  const { wanted, by } = await wantedOf(row, paths, parts);
  return { by, as: wanted.by, targets: wanted.targets };
}

test("a node that knows tags is told tags, whatever else it knows", async () => {
  const all = { ...byTag, ...byOriginal, name: "all" };
  expect(await told(all, "original", [HAT, FOLDER])).toMatchObject({ by: "tags", targets: ["o-1", "p-1"] });
  expect(await told(byTag, "all", [])).toMatchObject({ by: "project", targets: [PROJECT_TAG] });
});

test("one that knows paths alone is told those on the list, once each, and the log calls them paths", async () => {
  expect(await told(byPath, "original", [HAT])).toEqual({
    ...{ by: "paths", as: "urls" },
    targets: ["https://img.example.com/v7/_media_/hat.jpg", "https://img.example.com/_media_/hat.jpg"],
  });
  expect((await told(byPath, "original", [FOLDER])).targets).toEqual([
    "https://img.example.com/v7/_media_/summer/a.jpg",
  ]);
  expect((await told(byPath, "all", [])).targets).toHaveLength(3);
  // Under every host, where hosts are told apart.
  expect((await told(byUrl, "original", [FOLDER])).targets).toEqual([
    "https://img.example.com/v7/_media_/summer/a.jpg",
    "https://www.example.com/v7/_media_/summer/a.jpg",
  ]);
  expect(await told({ ...byPath, purgeProject: nothing }, "all", [])).toMatchObject({ as: "project" });
});

test("one that knows originals is told them, and what is no original it cannot be told", async () => {
  expect(await told(byOriginal, "original", [HAT])).toMatchObject({
    by: "originals",
    targets: ["/_media_/hat.jpg"],
  });
  expect(await told(byOriginal, "urls", [EXACT])).toMatchObject({
    by: "originals",
    targets: ["/_media_/hat.jpg"],
  });
  // By a way that it has not: the lane says so.
  expect(await told(byOriginal, "original", [HAT, FOLDER])).toMatchObject({ as: "tags" });
  expect(await told(byOriginal, "all", [])).toMatchObject({ as: "project" });
  expect(await told(byPath, "original", [HAT], false)).toMatchObject({ as: "tags" });
});

test("what an exact URL comes to at each kind of node is shown", () => {
  const row = { scope: "urls", transformations: null } as EntryRow;
  const shown = (...ways: readonly ("urls" | "paths" | "originals" | "tags")[]) =>
    widenedAtNodes(row, [EXACT], ways.map((purged_by) => ({ purged_by })) as never);
  const widened = [{ asked: "/_media_/hat.jpg?w=5", covered: "/_media_/hat.jpg" }];
  expect(shown("urls")).toEqual([]);
  for (const way of ["paths", "originals", "tags"] as const) expect(shown("urls", way), way).toEqual(widened);
});
