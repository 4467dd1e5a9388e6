import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { DiskStore } from "../disk-store.ts";

const hex = (number: number) => number.toString(16).padStart(4, "0").repeat(10);
const pathOf = (folder: string, file: string) => join(folder, file.slice(0, 2), file);

async function bytesIn(folder: string): Promise<number> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  );
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe("DiskStore, when it is opened again", () => {
  let folder: string;
  let opened: DiskStore[];
  const open = async (most: number) => {
    const store = await DiskStore.open(folder, most);
    opened.push(store);
    return store;
  };
  beforeEach(async () => {
    const home = await mkdtemp(join(tmpdir(), "freshet-opening-"));
    folder = join(home, "variants");
    opened = [];
    onTestFinished(async () => {
      for (const store of opened) await store.close();
      await rm(home, { recursive: true });
    });
  });

  it("still knows what was used longest ago, whatever the clock said", async () => {
    const first = await open(1e6);
    for (let number = 0; number < 6; number += 1) await first.put(hex(number), Buffer.alloc(84));
    await first.get(hex(0));
    await first.get(hex(2));
    await first.close();
    for (let number = 0; number < 6; number += 1)
      await utimes(pathOf(folder, hex(number)), 9e9 - number, 9e9 - number);
    const second = await open(300);
    await expect.poll(() => second.size).toBe(3);
    expect([0, 1, 2, 3, 4, 5].filter((number) => second.has(hex(number)))).toEqual([0, 2, 5]);
    await expect.poll(() => bytesIn(folder)).toBe(300);
  });

  it("goes by the ages of the files where the log is lost", async () => {
    const first = await open(1e6);
    for (let number = 0; number < 6; number += 1) {
      await first.put(hex(number), Buffer.alloc(84));
      const at = Date.now() / 1_000 - (number % 2 === 0 ? 86_400 : 60) * (number + 1);
      await utimes(pathOf(folder, hex(number)), at, at);
    }
    await first.close();
    await rm(`${folder}.index`);
    const second = await open(300);
    await expect.poll(() => second.size).toBe(3);
    expect([0, 1, 2, 3, 4, 5].filter((number) => second.has(hex(number)))).toEqual([1, 3, 5]);
  });

  it("works where no log can be written", async () => {
    await mkdir(join(`${folder}.index`, "in the way"), { recursive: true });
    const first = await open(1e6);
    await first.put(hex(1), Buffer.from("hat"));
    await first.close();
    const second = await open(1e6);
    expect((await second.get(hex(1)))?.toString()).toBe("hat");
    expect(second.size).toBe(1);
  });

  it("rejects what the disk refuses and goes on without it", async () => {
    const store = await open(1e6);
    await store.put(hex(1), Buffer.from("hat"));
    await rm(join(folder, "00"), { recursive: true });
    await writeFile(join(folder, "00"), "no folder");
    await expect(store.put(hex(2), Buffer.from("coat"))).rejects.toThrow();
    expect(await store.get(hex(2))).toBeUndefined();
    await rm(join(folder, "00"));
    await store.put(hex(2), Buffer.from("coat"));
    expect((await store.get(hex(2)))?.toString()).toBe("coat");
    expect(await store.get(hex(1))).toBeUndefined();
    expect(store.bytes).toBe(await bytesIn(folder));
  });

  it.each([
    { log: "with its log", loses: false },
    { log: "without a log", loses: true },
  ])(
    "has the files of a large folder before it is indexed, and keeps to its bound, $log",
    async ({ loses }) => {
      const count = 2_600;
      const size = 100;
      const first = await open(1e6);
      for (let number = 0; number < count; number += 100) {
        const some = Array.from({ length: 100 }, (_, place) =>
          first.put(hex(number + place), Buffer.alloc(size - 16, number)),
        );
        await Promise.all(some);
      }
      await first.close();
      if (loses) await rm(`${folder}.index`);

      const most = count * size;
      const second = await open(most);
      let indexed = false;
      void second.indexed.then(() => {
        indexed = true;
      });
      expect(second.has(hex(count - 1))).toBe(true);
      expect((await second.get(hex(count - 1)))?.length).toBe(size - 16);
      await second.put("f".repeat(40), Buffer.alloc(size - 16));
      expect(indexed).toBe(false);
      expect((await second.get("f".repeat(40)))?.length).toBe(size - 16);
      expect(await bytesIn(folder)).toBeLessThanOrEqual(most);
      await second.indexed;
      expect([second.size, second.bytes]).toEqual([count, most]);
      expect(second.has(hex(count - 1))).toBe(true);
    },
  );
});
