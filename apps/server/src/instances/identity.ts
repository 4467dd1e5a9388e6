import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";

/** What this boot is called, and what the boot before it on the same data folder was called. */
export interface Identity {
  readonly name: string;
  readonly previous: string | undefined;
}

/**
 * A name of this boot, kept in a file of the data folder: whoever holds the folder's lock knows that the boot before is over, so
 * that nobody has to wait for it.
 */
export async function identify(file: string): Promise<Identity> {
  const text = await readFile(file, "utf8").catch(() => "");
  const name = `${hostname()}-${randomUUID().slice(0, 8)}`;
  await writeFile(file, name);
  return { name, previous: /^\S{1,300}$/.test(text) ? text : undefined };
}

/** A name of the data folder itself: kept in a file of it, so that it outlives boots. */
export async function folderName(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  if (/^\S{1,300}$/.test(text)) return text;
  const name = `${hostname()}-${randomUUID().slice(0, 8)}`;
  await writeFile(file, name);
  return name;
}
