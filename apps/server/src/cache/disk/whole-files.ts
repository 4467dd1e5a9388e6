import * as fs from "node:fs";
import { promisify } from "node:util";

// Descriptors as numbers: they are kept for as long as a folder is open, and an object for each would be closed by the collector.
export const openFd = promisify(fs.open);
export const closeFd = promisify(fs.close);
const read = promisify(fs.read);
const readv = promisify(fs.readv);
const write = promisify(fs.write);
const writev = promisify(fs.writev);

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

/** Writes all parts from `position` on, one behind the other and at once where the disk takes them. Answers where they end. */
export async function writeAt(fd: number, parts: readonly Uint8Array[], position: number): Promise<number> {
  let { bytesWritten: written } = await writev(fd, parts, position);
  let end = 0;
  for (const part of parts) {
    end += part.length;
    while (written < end) {
      const left = part.subarray(written - end);
      written += (await write(fd, left, 0, left.length, position + written)).bytesWritten;
    }
  }
  return position + end;
}

/** Writes a file of these parts where there is none. */
export async function writeNew(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await openFd(path, "wx");
  try {
    await writeAt(file, parts, 0);
  } finally {
    await closeFd(file);
  }
}
