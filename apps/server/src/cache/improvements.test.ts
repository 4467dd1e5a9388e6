import { setTimeout as sleep } from "node:timers/promises";
import { RenderError } from "@freshet/core/resize";
import { beforeEach, describe, expect, it } from "vitest";
import { ASKED, type Improvement } from "./improvement.ts";
import { type ImprovementEnd, Improvements } from "./improvements.ts";
import { type Better, betterKeyOf, type VariantRequest } from "./variants.ts";

const facts = {
  ...({ format: "jpeg", width: 4_000, height: 3_000, pages: 1, hasAlpha: false } as const),
  ...{ pixels: 12e6, interlaced: false },
};
const requestOf = (digest: string, format: "avif" | "webp" = "avif"): VariantRequest => ({
  ...{ digest, further: [], facts, format, transformation: { resize: { w: 400 } } },
});
const BETTER: Better = { kind: "better", bytes: new Uint8Array([1, 2]), from: "rendered" };

/** What `improve` does next; it is broken off like the real one. */
let work: (signal: AbortSignal) => Promise<Better | undefined>;
let attempts: string[];
let kept: Map<string, Better>;
let ends: ImprovementEnd[];
let running: { now: number; most: number };
let giveWay: () => void;

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("killed")));
  });

function make() {
  return new Improvements({
    variants: {
      isKept: (key) => kept.has(key),
      kept: async (key) => kept.get(key),
      async improve(key, { digest }, _bytesOf, { patience }) {
        attempts.push(digest);
        giveWay = () => patience.giveWay();
        running.now += 1;
        running.most = Math.max(running.most, running.now);
        const made = await work(patience.signal).finally(() => {
          running.now -= 1;
        });
        if (made) kept.set(key, made);
        return made;
      },
    },
    bytesOf: async () => undefined,
    report: { ended: (end) => ends.push(end), saved: () => {} },
    pauseMs: 1,
  });
}

/** Asks for a variant until it deserves to be improved. */
async function wanted(improvements: Improvements, digest: string): Promise<Improvement> {
  const improvement = await improvements.of(digest, requestOf(digest));
  if (!improvement) throw new Error("it will never be improved");
  for (let asked = 0; asked < ASKED; asked += 1) improvement.ask();
  return improvement;
}

describe("Improvements", () => {
  beforeEach(() => {
    [attempts, ends, kept, running] = [[], [], new Map(), { now: 0, most: 0 }];
    work = async () => BETTER;
  });

  it("makes one after the other what is asked for again, and nothing else", async () => {
    const improvements = make();
    expect(await improvements.of("webp", requestOf("webp", "webp"))).toBeUndefined();
    await improvements.of("once", requestOf("once"));
    const some = await Promise.all(["a", "b", "c"].map((each) => wanted(improvements, each)));
    await expect.poll(() => some.map(({ state }) => state)).toEqual(["better", "better", "better"]);
    expect([attempts, ends, running.most]).toEqual([["a", "b", "c"], ["better", "better", "better"], 1]);
    expect(await improvements.bytesOf(some[0] as Improvement)).toBe(BETTER);
  });

  it("forgets those that nobody asked for again first", async () => {
    const improvements = make();
    const once = await improvements.of("once", requestOf("once"));
    const again = await improvements.of("again", requestOf("again"));
    expect(await improvements.of("again", requestOf("again"))).toBe(again);
    for (let other = 0; other < 1_000; other += 1) await improvements.of(`${other}`, requestOf(`${other}`));
    expect(await improvements.of("again", requestOf("again"))).toBe(again);
    expect(await improvements.of("once", requestOf("once"))).not.toBe(once);
  });

  it("knows again what an earlier process found, and that nothing was", async () => {
    kept.set(betterKeyOf("a"), { ...BETTER, from: "disk" });
    kept.set(betterKeyOf("b"), { kind: "none", from: "disk" });
    const improvements = make();
    const states = await Promise.all(
      ["a", "b", "c"].map(async (each) => (await improvements.of(each, requestOf(each)))?.state),
    );
    expect(states).toEqual(["better", "none", "open"]);
    expect(attempts).toEqual([]);
  });

  it("is open again when the better answer was evicted", async () => {
    const improvements = make();
    const improvement = await wanted(improvements, "a");
    await expect.poll(() => improvement.state).toBe("better");
    kept.clear();
    expect(await improvements.bytesOf(improvement)).toBeUndefined();
    expect(improvement.state).toBe("open");
  });

  it("remembers that there is none, and what cannot be made", async () => {
    const improvements = make();
    work = async () => ({ kind: "none", from: "rendered" });
    const none = await wanted(improvements, "none");
    await expect.poll(() => none.state).toBe("none");
    work = async () => {
      throw new RenderError("IMAGE_TOO_LARGE", "too large");
    };
    const failed = await wanted(improvements, "failed");
    await expect.poll(() => failed.state).toBe("none");
    work = async () => undefined;
    const lost = await wanted(improvements, "lost");
    await expect.poll(() => lost.state).toBe("open");
    expect(ends).toEqual(["none", "failed", "lost"]);
  });

  it("tries again what gave way to a visitor, and gives up what always does", async () => {
    const improvements = make();
    let killed = 0;
    work = (signal) => {
      if (killed === 2) return Promise.resolve(BETTER);
      killed += 1;
      return untilAborted(signal);
    };
    const improvement = await wanted(improvements, "a");
    for (const each of [1, 2]) {
      await expect.poll(() => attempts.length).toBe(each);
      giveWay();
    }
    await expect.poll(() => improvement.state).toBe("better");
    expect(ends).toEqual(["interrupted", "interrupted", "better"]);

    work = async (signal) => {
      const broken = untilAborted(signal);
      giveWay();
      return broken;
    };
    const never = await wanted(improvements, "b");
    await expect.poll(() => ends.at(-1), { timeout: 10_000 }).toBe("dropped");
    expect(never.state).toBe("open");
  });

  it("breaks off when it is stopped, and begins nothing more", async () => {
    const improvements = make();
    work = untilAborted;
    await wanted(improvements, "a");
    await wanted(improvements, "b");
    await expect.poll(() => attempts).toEqual(["a"]);
    await improvements.stop();
    await wanted(improvements, "c");
    await sleep(20);
    expect([attempts, improvements.waiting, running.now]).toEqual([["a"], 0, 0]);
  });

  it("lets no more wait than its bound", async () => {
    const improvements = make();
    work = untilAborted;
    for (let each = 0; each < 1_010; each += 1) await wanted(improvements, String(each));
    expect(improvements.waiting).toBe(1_000);
    expect(ends).toEqual(Array.from({ length: 9 }, () => "dropped"));
    await improvements.stop();
  });
});
