import { mkdtemp, readdir, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DiskStore } from "./disk-store.ts";

const folder = () => mkdtemp(join(tmpdir(), "freshet-disk-"));
const name = (digit: string) => digit.repeat(16);

describe("DiskStore", () => {
  it("gives back what was kept, also after it is opened again", async () => {
    const at = await folder();
    const first = await DiskStore.open(at, 10_000);
    await first.put(name("a"), Buffer.from("hat"));
    expect((await first.get(name("a")))?.toString()).toBe("hat");
    const again = await DiskStore.open(at, 10_000);
    expect((await again.get(name("a")))?.toString()).toBe("hat");
    expect(await again.get(name("b"))).toBeUndefined();
  });

  it("treats a torn file as absent and removes it", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 10_000);
    await store.put(name("a"), Buffer.alloc(500, 7));
    await truncate(join(at, "aa", name("a")), 300);
    expect(await store.get(name("a"))).toBeUndefined();
    expect(await readdir(join(at, "aa"))).toEqual([]);
  });

  it("treats a file of zeros, as a power cut leaves it, as absent", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 10_000);
    await store.put(name("a"), Buffer.from("hat"));
    await writeFile(join(at, "aa", name("a")), Buffer.alloc(19));
    expect(await store.get(name("a"))).toBeUndefined();
  });

  it("removes leftovers of interrupted writes when it opens", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 10_000);
    await store.put(name("a"), Buffer.from("hat"));
    await writeFile(join(at, "aa", `${name("a")}.0d0c`), "half");
    await DiskStore.open(at, 10_000);
    expect(await readdir(join(at, "aa"))).toEqual([name("a")]);
  });

  it("stays within its bound and drops what was used longest ago", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 3 * 116);
    for (const digit of ["a", "b", "c"]) await store.put(name(digit), Buffer.alloc(100));
    await store.get(name("a"));
    await store.put(name("d"), Buffer.alloc(100));
    expect(store.has(name("a"))).toBe(true);
    expect(store.has(name("b"))).toBe(false);
    expect(store.bytes).toBeLessThanOrEqual(3 * 116);
  });

  it("does not keep a thing larger than the whole bound", async () => {
    const at = await folder();
    const store = await DiskStore.open(at, 50);
    await store.put(name("a"), Buffer.alloc(100));
    expect(store.has(name("a"))).toBe(false);
    expect(await readdir(join(at, "aa"))).toEqual([]);
  });
});
