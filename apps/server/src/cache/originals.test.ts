import { hash } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { versionOfDigest } from "@freshet/core";
import { beforeEach, describe, expect, it } from "vitest";
import { describeOriginal, type Original } from "../projects/originals.ts";
import { projectOf } from "../projects/project.test.support.ts";
import { ORIGIN_DEFAULTS } from "../projects/project.ts";
import type { Fetched, Source } from "../sources/source.ts";
import { Coverage } from "./coverage.ts";
import { DiskStore } from "./disk-store.ts";
import { Originals } from "./originals.ts";
import { Records } from "./records.ts";

const project = projectOf({
  source: { allow: ["h.example"], allowPrivate: false, maxBytes: 1_000, timeoutMs: 1_000 },
  cache: { browser: 60, cdn: 60, revalidate: 100 },
  origins: { headers: [], staleIfError: 20, rememberMissing: 30 },
});

type Asked = { readonly fresh: boolean; readonly conditional: boolean; answer(fetched: Fetched): void };

const bytes = (text: string, more: Partial<Extract<Fetched, { kind: "found" }>> = {}): Fetched => ({
  kind: "found",
  bytes: new TextEncoder().encode(text),
  contentType: "image/png",
  validators: { etag: `"${text}"` },
  age: 0,
  ...more,
});
const digest = (text: string) => hash("sha256", text);
const vh = (text: string) => versionOfDigest(digest(text));

/** An origin whose answers the test gives by hand, in the order it likes. */
function handOrigin() {
  const asked: Asked[] = [];
  const source: Source = {
    fetch: (_location, request) =>
      new Promise((resolve) => {
        asked.push({ fresh: request.fresh, conditional: request.validators !== undefined, answer: resolve });
      }),
  };
  return { asked, source };
}

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("Originals", () => {
  let time: number;
  let folder: string;
  let coverage: Coverage;
  let records: Records;
  let origin: ReturnType<typeof handOrigin>;
  let originals: Originals;
  let original: Original;
  let isInForce: boolean;

  beforeEach(async () => {
    time = 1_000_000;
    isInForce = true;
    folder = await mkdtemp(join(tmpdir(), "freshet-originals-"));
    coverage = new Coverage(() => time);
    records = new Records(await DiskStore.open(join(folder, "records"), 1e6), 1_000);
    origin = handOrigin();
    originals = new Originals({
      source: origin.source,
      coverage,
      records,
      bytes: await DiskStore.open(join(folder, "bytes"), 1e6),
      readFacts: async () => undefined,
      now: () => time,
      admit: () => {
        if (!isInForce) throw new Error("out of force");
      },
    });
    original = describeOriginal(project, "https://h.example/a.jpg");
  });

  const invalidate = (sequence: number) =>
    coverage.apply(sequence, [{ kind: "original", project: "demo", tag: original.tag }]);
  const ask = (version?: string) => originals.current(original, version);
  const answerNext = async (fetched: Fetched) => {
    await settle();
    origin.asked.shift()?.answer(fetched);
    await settle();
  };
  const fill = async (text: string) => {
    const current = ask();
    await answerNext(bytes(text));
    return current;
  };
  const digestNow = async (version?: string) => {
    const { record } = await ask(version);
    return record.outcome.kind === "bytes" ? record.outcome.digest : record.outcome.code;
  };

  it("keeps a record on the disk for the next start, unless it was read for one visitor", async () => {
    const kept = async () => {
      const entries = await readdir(join(folder, "records"), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")));
    };
    original = { ...original, recordKey: "demo/h.example/a.jpg ip=192.0.2.7", isForOne: true };
    await fill("v1");
    original = { ...original, recordKey: "demo/h.example/b.jpg", isForOne: false };
    await fill("v2");
    await expect.poll(kept).toEqual([expect.stringContaining("demo/h.example/b.jpg")]);
  });

  it("asks the origin once for callers that come together, and not again while the record holds", async () => {
    const together = [ask(), ask(), ask()];
    await settle();
    expect(origin.asked).toHaveLength(1);
    await answerNext(bytes("v1"));
    for (const { record } of await Promise.all(together))
      expect(record.outcome).toMatchObject({ digest: digest("v1") });
    expect(await digestNow()).toBe(digest("v1"));
    expect(origin.asked).toHaveLength(0);
  });

  it("stamps a fill with the number applied before the origin was asked", async () => {
    coverage.apply(4, []);
    const current = ask();
    await settle();
    coverage.apply(9, []);
    await answerNext(bytes("v1"));
    expect((await current).record.stamp).toBe(4);
    expect((await ask()).stamp).toBe(9);
  });

  it("lets nobody who came after an invalidation join a fill that began before it", async () => {
    const before = ask();
    await settle();
    invalidate(1);
    const after = ask();
    await settle();
    expect(origin.asked).toHaveLength(2);
    origin.asked[1]?.answer(bytes("v2"));
    expect((await after).record.outcome).toMatchObject({ digest: digest("v2") });
    origin.asked[0]?.answer(bytes("v1"));
    // The late old answer neither reaches anyone who may not have it nor replaces the younger record.
    await before;
    await settle();
    expect(await digestNow()).toBe(digest("v2"));
  });

  it("asks for nothing and gives nothing under settings that are in force no longer", async () => {
    const before = expect(ask()).rejects.toThrow("out of force");
    await settle();
    isInForce = false;
    invalidate(1);
    await answerNext(bytes("v1"));
    await before;
    await expect(ask()).rejects.toThrow("out of force");
    await expect(originals.current(original, undefined, "past lease")).rejects.toThrow("out of force");
    await expect(originals.refill(original)).rejects.toThrow("out of force");
    expect(originals.known(original.recordKey)).toBeUndefined();
    expect(origin.asked).toHaveLength(0);
  });

  it("gives an overtaken fill only to those who were waiting for it, marked as covered", async () => {
    const before = ask();
    await settle();
    invalidate(1);
    await answerNext(bytes("v1"));
    expect(await before).toMatchObject({ covered: true, stamp: 0 });
    const after = ask();
    await answerNext(bytes("v2"));
    expect(await after).toMatchObject({ covered: false, stamp: 1 });
  });

  it("asks past every cache after an invalidation, and conditionally when a record merely expired", async () => {
    await fill("v1");
    time += 101_000;
    const expired = ask();
    await settle();
    expect(origin.asked[0]).toMatchObject({ fresh: false, conditional: true });
    await answerNext({ kind: "unchanged", validators: {} });
    expect((await expired).record.outcome).toMatchObject({ digest: digest("v1") });
    invalidate(1);
    const covered = ask();
    await settle();
    expect(origin.asked[0]).toMatchObject({ fresh: true, conditional: false });
    await answerNext(bytes("v2"));
    expect((await covered).record.outcome).toMatchObject({ digest: digest("v2") });
  });

  it("does not let a 304 confirm another revision than the one whose validators were sent", async () => {
    await fill("v1");
    time += 101_000;
    const slow = ask();
    await settle();
    invalidate(1);
    const covered = ask();
    await settle();
    origin.asked[1]?.answer(bytes("v2"));
    await covered;
    origin.asked[0]?.answer({ kind: "unchanged", validators: {} });
    await slow;
    await settle();
    expect(await digestNow()).toBe(digest("v2"));
  });

  it("treats a 304 that was never asked for as a broken origin", async () => {
    const current = ask();
    await answerNext({ kind: "unchanged", validators: {} });
    expect((await current).record.outcome).toEqual({ kind: "error", code: "ORIGIN_BROKEN" });
  });

  it("serves an expired record while the origin is down, but never a covered one", async () => {
    await fill("v1");
    time += 101_000;
    const expired = ask();
    await answerNext({ kind: "refused", code: "ORIGIN_BROKEN", reason: "500" });
    expect((await expired).record.outcome).toMatchObject({ digest: digest("v1") });
    invalidate(1);
    const covered = ask();
    await answerNext({ kind: "refused", code: "ORIGIN_BROKEN", reason: "500" });
    expect((await covered).record.outcome).toEqual({ kind: "error", code: "ORIGIN_BROKEN" });
  });

  describe("while the origin fails", () => {
    const down: Fetched = { kind: "refused", code: "ORIGIN_SLOW", reason: "no answer" };
    const expire = async () => {
      await fill("v1");
      time += 101_000;
    };
    const askDown = async (version?: string) => {
      const asking = ask(version).then(
        ({ record }) => (record.outcome.kind === "bytes" ? record.outcome.digest : record.outcome.code),
        (error) => error.code,
      );
      await answerNext(down);
      return asking;
    };

    it("lets an expired record stand in for as long as the project allows, counted from its expiry", async () => {
      await expire();
      for (const wait of [0, 3_001, 3_001, 3_001, 3_001, 3_001]) {
        time += wait;
        expect(await askDown()).toBe(digest("v1"));
      }
      time += 3_995;
      expect(await askDown()).toBe("ORIGIN_SLOW");
    });

    it("lets nothing stand in where the origin is well and takes the original back", async () => {
      await expire();
      expect(await askDown()).toBe(digest("v1"));
      time += 3_001;
      const denied = ask();
      await answerNext({ kind: "refused", code: "ORIGIN_BROKEN", reason: "403", isDenied: true });
      expect((await denied).record.outcome).toEqual({ kind: "error", code: "ORIGIN_BROKEN" });
      time += 3_001;
      expect(await askDown()).toBe("ORIGIN_SLOW");
    });

    it("lets nothing stand in where the project allows nothing", async () => {
      original = { ...original, project: { ...project, origins: { ...ORIGIN_DEFAULTS } } };
      await expire();
      expect(await askDown()).toBe("ORIGIN_SLOW");
    });

    it("lets answers of such a record be kept only until it is asked for again, and none by memory", async () => {
      await expire();
      await askDown();
      const { record } = await ask();
      expect(originals.secondsOfDoubt(record)).toBe(3);
      expect(originals.peek(original, undefined)).toBeUndefined();
    });

    it("never lets a covered record stand in, whenever it was covered", async () => {
      await expire();
      expect(await askDown()).toBe(digest("v1"));
      invalidate(1);
      expect(await askDown()).toBe("ORIGIN_SLOW");
      await fill("v2");
      time += 101_000;
      const overtaken = ask();
      await settle();
      invalidate(2);
      await answerNext(down);
      await answerNext(down);
      expect((await overtaken).record.outcome).toMatchObject({ kind: "error" });
    });

    it("never lets one stand in under a version that nobody confirmed, and always under one that somebody did", async () => {
      const confirmed = ask("2");
      await answerNext(bytes("v1"));
      await confirmed;
      time += 101_000;
      expect(await askDown("2")).toBe(digest("v1"));
      expect(await askDown("3")).toBe("ORIGIN_SLOW");
      expect(await askDown(vh("v9"))).toBe("ORIGIN_SLOW");
      for (let index = 0; index < 20; index += 1) expect(await askDown(`r${index}`)).toBe("ORIGIN_SLOW");
      expect(await askDown(vh("v1"))).toBe(digest("v1"));
    });

    it("keeps a record that needed no revalidation as it was", async () => {
      await fill("v1");
      const { record } = await ask();
      const asking = ask("2");
      await answerNext(down);
      expect(await asking).toMatchObject({ trust: "unconfirmed", record: { expires: record.expires } });
    });

    it("lets nothing stand in for an original that is too large now", async () => {
      await expire();
      const asking = ask();
      await answerNext({ kind: "refused", code: "ORIGINAL_TOO_LARGE", reason: "more" });
      expect((await asking).record.outcome).toEqual({ kind: "error", code: "ORIGINAL_TOO_LARGE" });
    });

    it("takes the origin's word again as soon as it gives one", async () => {
      await expire();
      await askDown();
      time += 3_001;
      const back = ask();
      await settle();
      expect(origin.asked[0]).toMatchObject({ conditional: true });
      await answerNext({ kind: "unchanged", validators: {} });
      const { record } = await back;
      expect(record.stale).toBeUndefined();
      expect(record.expires).toBe(time + 100_000);
    });
  });

  it("keeps an answer whose Age reaches back before the invalidation for 5 s and asks again", async () => {
    await fill("v1");
    time += 10_000;
    invalidate(1);
    const first = ask();
    await answerNext(bytes("v1", { age: 30 }));
    expect((await first).record).toMatchObject({ doubtful: true });
    time += 5_001;
    const second = ask();
    await settle();
    // Past every cache again: the old cache would confirm the validators it gave.
    expect(origin.asked).toMatchObject([{ fresh: true, conditional: false }]);
    await answerNext(bytes("v2"));
    expect((await second).record).toMatchObject({ doubtful: false, outcome: { digest: digest("v2") } });
  });

  it("does not let a copy from before an invalidation replace what was read after it", async () => {
    invalidate(1);
    time += 10_000;
    await fill("v2");
    const version = ask(vh("v1"));
    await answerNext(bytes("v1", { age: 30 }));
    expect((await version).record).toMatchObject({ doubtful: false, outcome: { digest: digest("v2") } });
    invalidate(2);
    const missing = ask();
    await answerNext({ kind: "missing", status: 404 });
    expect((await missing).record.outcome).toMatchObject({ code: "ORIGINAL_MISSING" });
    time += 30_001;
    const still = ask();
    await answerNext(bytes("v2", { age: 30 }));
    expect((await still).record.outcome).toMatchObject({ code: "ORIGINAL_MISSING" });
  });

  it("lets answers from such a record live only as long as the record", async () => {
    await fill("v1");
    expect(originals.secondsOfDoubt((await ask()).record)).toBeUndefined();
    invalidate(1);
    const doubtful = ask();
    await answerNext(bytes("v1", { age: 30 }));
    const { record } = await doubtful;
    time += 2_500;
    expect(originals.secondsOfDoubt(record)).toBe(2);
    time += 10_000;
    expect(originals.secondsOfDoubt(record)).toBe(0);
  });

  it("gives a slow answer of the origin to those who wait, whatever an old cache or a failure said meanwhile", async () => {
    const meanwhile: Fetched[] = [
      bytes("v1", { age: 30 }),
      { kind: "refused", code: "ORIGIN_BROKEN", reason: "500" },
    ];
    for (const [index, said] of meanwhile.entries()) {
      invalidate(10 * index + 1);
      const first = ask();
      await settle();
      // An invalidation of something else makes the later flight's stamp larger, and it no better.
      coverage.apply(10 * (index + 1), []);
      const reread = originals.reread(original);
      await settle();
      origin.asked.pop()?.answer(said);
      await reread;
      origin.asked.pop()?.answer(bytes("v2"));
      expect((await first).record).toMatchObject({ doubtful: false, outcome: { digest: digest("v2") } });
    }
  });

  it("doubts an answer that set out with an old Age, however long its body took, and however Age was rounded", async () => {
    invalidate(1);
    time += 1_000;
    const slow = ask();
    await settle();
    time += 8_000;
    await answerNext(bytes("v1", { age: 3 }));
    expect((await slow).record).toMatchObject({ doubtful: true });
    invalidate(2);
    time += 1_500;
    const rounded = ask();
    await answerNext(bytes("v1", { age: 1 }));
    expect((await rounded).record).toMatchObject({ doubtful: true });
    invalidate(3);
    time += 4_500;
    const young = ask();
    await answerNext(bytes("v2", { age: 3 }));
    expect((await young).record).toMatchObject({ doubtful: false });
  });

  it("asks past every cache until the origin has answered an invalidation with bytes", async () => {
    await fill("v1");
    invalidate(1);
    const broken = ask();
    await answerNext({ kind: "refused", code: "ORIGIN_BROKEN", reason: "500" });
    await broken;
    time += 3_001;
    const again = ask();
    await settle();
    expect(origin.asked).toMatchObject([{ fresh: true, conditional: false }]);
    await answerNext(bytes("v2"));
    expect((await again).record.outcome).toMatchObject({ digest: digest("v2") });
  });

  it("keeps a good record when the origin fails a re-reading that nothing but a caller wanted", async () => {
    await fill("v1");
    const reread = originals.reread(original);
    await answerNext({ kind: "refused", code: "ORIGIN_BROKEN", reason: "500" });
    expect((await reread)?.outcome).toMatchObject({ digest: digest("v1") });
    expect(await digestNow()).toBe(digest("v1"));
  });

  it("brings evicted bytes back once for everyone who misses them, but not with a flight from before an invalidation", async () => {
    await fill("v1");
    const together = [originals.refill(original), originals.refill(original)];
    await settle();
    expect(origin.asked).toMatchObject([{ fresh: true, conditional: false }]);
    invalidate(1);
    const later = originals.refill(original);
    await settle();
    expect(origin.asked).toHaveLength(2);
    await answerNext(bytes("v1"));
    await answerNext(bytes("v2"));
    await Promise.all([...together, later]);
    expect(await digestNow()).toBe(digest("v2"));
  });

  it("remembers a missing original for as long as the project says", async () => {
    const missing = ask();
    await answerNext({ kind: "missing", status: 404 });
    await missing;
    time += 29_999;
    expect(await digestNow()).toBe("ORIGINAL_MISSING");
    time += 1;
    const there = ask();
    await answerNext(bytes("v1"));
    expect((await there).record.outcome).toMatchObject({ digest: digest("v1") });
  });

  it("remembers a missing original for a short time, and forgets it at once when it is invalidated", async () => {
    const missing = ask();
    await answerNext({ kind: "missing", status: 404 });
    expect((await missing).record.outcome).toEqual({ kind: "error", code: "ORIGINAL_MISSING" });
    expect(await digestNow()).toBe("ORIGINAL_MISSING");
    invalidate(1);
    const there = ask();
    await answerNext(bytes("v1"));
    expect((await there).record.outcome).toMatchObject({ digest: digest("v1") });
  });

  describe("versions", () => {
    it("takes the digest's own version as exact without asking anyone", async () => {
      await fill("v1");
      expect(await ask(vh("v1"))).toMatchObject({ trust: "exact" });
      expect(origin.asked).toHaveLength(0);
    });

    it("confirms a new opaque version by asking the origin after it was first seen, and shows new bytes", async () => {
      await fill("v1");
      const current = ask("2");
      await settle();
      expect(origin.asked[0]).toMatchObject({ conditional: true });
      await answerNext(bytes("v2"));
      expect(await current).toMatchObject({ trust: "known", record: { outcome: { digest: digest("v2") } } });
      expect(await ask("2")).toMatchObject({ trust: "known" });
      expect(origin.asked).toHaveLength(0);
    });

    it("does not confirm a version by a revalidation that was under way before it was seen", async () => {
      await fill("v1");
      const first = ask("2");
      await settle();
      const second = ask("3");
      await settle();
      expect(origin.asked).toHaveLength(1);
      await answerNext(bytes("v1"));
      await first;
      expect(origin.asked).toHaveLength(1);
      await answerNext(bytes("v3"));
      expect(await second).toMatchObject({ trust: "known", record: { outcome: { digest: digest("v3") } } });
    });

    it("calls a content version of other bytes unmatched, and a former one known", async () => {
      await fill("v1");
      invalidate(1);
      await fill("v2");
      expect(await ask(vh("v1"))).toMatchObject({ trust: "known" });
      const early = ask(vh("v3"));
      await answerNext({ kind: "unchanged", validators: {} });
      expect(await early).toMatchObject({
        trust: "unmatched",
        record: { outcome: { digest: digest("v2") } },
      });
    });

    it("asks the origin only a few times for random versions and leaves the rest unconfirmed", async () => {
      await fill("v1");
      let asked = 0;
      for (let random = 0; random < 40; random += 1) {
        const current = ask(`random-${random}`);
        await settle();
        asked += origin.asked.length;
        await answerNext({ kind: "unchanged", validators: {} });
        await current;
      }
      expect(asked).toBe(10);
      expect(await ask("random-99")).toMatchObject({ trust: "unconfirmed" });
    });

    it("spends the allowance on flights, not on callers: everyone who brings a new version shares one", async () => {
      await fill("v1");
      const together = Array.from({ length: 50 }, () => ask("2"));
      await settle();
      expect(origin.asked).toHaveLength(1);
      await answerNext(bytes("v2"));
      for (const current of await Promise.all(together)) {
        expect(current).toMatchObject({ trust: "known", record: { outcome: { digest: digest("v2") } } });
      }
    });

    it("forgets confirmed versions when the bytes change", async () => {
      await fill("v1");
      const confirmed = ask("2");
      await answerNext({ kind: "unchanged", validators: {} });
      await confirmed;
      invalidate(1);
      await fill("v2");
      const again = ask("2");
      await settle();
      expect(origin.asked).toHaveLength(1);
      await answerNext({ kind: "unchanged", validators: {} });
      expect(await again).toMatchObject({ trust: "known" });
    });
  });
});
