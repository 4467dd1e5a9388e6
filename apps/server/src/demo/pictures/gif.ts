/** Frames of palette indexes (one byte a pixel, row by row) → an animated GIF that repeats for ever. */
export function encodeGif(
  size: { readonly width: number; readonly height: number },
  palette: readonly (readonly [red: number, green: number, blue: number])[],
  frames: Iterable<Uint8Array>,
  delayMs: number,
): Uint8Array {
  const bits = Math.max(2, Math.ceil(Math.log2(palette.length)));
  const colors = Array.from({ length: 2 ** bits }, (_, index) => palette[index] ?? [0, 0, 0]).flat();
  const word = (value: number) => [value & 255, value >> 8];
  const screen = [...word(size.width), ...word(size.height)];
  const parts: Uint8Array[] = [
    Uint8Array.from([...ascii("GIF89a"), ...screen, 0xf0 | (bits - 1), 0, 0, ...colors]),
    Uint8Array.from([0x21, 0xff, 11, ...ascii("NETSCAPE2.0"), 3, 1, 0, 0, 0]),
  ];
  for (const frame of frames) {
    const delay = word(Math.round(delayMs / 10));
    parts.push(Uint8Array.from([0x21, 0xf9, 4, 4, ...delay, 0, 0, 0x2c, 0, 0, 0, 0, ...screen, 0, bits]));
    parts.push(compress(frame, bits), Uint8Array.of(0));
  }
  parts.push(Uint8Array.of(0x3b));
  return new Uint8Array(Buffer.concat(parts));
}

/** GIF's LZW, cut into blocks of 255 bytes. */
function compress(pixels: Uint8Array, bits: number): Uint8Array {
  const clear = 1 << bits;
  const bytes: number[] = [];
  let held = 0;
  let count = 0;
  let width = bits + 1;
  const emit = (code: number) => {
    held |= code << count;
    count += width;
    for (; count >= 8; count -= 8, held >>>= 8) bytes.push(held & 255);
  };
  let known = new Map<number, number>();
  let next = clear + 2;
  emit(clear);
  let run = pixels[0] ?? 0;
  for (const pixel of pixels.subarray(1)) {
    const longer = known.get((run << 8) | pixel);
    if (longer !== undefined) {
      run = longer;
      continue;
    }
    emit(run);
    known.set((run << 8) | pixel, next);
    if (next === 1 << width) width += 1;
    next += 1;
    // The table holds 4,096 codes; then both sides begin anew.
    if (next === 4_096) {
      emit(clear);
      known = new Map();
      next = clear + 2;
      width = bits + 1;
    }
    run = pixel;
  }
  emit(run);
  emit(clear + 1);
  if (count > 0) bytes.push(held & 255);
  return Uint8Array.from(
    Array.from({ length: Math.ceil(bytes.length / 255) }, (_, index) => {
      const block = bytes.slice(index * 255, index * 255 + 255);
      return [block.length, ...block];
    }).flat(),
  );
}

function ascii(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
