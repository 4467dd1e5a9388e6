// Started by vitest.config.ts before the tests of a workspace: what they make in the temporary folder goes with the run.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

let folder: string | undefined;

export async function setup(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "freshet-units-"));
  // The user that a database runs as has to get to its own folder in it.
  await chmod(folder, 0o711);
  // Read by `tmpdir()` in the processes that the tests run in.
  process.env.TMPDIR = folder;
}

export async function teardown(): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
