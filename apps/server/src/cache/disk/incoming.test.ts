import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DiskStore } from "../disk-store.ts";

const folder = () => mkdtemp(join(tmpdir(), "freshet-incoming-"));
const name = (digit: string) => digit.repeat(16);
const filesIn = async (at: string) =>
  (await readdir(at, { recursive: true, withFileTypes: true }))
    .filter((each) => each.isFile())
    .map((each) => each.name);

describe("a file that comes in pieces", () => {
  it("is what was written, for whoever reads it, is lent it or finds it after a restart", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 1e6);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 8 }), async (pieces) => {
        const whole = Buffer.concat(pieces);
        const incoming = store.receive();
        for (const piece of pieces) expect(await incoming.write(piece)).toBe(true);
        expect(await incoming.keep(name("a"))).toBe(true);
        expect(await store.get(name("a"))).toEqual(whole);
        const located = await store.locate(name("a"));
        if (whole.length > 0) expect(located?.bytes).toBe(whole.length);
        expect(await filesIn(at)).toEqual([name("a")]);
      }),
      { numRuns: 50 },
    );
    const kept = await store.get(name("a"));
    await store.close();
    expect(await (await DiskStore.open(at, 1e6)).get(name("a"))).toEqual(kept);
  });

  it("counts as the folder's while it comes: what was used longest ago makes room for it", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 10 * 116);
    for (const digit of "abcdef0123") await store.put(name(digit), Buffer.alloc(100));
    const incoming = store.receive();
    expect(await incoming.write(Buffer.alloc(300))).toBe(true);
    expect(["a", "b", "c"].map((digit) => store.has(name(digit)))).toEqual([false, false, false]);
    expect(store.has(name("d"))).toBe(true);
    expect(await incoming.keep(name("9"))).toBe(true);
    expect(store.bytes).toBeLessThanOrEqual(10 * 116);
    expect(store.largestIncoming).toBe(5 * 116);
  });

  it("leaves nothing where it was given up, and the room to others", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 10 * 116);
    const incoming = store.receive();
    await incoming.write(Buffer.alloc(1_000));
    expect(await incoming.write(Buffer.alloc(1_000))).toBe(false);
    await incoming.discard();
    expect(await filesIn(at)).toEqual([]);
    for (const digit of "abcdef0123") await store.put(name(digit), Buffer.alloc(100));
    expect(store.size).toBe(10);
  });

  it("that a crash left is removed at the next start", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 1e6);
    const incoming = store.receive();
    await incoming.write(Buffer.alloc(1_000));
    expect(await filesIn(at)).toHaveLength(1);
    await DiskStore.open(at, 1e6);
    expect(await filesIn(at)).toEqual([]);
    await incoming.discard();
  });

  it("takes the place of what had its name, for those who open it from then on", async () => {
    const store = await DiskStore.open(await folder(), 1e6);
    await store.put(name("a"), Buffer.from("old"));
    const before = await store.locate(name("a"));
    const incoming = store.receive();
    await incoming.write(Buffer.from("newer"));
    await incoming.keep(name("a"));
    expect((await store.get(name("a")))?.toString()).toBe("newer");
    expect((await readFile(before?.path ?? "")).subarray(0, 5).toString()).toBe("newer");
  });
});
