import { crc32, deflateSync } from "node:zlib";

export const text = (latin1: string): Buffer => Buffer.from(latin1, "latin1");

function u16(value: number, isLittle = false): Buffer {
  const bytes = Buffer.alloc(2);
  if (isLittle) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number, isLittle = false): Buffer {
  const bytes = Buffer.alloc(4);
  if (isLittle) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
}

/** A chunk of a PNG. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([text(type), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

export interface PngShape {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 8 | 16;
  /** 0 grey, 2 RGB, 6 RGBA. */
  readonly kind: 0 | 2 | 6;
  readonly isInterlaced?: boolean;
}

export const PNG_START = text("\x89PNG\r\n\x1a\n");

export function pngHeader({ width, height, depth, kind, isInterlaced = false }: PngShape): Buffer {
  const rest = Buffer.from([depth, kind, 0, 0, isInterlaced ? 1 : 0]);
  return pngChunk("IHDR", Buffer.concat([u32(width), u32(height), rest]));
}

/** A whole PNG of nothing but zeros: about a thousandth of what it unpacks to. */
export function blackPng(shape: PngShape, extra: readonly Uint8Array[] = []): Buffer {
  const data = deflateSync(Buffer.alloc(rowBytes(shape)), { level: 9 });
  return Buffer.concat([
    ...[PNG_START, pngHeader(shape), ...extra],
    ...[pngChunk("IDAT", data), pngChunk("IEND", Buffer.alloc(0))],
  ]);
}

function rowBytes({ width, height, depth, kind, isInterlaced }: PngShape): number {
  const bits = depth * { 0: 1, 2: 3, 6: 4 }[kind];
  const pass = (columns: number, rows: number) =>
    columns === 0 || rows === 0 ? 0 : rows * (1 + Math.ceil((columns * bits) / 8));
  if (!isInterlaced) return pass(width, height);
  const passes = [
    [8, 8, 0, 0],
    [8, 8, 4, 0],
    [4, 8, 0, 4],
    [4, 4, 2, 0],
    [2, 4, 0, 2],
    [2, 2, 1, 0],
    [1, 2, 0, 1],
  ] as const;
  return passes.reduce(
    (sum, [stepX, stepY, fromX, fromY]) =>
      sum + pass(Math.ceil((width - fromX) / stepX), Math.ceil((height - fromY) / stepY)),
    0,
  );
}

/** A GIF whose frames say that they fill the screen and hold the bytes of one pixel. */
export function gif(width: number, height: number, frames: number): Buffer {
  const screen = Buffer.concat([
    text("GIF89a"),
    u16(width, true),
    u16(height, true),
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
  ]);
  const frame = Buffer.concat([
    Buffer.from([0x21, 0xf9, 4, 0, 1, 0, 0, 0]),
    Buffer.concat([Buffer.from([0x2c, 0, 0, 0, 0]), u16(width, true), u16(height, true)]),
    Buffer.from([0, 2, 2, 0x44, 1, 0]),
  ]);
  return Buffer.concat([screen, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])]);
}

/** A RIFF container of WebP. */
export function webp(...chunks: readonly (readonly [type: string, data: Uint8Array])[]): Buffer {
  const body = Buffer.concat(
    chunks.flatMap(([type, data]) => [
      ...[text(type), u32(data.length, true), data],
      Buffer.alloc(data.length % 2),
    ]),
  );
  return Buffer.concat([text("RIFF"), u32(body.length + 4, true), text("WEBP"), body]);
}

const u24 = (value: number) => u32(value, true).subarray(0, 3);

/** The canvas of a WebP; `flags` 2 for an animation. */
export const webpCanvas = (width: number, height: number, flags: number) =>
  ["VP8X", Buffer.concat([Buffer.from([flags, 0, 0, 0]), u24(width - 1), u24(height - 1)])] as const;

/** A frame of an animated WebP, as large as it says, with the bytes of a still one inside. */
export const webpFrame = (width: number, height: number, still: Uint8Array) =>
  [
    "ANMF",
    Buffer.concat([u24(0), u24(0), u24(width - 1), u24(height - 1), u24(10), Buffer.from([0]), still]),
  ] as const;

/** A TIFF of one directory: entries are tag, type (3 short, 4 long), value. `next` is where the next directory claims to be. */
export function tiff(
  entries: readonly (readonly [tag: number, type: 3 | 4, value: number])[],
  { next = 0, tail = Buffer.alloc(0) }: { readonly next?: number; readonly tail?: Uint8Array } = {},
): Buffer {
  const fields = entries.map(([tag, type, value]) =>
    Buffer.concat([u16(tag, true), u16(type, true), u32(1, true), u32(value, true)]),
  );
  return Buffer.concat([
    ...[text("II*\0"), u32(8, true), u16(entries.length, true), ...fields],
    ...[u32(next, true), tail],
  ]);
}

/** Segments of a JPEG, up to the first scan. */
export function jpegSegment(marker: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0xff, marker]), u16(data.length + 2), data]);
}

export const JPEG_START = Buffer.from([0xff, 0xd8]);

/** The frame header of a grey JPEG; 0xc0 is baseline, 0xc2 progressive. */
export const jpegFrame = (marker: 0xc0 | 0xc2, width: number, height: number) =>
  jpegSegment(
    marker,
    Buffer.concat([Buffer.from([8]), u16(height), u16(width), Buffer.from([1, 1, 0x11, 0])]),
  );
