import type { CdnDriver, Probe } from "@freshet/core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

/** What the server behind the node answers. A fenced node must read `stamp` (Freshet-Stamp) and `tags`. */
export interface InnerAnswer {
  readonly status: number;
  readonly body: string;
  readonly stamp: number | undefined;
  readonly tags: readonly string[];
  readonly etag: string;
}

export interface NodeAnswer {
  readonly status: number;
  readonly body: string;
}

/** A node as visitors and operators have it. */
export interface CdnNode {
  get(path: string): Promise<NodeAnswer>;
  /** Loses cache and fence together, as a process does that dies and is started again. */
  restart(): Promise<void>;
  /** From now on nobody reaches it. Called last. */
  stop(): Promise<void>;
}

/** What the suite needs of a driver under test. */
export interface CdnDriverSubject {
  readonly name: string;
  /** A new node before which nobody has joined, with `inner` behind it: what `inner` gives may be kept for a year. */
  create(
    inner: (path: string) => Promise<InnerAnswer>,
  ): Promise<{ readonly driver: CdnDriver; readonly node: CdnNode }>;
}

const PROJECT = "conformance";
const HEAD = 100;

/** The contract of a `CdnDriver` whose ending is "fenced": run it in a driver's own test file. */
export function testCdnDriver(subject: CdnDriverSubject): void {
  const pages = new Map<string, InnerAnswer>();
  const gates = new Map<string, Promise<void>>();
  const asked = new Map<string, number>();
  const signal = new AbortController().signal;
  let driver: CdnDriver;
  let node: CdnNode;
  let head = HEAD;
  let originals = 0;

  const tagOf = (letter: string, place: number) =>
    `${letter}-${place.toString(16).padStart(4, "0")}${"0".repeat(12)}`;

  /** Reads the page first and is slow afterwards, as a render is. */
  async function inner(path: string): Promise<InnerAnswer> {
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const page = pages.get(path);
    await gates.get(path);
    return page ?? { status: 404, body: "nothing here", stamp: undefined, tags: [], etag: '""' };
  }

  /** A new original with one variant; its answers carry its own tag, one per generation, a folder's and the project's. */
  function original(...more: readonly string[]) {
    const place = ++originals;
    const tag = tagOf("o", place);
    const path = `/original-${place}.jpg?w=300`;
    const tags = () => [tag, `${tag}.g${head}`, tagOf("p", place), tagOf("t", 1), ...more];
    const publish = (body: string, stamp = head) =>
      void pages.set(path, { status: 200, body, stamp, tags: tags(), etag: `"${body}"` });
    publish("first");
    return { tag, folder: tagOf("p", place), path, publish, fills: () => asked.get(path) ?? 0 };
  }

  /** Holds answers for a path back, from after they read the page until they are released. */
  function hold(path: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    gates.set(path, promise);
    return () => {
      gates.delete(path);
      resolve();
    };
  }

  const body = async (path: string) => (await node.get(path)).body;
  const purge = (sequence: number, ...tags: readonly string[]) =>
    driver.purgeTags?.({ sequence, project: PROJECT, tags }, signal);
  const isKept = async (subjectOf: { readonly path: string; fills(): number }) => {
    await body(subjectOf.path);
    const before = subjectOf.fills();
    await body(subjectOf.path);
    return subjectOf.fills() === before;
  };

  describe(`CDN driver contract: ${subject.name}`, () => {
    beforeAll(async () => {
      ({ driver, node } = await subject.create(inner));
    }, 60_000);
    afterAll(async () => node?.stop());
    beforeEach(() => void head++);

    test("a driver names its node, rests on the fence and states its batch", () => {
      expect(driver.ending).toBe("fenced");
      expect(driver.name).not.toBe("");
      expect(driver.limits.batch).toBeGreaterThan(0);
    });

    test("a node that knows no number passes everything, and joins once", async () => {
      const one = original();
      expect(await isKept(one)).toBe(false);
      expect((await driver.join?.(HEAD, signal))?.was).toBe("joined");
      expect((await driver.join?.(HEAD + 50, signal))?.was).toBe("known");
      expect(await isKept(one)).toBe(true);
    });

    test("an answer made before the base number is not kept", async () => {
      const one = original();
      one.publish("from before", HEAD - 1);
      expect(await isKept(one)).toBe(false);
    });

    test("an answer without stamp, or without tags, is not kept", async () => {
      const one = original();
      pages.set(one.path, { status: 200, body: "x", stamp: undefined, tags: [one.tag], etag: '"x"' });
      expect(await isKept(one)).toBe(false);
      pages.set(one.path, { status: 200, body: "x", stamp: head, tags: [], etag: '"x"' });
      expect(await isKept(one)).toBe(false);
    });

    test("a purge removes what carries its tag, and nothing else", async () => {
      const [changed, other] = [original(), original()];
      await Promise.all([body(changed.path), body(other.path)]);
      changed.publish("second", head + 1);
      other.publish("second", head + 1);
      await purge(++head, changed.tag);
      expect(await body(changed.path)).toBe("second");
      expect(await body(other.path)).toBe("first");
    });

    test("every tag of an answer can be purged: a folder, a second source, an old generation", async () => {
      const overlay = original();
      const user = original(overlay.tag);
      for (const tag of [user.folder, overlay.tag, `${user.tag}.g${head}`]) {
        user.publish(`before ${tag}`, ++head);
        await purge(head, user.tag);
        expect(await body(user.path)).toBe(`before ${tag}`);
        user.publish(`after ${tag}`, head + 1);
        await purge(++head, tag.includes(".g") ? `${user.tag}.g${head - 1}` : tag);
        expect(await body(user.path)).toBe(`after ${tag}`);
      }
    });

    test("a purge by a folder or a tag of the user covers all that carry it, and spares the others", async () => {
      const [shelf, campaign] = [tagOf("p", 30_000), tagOf("u", 30_001)];
      const [inFolder, inBoth, tagged, other] = [
        original(shelf),
        original(shelf, campaign),
        original(campaign),
        original(),
      ];
      const everyone = [inFolder, inBoth, tagged, other];
      const bodies = () => Promise.all(everyone.map(({ path }) => body(path)));
      for (const one of everyone) one.publish("first", ++head);
      await bodies();
      for (const one of everyone) one.publish("second", head + 1);
      await purge(++head, shelf);
      expect(await bodies()).toEqual(["second", "second", "first", "first"]);
      for (const one of everyone) one.publish("third", head + 1);
      await purge(++head, campaign, inFolder.tag);
      expect(await bodies()).toEqual(["third", "third", "third", "first"]);
    });

    test("of sixteen tags of an answer each fences a fill in flight", async () => {
      const more = ["p", "p", "p", "p", "p", "p", "p", "u", "u", "u", "u", "u"].map((letter, place) =>
        tagOf(letter, 31_000 + place),
      );
      const one = original(...more);
      for (const tag of [one.folder, ...more]) {
        await purge(++head, one.tag);
        one.publish(`before ${tag}`);
        const release = hold(one.path);
        const before = one.fills();
        const early = body(one.path);
        await expect.poll(one.fills).toBe(before + 1);
        await purge(++head, tag);
        one.publish(`after ${tag}`);
        release();
        expect(await early).toBe(`before ${tag}`);
        expect(await body(one.path)).toBe(`after ${tag}`);
      }
    });

    test("a project's purge covers the project's answers, and no other project's", async () => {
      const [one, two] = [original(), original()];
      const foreign = { path: "/foreign.jpg", fills: () => asked.get("/foreign.jpg") ?? 0 };
      const tags = [tagOf("o", 9000), tagOf("t", 2)];
      pages.set(foreign.path, { status: 200, body: "first", stamp: head, tags, etag: '"f"' });
      await Promise.all([body(one.path), body(two.path), body(foreign.path)]);
      one.publish("second", head + 1);
      two.publish("second", head + 1);
      pages.set(foreign.path, { status: 200, body: "second", stamp: head + 1, tags, etag: '"g"' });
      await driver.purgeProject?.({ sequence: ++head, project: PROJECT, tag: tagOf("t", 1) }, signal);
      expect(await body(one.path)).toBe("second");
      expect(await body(two.path)).toBe("second");
      expect(await body(foreign.path)).toBe("first");
    });

    test("a fill in flight when the purge comes is served to those who asked before it, and kept for nobody", async () => {
      const one = original();
      const release = hold(one.path);
      const early = body(one.path);
      await expect.poll(one.fills).toBe(1);
      await purge(++head, one.tag);
      one.publish("second");
      release();
      expect(await early).toBe("first");
      expect(await body(one.path)).toBe("second");
      expect(await isKept(one)).toBe(true);
    });

    test("a request after the purge does not wait for a fill that began before it", async () => {
      const one = original();
      const release = hold(one.path);
      const early = body(one.path);
      await expect.poll(one.fills).toBe(1);
      await purge(++head, one.tag);
      one.publish("second");
      gates.delete(one.path);
      expect(await body(one.path)).toBe("second");
      release();
      expect(await early).toBe("first");
      expect(await body(one.path)).toBe("second");
    });

    test("a purge that comes again removes nothing that was made after it for good", async () => {
      const one = original();
      await purge(++head, one.tag);
      one.publish("second");
      await body(one.path);
      await Promise.all([purge(head, one.tag), purge(head, one.tag), purge(head, one.tag)]);
      expect(await body(one.path)).toBe("second");
      expect(await isKept(one)).toBe(true);
    });

    test("an older purge that comes late does not let an older answer in", async () => {
      const one = original();
      const older = ++head;
      await purge(older, one.tag);
      one.publish("between", older);
      const release = hold(one.path);
      const early = body(one.path);
      await expect.poll(one.fills).toBe(1);
      await purge(++head, one.tag);
      await purge(older, one.tag);
      one.publish("newest");
      release();
      await early;
      expect(await body(one.path)).toBe("newest");
      expect(await isKept(one)).toBe(true);
    });

    test("purges in the wrong order leave the newest in force", async () => {
      const one = original();
      const older = ++head;
      await purge(++head, one.tag);
      await purge(older, one.tag);
      one.publish("old", older);
      expect(await isKept(one)).toBe(false);
      one.publish("new", head);
      expect(await isKept(one)).toBe(true);
    });

    test("a full batch of the longest tags is carried out, one more is refused", async () => {
      const many = Array.from(
        { length: driver.limits.batch },
        (_, place) => `${tagOf("o", 20_000 + place)}.g999999999999999`,
      );
      const one = original();
      await body(one.path);
      one.publish("second", head + 1);
      head++;
      await purge(head, ...many.slice(1), one.tag);
      expect(await body(one.path)).toBe("second");
      await expect(purge(head, ...many, one.tag)).rejects.toThrow(driver.name);
      await expect(purge(head)).resolves.toBeUndefined();
    });

    test("a tag that is none is refused, and nothing of that purge is carried out", async () => {
      const one = original();
      await body(one.path);
      one.publish("second", head + 1);
      await expect(purge(head + 1, one.tag, "*")).rejects.toThrow(driver.name);
      expect(await body(one.path)).toBe("first");
      head++;
    });

    test("a probe says what a visitor gets", async () => {
      const one = original();
      const ask = () =>
        driver.probe?.({ path: one.path, host: undefined, accept: "image/webp" }, signal) as Promise<Probe>;
      expect(await ask()).toEqual({ status: 200, stamp: head, etag: '"first"', cache: "miss" });
      expect(await ask()).toEqual({ status: 200, stamp: head, etag: '"first"', cache: "hit" });
      one.publish("second", head + 1);
      await purge(++head, one.tag);
      expect(await ask()).toEqual({ status: 200, stamp: head, etag: '"second"', cache: "miss" });
      expect(
        await driver.probe?.({ path: "/nothing.jpg", host: undefined, accept: undefined }, signal),
      ).toMatchObject({
        status: 404,
        stamp: undefined,
      });
    });

    test("what was aborted rejects", async () => {
      const aborted = AbortSignal.abort(new Error("no longer wanted"));
      const tags = [tagOf("o", 1)];
      await expect(driver.purgeTags?.({ sequence: head, project: PROJECT, tags }, aborted)).rejects.toThrow(
        "no longer wanted",
      );
      await expect(driver.join?.(head, aborted)).rejects.toThrow("no longer wanted");
    });

    test("a restarted node has forgotten, passes everything, and keeps nothing from before its new base number", async () => {
      const one = original();
      await body(one.path);
      await node.restart();
      expect(await isKept(one)).toBe(false);
      expect((await driver.join?.(++head, signal))?.was).toBe("joined");
      expect(await isKept(one)).toBe(false);
      one.publish("second", head);
      expect(await isKept(one)).toBe(true);
    }, 60_000);

    test("a purge is heeded by a node that has not joined yet", async () => {
      await node.restart();
      const one = original();
      await purge(head + 1, one.tag);
      expect((await driver.join?.(head, signal))?.was).toBe("joined");
      expect(await isKept(one)).toBe(false);
      one.publish("second", ++head);
      expect(await isKept(one)).toBe(true);
    }, 60_000);

    test("a node that cannot be reached makes everything reject with a sentence that names it", async () => {
      await node.stop();
      for (const attempt of [
        purge(head, tagOf("o", 1)),
        driver.join?.(head, signal),
        driver.probe?.({ path: "/a.jpg", host: undefined, accept: undefined }, signal),
      ]) {
        await expect(attempt).rejects.toThrow(`${driver.name} cannot be reached`);
      }
    }, 60_000);
  });
}
