import { spawnSync } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DataFolderInUse, lockDataFolder } from "./data-folder.ts";

it("lets one process work in a data folder, and the next one after it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "freshet-lock-"));
  const first = await lockDataFolder(folder);
  await expect(lockDataFolder(folder)).rejects.toBeInstanceOf(DataFolderInUse);
  first.release();
  (await lockDataFolder(folder)).release();
});

it("is free again after its holder was killed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "freshet-lock-"));
  const module = JSON.stringify(join(import.meta.dirname, "data-folder.ts"));
  const code = `const { lockDataFolder } = await import(${module}); await lockDataFolder(process.argv[1]); process.kill(process.pid, "SIGKILL")`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", code, folder]);
  expect(child.signal).toBe("SIGKILL");
  (await lockDataFolder(folder)).release();
});
