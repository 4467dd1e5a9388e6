import { randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The project's generated key, and whether it was made just now. */
export interface GeneratedKey {
  readonly key: string;
  readonly isFresh: boolean;
}

/** The key that was made for a project at its first start; makes and keeps one where there is none. */
export async function generatedKey(dataFolder: string, project: string): Promise<GeneratedKey> {
  const path = join(dataFolder, `${project}.key`);
  const kept = await readKept(path);
  if (kept !== undefined) return { key: kept, isFresh: false };
  const key = `client_${randomBytes(16).toString("hex")}`;
  await mkdir(dataFolder, { recursive: true });
  try {
    // Never over an existing file: of two processes that start at once one makes the key and both use it.
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(`${key}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return { key, isFresh: true };
  } catch (error) {
    const other = await readKept(path);
    if (other === undefined) throw error;
    return { key: other, isFresh: false };
  }
}

/** The key that was made for a project at an earlier start; undefined where there is none. Makes nothing. */
export function keptKey(dataFolder: string, project: string): Promise<string | undefined> {
  return readKept(join(dataFolder, `${project}.key`));
}

async function readKept(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const key = text.trim();
  return key === "" ? undefined : key;
}
