import { hash } from "node:crypto";
import { linkSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Freshet } from "../../test/support/freshet.ts";
import { pause } from "../programs.ts";

/** Names that one file may have, with room to spare below what file systems allow. */
const NAMES_OF_ONE = 60_000;
const BODY_BYTES = 600;
const FOOTER_BYTES = 16;
const INDEX_MS = 600_000;

/**
 * Files as the server writes them into one of its folders, of so many bytes each; one of them under many names, so that a million fit
 * anywhere. The server must not run meanwhile; it finds them one by one after its next start.
 */
export function fill(
  folder: string,
  entries: number,
  { bodyBytes = BODY_BYTES, namesOfOne = NAMES_OF_ONE } = {},
): void {
  for (let shelf = 0; shelf < 256; shelf += 1) {
    mkdirSync(join(folder, shelf.toString(16).padStart(2, "0")), { recursive: true });
  }
  const file = Buffer.alloc(bodyBytes + FOOTER_BYTES, "x");
  file.write("FRS1", bodyBytes);
  file.writeUInt32BE(crc32(file.subarray(0, bodyBytes)), bodyBytes + 4);
  file.writeBigUInt64BE(BigInt(bodyBytes), bodyBytes + 8);
  let first = "";
  for (let entry = 0; entry < entries; entry += 1) {
    const name = hash("sha256", `entry ${entry}`).slice(0, 40);
    const path = join(folder, name.slice(0, 2), name);
    if (entry % namesOfOne === 0) {
      writeFileSync(path, file);
      first = path;
    } else {
      linkSync(first, path);
    }
  }
}

/** Every name takes 40 bytes in the log, so its length says when all were found. */
export async function indexed({ dataFolder }: Freshet, entries: number, folder = "variants"): Promise<void> {
  const log = join(dataFolder, `${folder}.index`);
  for (
    const begun = Date.now();
    (statSync(log, { throwIfNoEntry: false })?.size ?? 0) < 40 * entries;
    await pause(500)
  ) {
    if (Date.now() - begun > INDEX_MS) throw new Error(`${entries} files were not indexed in time.`);
  }
}
