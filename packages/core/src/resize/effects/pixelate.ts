import type { Raw } from "../engine.ts";

/** Gives the squares of some rows of one frame their mean colour, weighted by opacity, in place. Rows begin at a square. */
export function pixelateRows(
  { data, width, channels }: Raw,
  side: number,
  fromRow: number,
  toRow: number,
): void {
  const colors = Math.min(channels, 3);
  const hasAlpha = channels === 4;
  const sums = [0, 0, 0];
  for (let top = fromRow; top < toRow; top += side) {
    const bottom = Math.min(toRow, top + side);
    for (let left = 0; left < width; left += side) {
      const right = Math.min(width, left + side);
      sums.fill(0);
      let weights = 0;
      for (let y = top; y < bottom; y++) {
        for (let at = (y * width + left) * channels; at < (y * width + right) * channels; at += channels) {
          const weight = hasAlpha ? (data[at + 3] ?? 0) : 255;
          weights += weight;
          for (let band = 0; band < colors; band++)
            sums[band] = (sums[band] ?? 0) + weight * (data[at + band] ?? 0);
        }
      }
      const mean = sums.map((sum) => (weights === 0 ? 0 : Math.round(sum / weights)));
      const alpha = Math.round(weights / ((right - left) * (bottom - top)));
      for (let y = top; y < bottom; y++) {
        for (let at = (y * width + left) * channels; at < (y * width + right) * channels; at += channels) {
          for (let band = 0; band < colors; band++) data[at + band] = mean[band] ?? 0;
          if (hasAlpha) data[at + 3] = alpha;
        }
      }
    }
  }
}
