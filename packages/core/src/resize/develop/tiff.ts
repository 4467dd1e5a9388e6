/** Rows of pixels that came out of a decoder, three or four bytes each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** EXIF orientation. */
  readonly orientation: number;
  /** Of RGB. */
  readonly profile?: Uint8Array | undefined;
  /** Some rows from one on, as many bytes as they have. */
  rows(from: number, count: number): Uint8Array;
}

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;
/** Rows that are copied at once: pixels do not lie in memory three times. */
const STRIP = 256;

/** Writes pixels as a TIFF without compression, which says everything about them that sharp wants to know. */
export function writeTiff({ width, height, channels, orientation, profile, rows }: Pixels): Uint8Array {
  const bytes = width * height * channels;
  const bits = Buffer.alloc(channels * 2, Buffer.from([8, 0]));
  const entries = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, channels, bits],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 2],
    [273, LONG, 1, "pixels"],
    [274, SHORT, 1, orientation],
    [277, SHORT, 1, channels],
    [278, LONG, 1, height],
    [279, LONG, 1, bytes],
    // Transparency, not multiplied into the colours.
    ...(channels === 4 ? ([[338, SHORT, 1, 2]] as const) : []),
    ...(profile ? ([[34675, UNDEFINED, profile.length, profile]] as const) : []),
  ] as const;
  const further = entries.flatMap(([, , , value]) => (value instanceof Uint8Array ? [value] : []));
  const begin = 8 + 2 + entries.length * 12 + 4;
  const pixelsAt = further.reduce((at, each) => even(at + each.length), begin);
  const file = Buffer.alloc(pixelsAt + bytes);
  file.write("II*\0", "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  let free = begin;
  for (const [place, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + place * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    if (value instanceof Uint8Array) {
      file.writeUInt32LE(free, at + 8);
      file.set(value, free);
      free = even(free + value.length);
    } else file.writeUInt32LE(value === "pixels" ? pixelsAt : value, at + 8);
  }
  for (let row = 0; row < height; row += STRIP) {
    file.set(rows(row, Math.min(STRIP, height - row)), pixelsAt + row * width * channels);
  }
  return file;
}

const even = (at: number) => at + (at % 2);
