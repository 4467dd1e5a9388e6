import { beforeEach, describe, expect, it } from "vitest";
import type { Variants } from "../cache/variants.ts";
import type { Run } from "../cells/cells.ts";
import { type CutoutEnd, Cutouts } from "./cutouts.ts";
import type { CutoutMaker } from "./makers.ts";

const facts = {
  ...({ format: "jpeg", width: 4_000, height: 3_000, pages: 1, hasAlpha: false } as const),
  ...{ pixels: 12e6, interlaced: false },
};
const run = (() => Promise.reject(new Error("nothing runs here"))) as unknown as Run;
const MASK = new Uint8Array([1, 2, 3]);

/** What a removal does next; it is broken off like a real one. */
let work: (original: string, signal: AbortSignal) => Promise<Uint8Array | undefined>;
let made: string[];
let kept: Map<string, Uint8Array>;
let originals: Map<string, Uint8Array>;
let ends: CutoutEnd[];
let running: { now: number; most: number };
let giveWay: () => void;

const own: CutoutMaker = {
  name: "own",
  async make(_run, original, signal) {
    const name = new TextDecoder().decode(original);
    made.push(name);
    return work(name, signal);
  },
};

function make(makers: readonly CutoutMaker[] = [own]) {
  const variants: Pick<Variants, "make" | "find" | "isKept"> = {
    isKept: (key) => kept.has(key),
    find: async (key) => {
      const bytes = kept.get(key);
      return bytes && { bytes, from: "disk" };
    },
    async make({ key, digest, bytesOf, patience }, work) {
      const found = kept.get(key);
      if (found) return { bytes: found, from: "shared" };
      const original = await bytesOf(digest);
      if (!original) return undefined;
      giveWay = () => patience?.giveWay();
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      const bytes = await work(run, original, new Map()).finally(() => {
        running.now -= 1;
      });
      kept.set(key, bytes);
      return { bytes, from: "rendered" };
    },
  };
  return new Cutouts({
    ...{ variants, makers, pauseMs: 1, report: (end: CutoutEnd) => void ends.push(end) },
    bytesOf: async (digest) => originals.get(digest),
  });
}

async function settled(cutouts: Cutouts, digest: string) {
  const cutout = await cutouts.of(digest, facts);
  await cutout?.over;
  return cutout;
}

describe("Cutouts", () => {
  beforeEach(() => {
    [made, ends, kept, running] = [[], [], new Map(), { now: 0, most: 0 }];
    originals = new Map(
      ["a", "b", ...Array.from({ length: 20 }, (_, at) => `o${at}`)].map((name) => [
        name,
        new TextEncoder().encode(name),
      ]),
    );
    work = async () => MASK;
  });

  it("begins at the first request, makes one mask for all who ask, and gives its bytes by its digest", async () => {
    const cutouts = make();
    const [one, other] = await Promise.all([cutouts.of("a", facts), cutouts.of("a", facts)]);
    expect([one === other, one?.state]).toEqual([true, "waiting"]);
    await one?.over;
    await expect.poll(() => ends).toEqual(["made"]);
    expect([one?.state, made]).toEqual(["ready", ["a"]]);
    expect(await cutouts.bytesOf(one?.mask ?? "")).toEqual(MASK);
    expect(await cutouts.bytesOf("another")).toBeUndefined();
  });

  it("never makes two at a time, however many are asked for at once", async () => {
    work = () => new Promise((resolve) => setTimeout(() => resolve(MASK), 2));
    const cutouts = make();
    const names = Array.from({ length: 20 }, (_, at) => `o${at}`);
    const all = await Promise.all(names.map((name) => settled(cutouts, name)));
    expect(new Set(all.map((each) => each?.state))).toEqual(new Set(["ready"]));
    expect([made.length, running.most]).toEqual([20, 1]);
  });

  it("knows again what an earlier process made, and that there was no subject", async () => {
    await settled(make(), "a");
    work = async () => undefined;
    await settled(make(), "b");
    made = [];
    const again = make();
    expect([(await again.of("a", facts))?.state, (await again.of("b", facts))?.state]).toEqual([
      "ready",
      "none",
    ]);
    expect(made).toEqual([]);
  });

  it("gives up after three attempts, and the picture stays", async () => {
    work = async () => Promise.reject(new Error("broken"));
    expect((await settled(make(), "a"))?.state).toBe("none");
    expect([made, ends]).toEqual([
      ["a", "a", "a"],
      ["failed", "failed", "failed"],
    ]);
  });

  it("asks the next provider where one fails, and tells their masks apart", async () => {
    const broken: CutoutMaker = { name: "theirs", make: async () => Promise.reject(new Error("down")) };
    const standIn = await settled(make([broken, own]), "a");
    expect(standIn?.state).toBe("ready");
    await expect.poll(() => ends).toEqual(["stand-in"]);
    const theirs = await settled(make([{ ...own, name: "theirs" }, own]), "a");
    await expect.poll(() => ends).toEqual(["stand-in", "made"]);
    expect([theirs?.state, made.length]).toEqual(["ready", 2]);
  });

  it("gives way to visitors as often as they come, and is done in the end", async () => {
    let times = 0;
    work = (_, signal) =>
      ++times > 3
        ? Promise.resolve(MASK)
        : new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(new Error("killed")));
            queueMicrotask(giveWay);
          });
    expect((await settled(make(), "a"))?.state).toBe("ready");
    await expect.poll(() => ends).toEqual(["interrupted", "interrupted", "interrupted", "made"]);
  });

  it("begins anew where the original, or the mask, is gone", async () => {
    const cutouts = make();
    originals.delete("a");
    expect((await settled(cutouts, "a"))?.state).toBe("lost");
    originals.set("a", MASK);
    const found = await settled(cutouts, "a");
    expect(found?.state).toBe("ready");
    kept.clear();
    expect(await cutouts.bytesOf(found?.mask ?? "")).toBeUndefined();
    expect((await settled(cutouts, "a"))?.state).toBe("ready");
    expect(made.length).toBe(2);
  });

  it("leaves what moves and drawings as they are", async () => {
    const cutouts = make();
    expect(await cutouts.of("a", { ...facts, pages: 2 })).toBeUndefined();
    expect(await cutouts.of("a", { ...facts, format: "svg" })).toBeUndefined();
  });

  it("begins nothing once it is stopped, and waits for what is under way", async () => {
    work = (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("killed"))));
    const cutouts = make();
    await cutouts.of("a", facts);
    await cutouts.of("b", facts);
    await expect.poll(() => running.now).toBe(1);
    await cutouts.stop();
    expect([made, ends, cutouts.waiting]).toEqual([["a"], ["interrupted"], 0]);
  });
});
