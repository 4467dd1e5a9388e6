import type { Raw } from "../engine.ts";
import type { Size } from "../geometry.ts";
import { facesIn, SEEN } from "./anchors.ts";
import type { Face } from "./face.ts";
import { openNetwork } from "./network.ts";

/** The size at which faces are looked for in a picture: the network sees a square, and the picture stands in its middle. */
export function sizeToSee({ width, height }: Size): Size {
  const factor = SEEN / Math.max(width, height);
  const side = (pixels: number) => Math.max(1, Math.round(pixels * factor));
  return { width: side(width), height: side(height) };
}

/** Faces of a picture of `sizeToSee`, in parts of it. Rejects where the network cannot be had. */
export async function findFaces(raw: Raw): Promise<readonly Face[]> {
  const see = await openNetwork();
  const [left, top] = [Math.floor((SEEN - raw.width) / 2), Math.floor((SEEN - raw.height) / 2)];
  const found = facesIn(see(squareOf(raw, left, top)));
  return found.map((face) => ({
    left: (face.left * SEEN - left) / raw.width,
    top: (face.top * SEEN - top) / raw.height,
    width: (face.width * SEEN) / raw.width,
    height: (face.height * SEEN) / raw.height,
    score: face.score,
  }));
}

/** The picture in the middle of a black square, in numbers from -1 to 1; greys three times. */
function squareOf({ data, width, height, channels }: Raw, left: number, top: number): Float32Array {
  const square = new Float32Array(SEEN * SEEN * 3).fill(-1);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * channels;
      const to = ((y + top) * SEEN + x + left) * 3;
      for (let band = 0; band < 3; band += 1)
        square[to + band] = (data[from + (channels < 3 ? 0 : band)] ?? 0) / 127.5 - 1;
    }
  }
  return square;
}
