import { crc32 } from "node:zlib";

/** Behind the bytes: "FRS1", the CRC-32 of the bytes, their length. A file without a true footer was torn by a crash. */
export const FOOTER_BYTES = 16;
const MAGIC = 0x46525331;

export function footerOf(bytes: Uint8Array): Buffer {
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt32BE(MAGIC, 0);
  footer.writeUInt32BE(crc32(bytes), 4);
  footer.writeBigUInt64BE(BigInt(bytes.length), 8);
  return footer;
}

/** The bytes before a true footer; undefined where there is none. */
export function bytesOf(file: Buffer): Buffer | undefined {
  const end = file.length - FOOTER_BYTES;
  if (end < 0 || file.readUInt32BE(end) !== MAGIC) return undefined;
  // Lengths beyond four bytes are never written, so their upper half is 0.
  if (file.readUInt32BE(end + 8) !== 0 || file.readUInt32BE(end + 12) !== end) return undefined;
  const bytes = file.subarray(0, end);
  return file.readUInt32BE(end + 4) === crc32(bytes) ? bytes : undefined;
}
