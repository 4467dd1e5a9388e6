import { crc32 } from "node:zlib";

/** Behind the bytes: "FRS1", the CRC-32 of the bytes, their length. A file without a true footer was torn by a crash. */
export const FOOTER_BYTES = 16;
const MAGIC = 0x46525331;

export const footerOf = (bytes: Uint8Array): Buffer => footerFor(crc32(bytes), bytes.length);

/** The footer of bytes that were seen one piece after the other: their CRC-32, and how many they were. */
export function footerFor(checksum: number, length: number): Buffer {
  const footer = Buffer.alloc(FOOTER_BYTES);
  footer.writeUInt32BE(MAGIC, 0);
  footer.writeUInt32BE(checksum, 4);
  footer.writeBigUInt64BE(BigInt(length), 8);
  return footer;
}

/** Whether a file of that size ends with this footer: one that was torn does not, whatever its bytes are. */
export const endsWhole = (footer: Buffer, size: number): boolean =>
  footer.readUInt32BE(0) === MAGIC &&
  // Lengths beyond four bytes are never written, so their upper half is 0.
  footer.readUInt32BE(8) === 0 &&
  footer.readUInt32BE(12) === size - FOOTER_BYTES;

/** Whether a file of these bytes has this true footer behind them. */
export const isSealed = (bytes: Uint8Array, footer: Buffer): boolean =>
  endsWhole(footer, bytes.length + FOOTER_BYTES) && footer.readUInt32BE(4) === crc32(bytes);
