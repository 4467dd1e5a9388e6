import * as fs from "node:fs";
import { promisify } from "node:util";

// Descriptors as numbers: they are kept for as long as a folder is open, and an object for each would be closed by the collector.
export const openFd = promisify(fs.open);
export const closeFd = promisify(fs.close);
const read = promisify(fs.read);
const readv = promisify(fs.readv);
const write = promisify(fs.write);

/** Reads from `position` on until the bytes are full or the file ends. Answers how many it read. */
export async function readAt(fd: number, bytes: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  for (let more = -1; more !== 0 && filled < bytes.length; filled += more) {
    more = (await read(fd, bytes, filled, bytes.length - filled, position + filled)).bytesRead;
  }
  return filled;
}

/** The same into all parts, one behind the other. */
export async function readAllAt(fd: number, parts: readonly Uint8Array[], position: number): Promise<number> {
  let { bytesRead: filled } = await readv(fd, parts, position);
  let end = 0;
  for (const part of parts) {
    end += part.length;
    if (filled < end) filled += await readAt(fd, part.subarray(filled - end), position + filled);
    if (filled < end) break;
  }
  return filled;
}

/** Writes all parts from `position` on, one behind the other. Answers where they end. */
export async function writeAt(fd: number, parts: readonly Uint8Array[], position: number): Promise<number> {
  let end = position;
  for (const part of parts) {
    for (let written = 0; written < part.length; ) {
      const { bytesWritten } = await write(fd, part, written, part.length - written, end);
      written += bytesWritten;
      end += bytesWritten;
    }
  }
  return end;
}
