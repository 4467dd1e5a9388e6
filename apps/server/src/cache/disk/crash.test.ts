import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DiskStore } from "../disk-store.ts";

const MOST = 60_000;
const ROUNDS = 5;

/** Every file of a folder with its bytes, leftovers too. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, number>> {
  const files = new Map<string, number>();
  for (const shelf of await readdir(folder)) {
    for (const name of await readdir(join(folder, shelf))) {
      files.set(name, (await stat(join(folder, shelf, name))).size);
    }
  }
  return files;
}

const total = (files: ReadonlyMap<string, number>) =>
  [...files.values()].reduce((sum, size) => sum + size, 0);

test("killed in the middle of its work again and again, a folder stays within its bound and holds whole files only", async () => {
  const home = await mkdtemp(join(tmpdir(), "freshet-crash-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const folder = join(home, "variants");
  let found = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const args = [folder, String(MOST), String(round)];
    const child = fork(new URL("./crash-child.ts", import.meta.url), args, { execArgv: [] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "message");
    await expect.poll(async () => (await filesOf(folder)).size).toBeGreaterThan(10);
    await new Promise((resolve) => setTimeout(resolve, 40 * round));
    child.kill("SIGKILL");
    await once(child, "exit");
    // What is written aside was made room for too.
    expect(total(await filesOf(folder))).toBeLessThanOrEqual(MOST);

    const store = await DiskStore.open(folder, MOST);
    await store.indexed;
    const files = await filesOf(folder);
    // A replacement that was cut short may count as the larger of both until somebody reads it.
    expect(store.bytes).toBeGreaterThanOrEqual(total(files));
    expect(store.bytes).toBeLessThanOrEqual(MOST);
    for (const name of files.keys()) {
      const bytes = await store.get(name);
      expect(bytes?.equals(Buffer.alloc(bytes.length, name))).toBe(true);
      found += 1;
    }
    expect([store.bytes, store.size]).toEqual([total(files), files.size]);
    await store.close();
  }
  expect(found).toBeGreaterThan(10 * ROUNDS);
});
