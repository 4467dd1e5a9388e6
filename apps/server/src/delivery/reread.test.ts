import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Coverage } from "../cache/coverage.ts";
import { DiskStore } from "../cache/disk-store.ts";
import { Originals } from "../cache/originals.ts";
import { Records } from "../cache/records.ts";
import { describeOriginal, type Original } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import type { Fetched } from "../sources/source.ts";
import { RecentUrls } from "./recent-urls.ts";
import { createDeliveryPort } from "./reread.ts";

const project = projectOf({
  source: { allow: ["h.example"], allowPrivate: false, maxBytes: 1_000, timeoutMs: 1_000 },
  cache: { browser: 60, cdn: 60, revalidate: 100 },
});
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
  let reread: (force: boolean, signal?: AbortSignal) => Promise<string>;
  let [underWay, most, asked] = [0, 0, 0];
  let hold: Promise<void>;

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), "freshet-reread-"));
    coverage = new Coverage();
    const records = new Records(await DiskStore.open(join(folder, "records"), 1e6), 1_000);
    originals = new Originals({
      source: {
        fetch: async () => {
          underWay += 1;
          most = Math.max(most, underWay);
          asked += 1;
          await hold;
          underWay -= 1;
          return answer;
        },
      },
      coverage,
      records,
      bytes: await DiskStore.open(join(folder, "bytes"), 1e6),
      readFacts: async () => undefined,
      now: Date.now,
    });
    original = describeOriginal(project, "https://h.example/a.jpg");
    const port = createDeliveryPort({ originals, records, coverage, recent: new RecentUrls() });
    reread = async (force, signal = new AbortController().signal) => {
      const { name, tag } = original;
      return (await port.reread({ name, tag }, { force }, signal)).bytes;
    };
    hold = Promise.resolve();
    answer = found("v1");
    await originals.current(original, undefined);
  });

  const invalidate = (sequence: number) =>
    coverage.apply(sequence, [{ kind: "original", project: "demo", tag: original.tag }]);

  /** The same original under many queries of the origin's own. */
  const askUnderQueries = async (count: number) => {
    for (let query = 0; query < count; query += 1) {
      await originals.current(describeOriginal(project, "https://h.example/a.jpg", `x=${query}`), undefined);
    }
    [underWay, most, asked] = [0, 0, 0];
  };

  it("reads an original that is known under many queries a few at a time", async () => {
    await askUnderQueries(30);
    invalidate(1);
    answer = found("v2");
    expect(await reread(false)).toBe("changed");
    expect(asked).toBe(31);
    expect(most).toBeLessThanOrEqual(4);
  });

  it("begins no further reading once it was told to stop", async () => {
    await askUnderQueries(30);
    invalidate(1);
    const [gate, stop] = [Promise.withResolvers<void>(), new AbortController()];
    hold = gate.promise;
    const reading = reread(false, stop.signal);
    await expect.poll(() => asked).toBe(4);
    stop.abort();
    gate.resolve();
    expect(await reading).toBe("same");
    expect(asked).toBe(4);
  });

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
