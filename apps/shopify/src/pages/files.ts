import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";

/** A built file of the pages, in memory. */
export interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** Its name carries a hash of its content, so it never changes. */
  readonly isForEver: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** Every file below the folder by its path from there, with "/" between; empty where there is no such folder. */
export function readPages(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return files;
  }
  for (const name of names) {
    const path = join(folder, name);
    const type = TYPES[extname(name)];
    if (type === undefined || !statSync(path).isFile()) continue;
    const key = relative(folder, path).split(sep).join("/");
    files.set(key, { bytes: readFileSync(path), type, isForEver: /[-.][A-Za-z0-9_-]{8,}\.\w+$/.test(name) });
  }
  return files;
}
