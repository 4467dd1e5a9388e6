import { mkdtemp, readdir, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { DiskStore } from "../disk-store.ts";
import { mostOpenFiles } from "./open-files.ts";

const name = (number: number) => number.toString(16).padStart(2, "0").repeat(20);
const pathOf = (folder: string, file: string) => join(folder, file.slice(0, 2), file);

/** Files of the folder that this process holds open. Linux says so; elsewhere there are none to be seen. */
async function openIn(folder: string): Promise<readonly string[]> {
  const own = "/proc/self/fd";
  const links = (await readdir(own).catch(() => [])).map((fd) => readlink(join(own, fd)).catch(() => ""));
  return (await Promise.all(links)).filter((path) => path.startsWith(`${folder}/`));
}

describe("files that DiskStore keeps open", () => {
  let folder: string;
  let store: DiskStore;
  beforeEach(async () => {
    const home = await mkdtemp(join(tmpdir(), "freshet-open-"));
    folder = join(home, "variants");
    store = await DiskStore.open(folder, 1e6, 4);
    onTestFinished(async () => {
      await store.close();
      await rm(home, { recursive: true });
    });
  });

  it("never give the bytes of a file that was replaced, whoever reads while it is", async () => {
    await store.put(name(1), Buffer.from("first"));
    await store.get(name(1));
    expect(store.getNow(name(1))?.toString()).toBe("first");
    let done = 0;
    for (let turn = 1; turn <= 60; turn += 1) {
      const put = store.put(name(1), Buffer.from(`turn ${turn}`)).then(() => {
        done = turn;
      });
      const readers = Array.from({ length: 4 }, async (_, reader) => {
        for (let step = 0; step < reader; step += 1) await setTimeout(0);
        const least = done;
        const text = (await store.get(name(1)))?.toString() ?? "";
        expect(text === "first" ? 0 : Number(/\d+/.exec(text)?.[0])).toBeGreaterThanOrEqual(least);
      });
      await Promise.all([put, ...readers]);
      expect((await store.get(name(1)))?.toString()).toBe(`turn ${turn}`);
      expect(store.getNow(name(1))?.toString()).toBe(`turn ${turn}`);
    }
    await store.delete(name(1));
    expect([store.getNow(name(1)), await store.get(name(1))]).toEqual([undefined, undefined]);
  });

  it("are read into memory that can be given back, if they are large", async () => {
    await store.put(name(1), Buffer.alloc(900_000, 7));
    for (const which of ["first", "again"]) {
      const bytes = await store.get(name(1));
      expect([which, bytes?.length, bytes?.buffer.byteLength]).toEqual([which, 900_000, 900_000]);
    }
  });

  it("are bounded in number, and those of what is gone are closed", async () => {
    for (let number = 0; number < 9; number += 1) {
      await store.put(name(number), Buffer.alloc(100, number));
      await store.get(name(number));
    }
    await expect.poll(async () => (await openIn(folder)).length).toBeLessThanOrEqual(4);
    expect(store.getNow(name(8))?.length).toBe(100);
    await store.put(name(8), Buffer.from("another"));
    await store.delete(name(7));
    await expect
      .poll(async () => (await openIn(folder)).filter((path) => / \(deleted\)$/.test(path)))
      .toEqual([]);
    await store.close();
    await expect.poll(() => openIn(folder)).toEqual([]);
    store = await DiskStore.open(folder, 1e6, 0);
    expect((await store.get(name(6)))?.length).toBe(100);
    await expect.poll(() => openIn(folder)).toEqual([]);
  });

  it("are looked at again when somebody wrote into one, though its checksum was right before", async () => {
    await store.put(name(1), Buffer.from("hats are here"));
    await store.get(name(1));
    const path = pathOf(folder, name(1));
    // Until the file is so old that another change would bear another time.
    await expect.poll(async () => Date.now() - (await stat(path)).ctimeMs).toBeGreaterThan(1_200);
    for (let look = 0; look < 3; look += 1) expect(store.getNow(name(1))?.toString()).toBe("hats are here");
    await writeFile(path, "that is not it", { flag: "r+" });
    expect(store.getNow(name(1))).toBeUndefined();
    expect(await store.get(name(1))).toBeUndefined();
    expect(await readdir(join(folder, "01"))).toEqual([]);
  });

  it("are a part of those that the process may open", () => {
    const limits = (soft: string) =>
      `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}   524288   files\n`;
    expect([limits("1024"), limits("unlimited"), limits("1000000"), ""].map(mostOpenFiles)).toEqual([
      64, 1_024, 1_024, 256,
    ]);
  });
});
