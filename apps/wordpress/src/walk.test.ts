import { expect, test } from "vitest";
import type { ChangedFile } from "./event.ts";
import { readSite } from "./site.ts";
import type { SiteClient } from "./site-client.ts";
import { walkPage } from "./walk.ts";

const site = readSite("http://site.example");
if (site === undefined) throw new Error("unreachable");

const known = { get: async () => ({ version: "c7", digest: "7".repeat(64) }) };

/** A site with that many attachments of one file each, and known files beside. */
function siteWith(attachments: number, known: readonly string[]) {
  const asked: string[] = [];
  const file = (id: number): ChangedFile => ({
    ...{ url: `http://site.example/${id}.jpg`, version: `c${id}`, digest: String(id).padStart(64, "0") },
  });
  const client: SiteClient = {
    events: async () => ({ head: 0, events: [] }),
    status: async () => ({ plugin: "", wordpress: "", php: "", head: 17, pending: 0 }),
    async files(after, limit) {
      asked.push(`files ${after}`);
      const ids = Array.from({ length: attachments }, (_, i) => i + 1).filter((id) => id > after);
      const page = ids.slice(0, limit);
      return {
        ...{ attachments: page.length, files: page.map(file), total: attachments },
        next: page.length < limit ? undefined : page.at(-1),
      };
    },
    async scan(after, limit) {
      asked.push(`scan ${after.slice(0, 4)}`);
      const page = known.filter((hash) => hash > after).slice(0, limit);
      return { scanned: page.length, next: page.length < limit ? undefined : page.at(-1) };
    },
  };
  return { client, asked };
}

test("a walk leads through all attachments by id and then through all known files by hash", async () => {
  const hashes = Array.from({ length: 501 }, (_, i) => i.toString(16).padStart(40, "0"));
  const { client, asked } = siteWith(250, hashes);
  const originals: string[] = [];
  let steps = 0;
  let cursor: string | undefined;
  do {
    const page = await walkPage(cursor, { client, known }, site);
    originals.push(...page.assets.map(({ original }) => original));
    steps += page.steps;
    if (page.total !== undefined) expect([page.order, page.total]).toEqual([17, 250]);
    cursor = page.cursor;
  } while (cursor !== undefined);
  expect(asked).toEqual(["files 0", "files 100", "files 200", "scan ", "scan 0000"]);
  expect([originals.length, new Set(originals).size, steps]).toEqual([250, 250, 250]);
});

test("a cursor that no adapter wrote begins from the beginning", async () => {
  const { client, asked } = siteWith(3, []);
  for (const cursor of ["garbage", "f123", "a-1", ""]) await walkPage(cursor, { client, known }, site);
  expect(new Set(asked)).toEqual(new Set(["files 0"]));
});

test("files of other hosts are no originals of the site", async () => {
  const { client } = siteWith(0, []);
  const files = [{ url: "http://other.example/a.jpg", version: "c1", digest: "0".repeat(64) }];
  const page = await walkPage(
    undefined,
    {
      client: {
        ...client,
        files: async () => ({ attachments: 1, files, next: undefined, total: undefined }),
      },
      known,
    },
    site,
  );
  expect(page.assets).toEqual([]);
});

test("a file too big to be read yet is what is known of it, and not gone", async () => {
  const { client } = siteWith(0, []);
  const files = [{ url: "http://site.example/huge.jpg", version: undefined, digest: undefined }];
  const big = { ...client, files: async () => ({ attachments: 1, files, next: undefined, total: 1 }) };
  expect((await walkPage(undefined, { client: big, known }, site)).assets).toEqual([
    { kind: "replaced", original: "http://site.example/huge.jpg", version: "c7", digest: "7".repeat(64) },
  ]);
});

test("a plugin that looks at no files is no empty site", async () => {
  const { client } = siteWith(0, []);
  const idle = { ...client, files: async () => ({ attachments: 0, files: [], next: undefined, total: 3 }) };
  await expect(walkPage(undefined, { client: idle, known }, site)).rejects.toThrow("looks at no files");
  expect((await walkPage(undefined, { client, known }, site)).assets).toEqual([]);
});
