import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Says that another process works in the data folder. */
export class DataFolderInUse extends Error {
  constructor(folder: string) {
    super(
      `Another Freshet works in ${folder}. Stop it, or give this one a folder of its own with FRESHET_DATA.`,
    );
    this.name = "DataFolderInUse";
  }
}

/**
 * Makes the data folder and locks it for this process. The lock is SQLite's own file lock, held by an open transaction: the kernel drops
 * it when the process ends, however it ends.
 * @throws DataFolderInUse when another process holds it.
 */
export async function lockDataFolder(folder: string): Promise<{ release(): void }> {
  await mkdir(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, "lock.db"), { timeout: 0 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw /locked|busy/i.test(String(error)) ? new DataFolderInUse(folder) : error;
  }
  return { release: () => lock.close() };
}
