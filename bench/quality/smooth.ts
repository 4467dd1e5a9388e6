// A Gaussian of σ 1.5 as the sum of three cosines that reach zero at ±5 (Charalampidis, "Recursive implementation of the
// Gaussian filter using truncated cosine functions", 2016), from the middle outwards. The reference runs it as a recursion.
const [W0, W1, W2, W3, W4] = [
  0.26462110548819856, 0.21292859201042222, 0.1093353727774603, 0.03601111465836436, 0.009414367809653691,
] as const;
const REACH = 4;

/** The local mean of every place; outside the picture there is nothing, as in the reference. */
export function smooth(
  plane: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): Float32Array {
  const across = new Float32Array(plane.length);
  const row = new Float32Array(width + 2 * REACH);
  for (let y = 0; y < height; y += 1) {
    row.set(plane.subarray(y * width, (y + 1) * width), REACH);
    for (let x = 0; x < width; x += 1) across[y * width + x] = weigh(row, x + REACH, 1);
  }
  const padded = new Float32Array(width * (height + 2 * REACH));
  padded.set(across, REACH * width);
  for (let at = 0; at < across.length; at += 1) across[at] = weigh(padded, at + REACH * width, width);
  return across;
}

const weigh = (of: Float32Array, at: number, step: number) =>
  W0 * (of[at] ?? 0) +
  W1 * ((of[at - step] ?? 0) + (of[at + step] ?? 0)) +
  W2 * ((of[at - 2 * step] ?? 0) + (of[at + 2 * step] ?? 0)) +
  W3 * ((of[at - 3 * step] ?? 0) + (of[at + 3 * step] ?? 0)) +
  W4 * ((of[at - 4 * step] ?? 0) + (of[at + 4 * step] ?? 0));
