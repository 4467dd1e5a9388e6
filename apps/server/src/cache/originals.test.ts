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

  it("keeps nothing on the disk of what was never there, and replaces there what is gone", async () => {
    const kept = async () => {
      const entries = await readdir(join(folder, "records"), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8"));
      return (await Promise.all(texts)).map((text) => /"code":"\w+"|"digest"/.exec(text)?.[0]);
    };
    await fill("v1");
    await expect.poll(kept).toEqual(['"digest"']);
    const [here, elsewhere] = [original, { ...original, recordKey: "demo/h.example/b.jpg" }];
    invalidate(1);
    for (const each of [elsewhere, here]) {
      original = each;
      const missing = ask();
      await answerNext({ kind: "missing", status: 404 });
      await missing;
    }
    await expect.poll(kept).toEqual(['"code":"ORIGINAL_MISSING"']);
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
      for (const wait of [0, 10_001]) {
        time += wait;
        expect(await askDown()).toBe(digest("v1"));
      }
      // Its end comes before the next question would.
      time += 8_998;
      expect(await digestNow()).toBe(digest("v1"));
      time += 1;
      expect(await askDown()).toBe("ORIGIN_SLOW");
    });

    it("lets nothing stand in where the origin is well and takes the original back", async () => {
      await expire();
      expect(await askDown()).toBe(digest("v1"));
      time += 10_001;
      const denied = ask();
      await answerNext({ kind: "refused", code: "ORIGIN_BROKEN", reason: "403", isDenied: true });
      expect((await denied).record.outcome).toEqual({ kind: "error", code: "ORIGIN_BROKEN" });
      time += 5_001;
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
      expect(originals.secondsOfDoubt(record)).toBe(10);
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
      time += 10_001;
      const back = ask();
      await settle();
      expect(origin.asked[0]).toMatchObject({ conditional: true });
      await answerNext({ kind: "unchanged", validators: {} });
      const { record } = await back;
      expect(record.stale).toBeUndefined();
      expect(record.expires).toBe(time + 100_000);
    });
  });

  describe("while an expired record is asked about", () => {
    const WINDOW = 40;
    beforeEach(() => {
      const origins = { ...ORIGIN_DEFAULTS, staleWhileRevalidate: WINDOW };
      original = { ...original, project: { ...project, origins } };
    });
    const expire = async () => {
      await fill("v1");
      time += 101_000;
    };
    const unchanged: Fetched = { kind: "unchanged", validators: {} };

    it("answers at once with what is known, and asks the origin once, on condition", async () => {
      await expire();
      for (let index = 0; index < 3; index += 1) {
        const { record, covered, staleUntil } = await ask();
        expect(record.outcome).toMatchObject({ digest: digest("v1") });
        expect({ covered, staleUntil }).toEqual({
          covered: false,
          staleUntil: record.expires + WINDOW * 1_000,
        });
      }
      expect(origin.asked).toMatchObject([{ fresh: false, conditional: true }]);
      await answerNext(unchanged);
      const { record, staleUntil } = await ask();
      expect(staleUntil).toBeUndefined();
      expect(record.expires).toBe(time + 100_000);
      expect(origin.asked).toHaveLength(0);
    });

    it("gives the next answer from what the origin said", async () => {
      await expire();
      expect(await digestNow()).toBe(digest("v1"));
      await answerNext(bytes("v2"));
      await expect.poll(() => digestNow()).toBe(digest("v2"));
      expect(origin.asked).toHaveLength(0);
    });

    it("carries the number read before it was found uncovered, like every other answer", async () => {
      await expire();
      coverage.apply(7, []);
      expect((await ask()).stamp).toBe(7);
    });

    it("ends with an invalidation: nobody gets it, and nobody joins the flight from before", async () => {
      await expire();
      expect(await digestNow()).toBe(digest("v1"));
      invalidate(1);
      const covered = ask();
      await settle();
      expect(origin.asked).toMatchObject([{ conditional: true }, { fresh: true, conditional: false }]);
      await answerNext(bytes("v1"));
      await answerNext(bytes("v2"));
      expect(await covered).toMatchObject({
        covered: false,
        stamp: 1,
        record: { outcome: { digest: digest("v2") } },
      });
    });

    it("ends with what the project allows; then somebody waits", async () => {
      await expire();
      time += WINDOW * 1_000 - 1_001;
      expect((await ask()).staleUntil).toBe(time + 1);
      time += 1;
      const waiting = ask();
      await answerNext(bytes("v2"));
      expect((await waiting).record.outcome).toMatchObject({ digest: digest("v2") });
    });

    it("lets caches keep the answer for a second, and not beyond the end", async () => {
      await expire();
      const { record, staleUntil } = await ask();
      expect(originals.secondsOfDoubt(record, staleUntil)).toBe(1);
      expect(originals.peek(original, undefined)).toBeUndefined();
      time += WINDOW * 1_000 - 1_500;
      expect(originals.secondsOfDoubt(record, staleUntil)).toBe(0);
    });

    it("answers under versions that are true or confirmed, and under no other", async () => {
      const confirmed = ask("2");
      await answerNext(bytes("v1"));
      await confirmed;
      time += 101_000;
      for (const version of ["2", vh("v1")]) {
        expect((await ask(version)).staleUntil).toBeDefined();
      }
      await answerNext(unchanged);
      for (const version of ["3", vh("v9")]) {
        time += 101_000;
        const asking = ask(version);
        await answerNext(unchanged);
        expect((await asking).staleUntil).toBeUndefined();
      }
    });

    it("is not for whoever is patient, nor past the lease", async () => {
      await expire();
      for (const asking of [
        originals.current(original, undefined, "current", { isPatient: true }),
        originals.current(original, undefined, "past lease"),
      ]) {
        await answerNext(bytes("v2"));
        await expect(asking).resolves.toMatchObject({ record: { outcome: { digest: digest("v2") } } });
        time += 101_000;
      }
    });

    it("is not for what an old cache gave, nor for what was missing", async () => {
      invalidate(1);
      const doubtful = ask();
      await answerNext(bytes("v1", { age: 30 }));
      await doubtful;
      time += 5_001;
      const after = ask();
      await answerNext({ kind: "missing", status: 404 });
      expect((await after).record.outcome).toMatchObject({ code: "ORIGINAL_MISSING" });
      time += 10_001;
      const later = ask();
      await answerNext(bytes("v2"));
      expect((await later).record.outcome).toMatchObject({ digest: digest("v2") });
    });

    it("says nothing of an origin that fails meanwhile: the next answer is what the project wants then", async () => {
      await expire();
      expect(await digestNow()).toBe(digest("v1"));
      await answerNext({ kind: "refused", code: "ORIGIN_BROKEN", reason: "500" });
      expect(await digestNow()).toBe("ORIGIN_BROKEN");
    });

    it.each([
      [86_400, 60],
      [3_000, 30],
      [99, 0],
    ])("where the project does not say, records of %i s answer for %i s more", async (revalidate, window) => {
      const { origins: _, ...rest } = project;
      original = { ...original, project: { ...rest, cache: { ...project.cache, revalidate } } };
      await fill("v1");
      time += revalidate * 1_000 + window * 1_000 - 1;
      const asking = ask();
      await answerNext(unchanged);
      expect((await asking).staleUntil).toBe(window === 0 ? undefined : time + 1);
    });
  });

  it("remembers what was refused for as long as asking again costs, and never past an invalidation", async () => {
    const remembered = [
      ["ORIGIN_DOWN", 1],
      ["ORIGIN_BROKEN", 5],
      ["ORIGIN_SLOW", 10],
      ["ORIGINAL_TOO_LARGE", 30],
      ["IMAGE_TOO_LARGE", 30],
      ["IMAGE_UNREADABLE", 30],
    ] as const;
    for (const [index, [code, seconds]] of remembered.entries()) {
      const refused: Fetched = { kind: "refused", code, reason: "" };
      const asking = ask();
      await answerNext(refused);
      await asking;
      time += seconds * 1_000 - 1;
      expect(await digestNow()).toBe(code);
      expect(origin.asked).toHaveLength(0);
      time += 1;
      const again = ask();
      await answerNext(refused);
      await again;
      invalidate(index + 1);
    }
    await fill("v1");
    expect(await digestNow()).toBe(digest("v1"));
  });

  it("remembers no failure of its own: whoever comes next asks again", async () => {
    const busy = new Error("no room");
    originals = new Originals({
      ...{ source: origin.source, coverage, records, now: () => time },
      bytes: await DiskStore.open(join(folder, "more"), 1e6),
      readFacts: () => Promise.reject(busy),
    });
    for (let index = 0; index < 2; index += 1) {
      const failing = expect(ask()).rejects.toBe(busy);
      await answerNext(bytes("v1"));
      await failing;
    }
    expect(records.size).toBe(0);
  });

  it("believes an old cache that an original is missing, or no image, for five seconds after an invalidation", async () => {
    const said: readonly Fetched[] = [
      { kind: "missing", status: 404, age: 30 },
      { kind: "refused", code: "IMAGE_UNREADABLE", reason: "", age: 30 },
    ];
    for (const [index, each] of said.entries()) {
      invalidate(index + 1);
      const doubtful = ask();
      await answerNext(each);
      expect((await doubtful).record).toMatchObject({ doubtful: true, outcome: { kind: "error" } });
      time += 5_000;
      await fill(`v${index}`);
      expect(await digestNow()).toBe(digest(`v${index}`));
    }
  });

  describe("an original that is too large to be rendered", () => {
    const tooLarge: Fetched = { kind: "refused", code: "IMAGE_TOO_LARGE", reason: "" };
    let inspected: (((beginning: Uint8Array) => Promise<unknown>) | undefined)[];
    beforeEach(async () => {
      inspected = [];
      const source: Source = {
        fetch: (location, request, signal) => {
          inspected.push(request.inspect);
          return origin.source.fetch(location, request, signal);
        },
      };
      originals = new Originals({
        ...{ source, coverage, records, now: () => time, readFacts: async () => undefined },
        bytes: await DiskStore.open(join(folder, "more"), 1e6),
        inspect: async () => tooLarge,
      });
    });
    const verdict = () => inspected.at(-1)?.(new Uint8Array());
    const askAsItIs = () => originals.current(original, undefined, "current", { wanted: "picture" });

    it("is not read to its end while nobody wants it as it is", async () => {
      const pixels = ask();
      await settle();
      expect(await verdict()).toBe(tooLarge);
      await answerNext(tooLarge);
      expect((await pixels).record.outcome).toMatchObject({ code: "IMAGE_TOO_LARGE" });
      const whole = askAsItIs();
      await settle();
      expect(await verdict()).toBe("enough");
      await answerNext(bytes("v1"));
      expect((await whole).record.outcome).toMatchObject({ digest: digest("v1") });
      expect(await digestNow()).toBe(digest("v1"));
    });

    it("is read to its end for everybody as soon as somebody wants it as it is", async () => {
      const pixels = ask();
      await settle();
      const whole = askAsItIs();
      await settle();
      expect(origin.asked).toHaveLength(1);
      expect(await verdict()).toBe("enough");
      await answerNext(bytes("v1"));
      for (const each of [pixels, whole])
        expect((await each).record.outcome).toMatchObject({ digest: digest("v1") });
    });

    it("is read again by whoever wants it as it is and came after it was refused", async () => {
      const pixels = ask();
      await settle();
      const whole = askAsItIs();
      await answerNext(tooLarge);
      expect((await pixels).record.outcome).toMatchObject({ code: "IMAGE_TOO_LARGE" });
      await answerNext(bytes("v1"));
      expect((await whole).record.outcome).toMatchObject({ digest: digest("v1") });
    });
  });

  describe("an original that is no picture", () => {
    const unreadable: Fetched = { kind: "refused", code: "IMAGE_UNREADABLE", reason: "" };
    let verdict: () => Promise<unknown> | undefined;
    beforeEach(async () => {
      const source: Source = {
        fetch: (location, request, signal) => {
          verdict = () => request.inspect?.(new Uint8Array());
          return origin.source.fetch(location, request, signal);
        },
      };
      originals = new Originals({
        ...{ source, coverage, records, now: () => time, readFacts: async () => undefined },
        bytes: await DiskStore.open(join(folder, "files"), 1e6),
        inspect: async () => unreadable,
      });
    });
    const askFor = (wanted: "picture" | "file") =>
      originals.current(original, undefined, "current", { wanted });
    const css = { ...(bytes("a { }") as Extract<Fetched, { kind: "found" }>), contentType: "Text/CSS" };

    it("is read to its end for whoever wants any file, also after it was refused, and then known to all", async () => {
      const picture = askFor("picture");
      await settle();
      expect(await verdict()).toBe(unreadable);
      await answerNext(unreadable);
      expect((await picture).record.outcome).toMatchObject({ code: "IMAGE_UNREADABLE" });
      const file = askFor("file");
      await settle();
      expect(await verdict()).toBe("enough");
      await answerNext(css);
      const known = { digest: digest("a { }"), mediaType: "text/css", facts: undefined };
      expect((await file).record.outcome).toMatchObject(known);
      expect((await askFor("picture")).record.outcome).toMatchObject(known);
    });

    it("is read to its end again by whoever looks whether it has changed", async () => {
      const file = askFor("file");
      await answerNext(css);
      await file;
      invalidate(1);
      const again = originals.reread(original);
      await settle();
      expect(await verdict()).toBe("enough");
      await answerNext(bytes("b { }"));
      expect((await again)?.outcome).toMatchObject({ digest: digest("b { }") });
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
    time += 5_001;
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

  it("keeps what waits for its render rather than what has been rendered, and knows what originals take", async () => {
    const size = 2.5 * 2 ** 20;
    const large = async (number: number) => {
      const each = describeOriginal(project, `https://h.example/${number}.jpg`);
      const current = originals.current(each, undefined);
      await answerNext(bytes("", { bytes: new Uint8Array(size).fill(number) }));
      const { outcome } = (await current).record;
      return outcome.kind === "bytes" ? outcome.digest : "";
    };
    const before = originals.bytes.typicalSize;
    const digests: string[] = [];
    for (let number = 0; number < 6; number += 1) digests.push(await large(number));
    expect(originals.bytes.typicalSize).toBeLessThan(before);
    expect(originals.bytes.typicalSize).toBeGreaterThan(size);
    // The first two have their turn; there is no room for a seventh, and the disk of this test has none for any.
    for (const digest of digests.slice(0, 2)) await originals.bytes.get(digest, Promise.resolve());
    digests.push(await large(6));
    await settle();
    const kept = await Promise.all(digests.map((digest) => originals.bytes.get(digest)));
    expect(kept.map((each) => each?.[0])).toEqual([undefined, 1, 2, 3, 4, 5, 6]);
  });
});
