import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Coverage } from "../cache/coverage.ts";
import { DiskStore } from "../cache/disk-store.ts";
import { Originals } from "../cache/originals.ts";
import { Records } from "../cache/records.ts";
import { describeOriginal, type Original } from "../projects/originals.ts";
import type { Project } from "../projects/project.ts";
import type { Fetched } from "../sources/source.ts";
import { RecentUrls } from "./recent-urls.ts";
import { createDeliveryPort } from "./reread.ts";

const project: Project = {
  name: "demo",
  apiKey: "client_0123456789abcdef",
  hosts: [],
  aliases: {},
  prefix: undefined,
  tags: [],
  source: { allow: ["h.example"], allowPrivate: false, maxBytes: 1_000, timeoutMs: 1_000 },
  formats: [],
  forwardQuery: true,
  cache: { browser: 60, cdn: 60, revalidate: 100 },
  missingStatus: 404,
};
const found = (text: string): Fetched => ({
  kind: "found",
  bytes: new TextEncoder().encode(text),
  contentType: "image/png",
  validators: {},
  age: 0,
});
const BROKEN: Fetched = { kind: "refused", code: "ORIGIN_BROKEN", reason: "500" };

describe("reread", () => {
  let answer: Fetched;
  let coverage: Coverage;
  let original: Original;
  let originals: Originals;
  let reread: (force: boolean) => Promise<string>;

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), "freshet-reread-"));
    coverage = new Coverage();
    const records = new Records(await DiskStore.open(join(folder, "records"), 1e6), 1_000);
    originals = new Originals({
      source: { fetch: async () => answer },
      coverage,
      records,
      bytes: await DiskStore.open(join(folder, "bytes"), 1e6),
      readFacts: async () => undefined,
      now: Date.now,
    });
    original = describeOriginal(project, "https://h.example/a.jpg");
    const port = createDeliveryPort({ originals, records, coverage, recent: new RecentUrls() });
    reread = async (force) => {
      const { name, tag } = original;
      return (await port.reread({ name, tag }, { force }, new AbortController().signal)).bytes;
    };
    answer = found("v1");
    await originals.current(original, undefined);
  });

  const invalidate = (sequence: number) =>
    coverage.apply(sequence, [{ kind: "original", project: "demo", tag: original.tag }]);

  it("says whether the bytes changed", async () => {
    expect(await reread(true)).toBe("same");
    answer = found("v2");
    expect(await reread(true)).toBe("changed");
    answer = { kind: "missing", status: 404 };
    expect(await reread(true)).toBe("changed");
  });

  it("calls nothing changed because the origin could not be read", async () => {
    answer = BROKEN;
    expect(await reread(true)).toBe("same");
    invalidate(1);
    expect(await reread(false)).toBe("unknown");
    answer = found("v2");
    expect(await reread(true)).toBe("changed");
  });
});
