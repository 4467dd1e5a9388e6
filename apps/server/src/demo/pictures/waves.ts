import { encodeGif } from "./gif.ts";

const SIDE = 480;
const FRAMES = 20;
const TURN = Math.PI * 2;

const PALETTE = [
  [247, 224, 184],
  [250, 197, 132],
  [255, 244, 214],
  [127, 205, 215],
  [74, 165, 196],
  [36, 124, 168],
  [18, 88, 137],
  [10, 58, 102],
] as const;

/** Waves that roll past a low sun, one round in two seconds, without a visible beginning. */
export function waves(): Uint8Array {
  return encodeGif({ width: SIDE, height: SIDE }, PALETTE, frames(), 100);
}

function* frames(): Iterable<Uint8Array> {
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const phase = (frame / FRAMES) * TURN;
    const pixels = new Uint8Array(SIDE * SIDE);
    for (let x = 0; x < SIDE; x += 1) {
      // Each nearer wave is taller and rolls the other way; whole numbers of waves per turn close the loop.
      const crests = [3, 4, 5, 6, 7].map((color, depth) => {
        const along = (x / SIDE) * TURN * (3 - depth * 0.45);
        const way = depth % 2 === 0 ? phase : -phase;
        return { color, top: 250 + depth * 46 + Math.sin(along + way + depth * 1.7) * (10 + depth * 5) };
      });
      for (let y = 0; y < SIDE; y += 1) {
        const wave = crests.findLast(({ top }) => y >= top);
        pixels[y * SIDE + x] = wave?.color ?? sky(x, y, phase);
      }
    }
    yield pixels;
  }
}

function sky(x: number, y: number, phase: number): number {
  const distance = Math.hypot(x - 330, y - 190 - Math.sin(phase) * 6);
  if (distance < 62) return 2;
  return distance < 96 ? 1 : 0;
}
