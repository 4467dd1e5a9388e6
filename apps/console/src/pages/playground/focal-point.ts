/** A point of the original in percent of its sides. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const PERCENT = /^([\d.]+)p,([\d.]+)p$/;
const SHARE = /^([\d.]+)c,([\d.]+)c$/;
const PIXELS = /^([\d.]+),([\d.]+)$/;

/** The point that a gravity names; undefined for words, and for pixels of an original whose size is not known. */
export function pointOf(
  gravity: string | undefined,
  size?: { readonly width: number; readonly height: number },
): Point | undefined {
  const [, x, y] = PERCENT.exec(gravity ?? "") ?? [];
  if (x !== undefined) return { x: Number(x), y: Number(y) };
  const [, across, down] = SHARE.exec(gravity ?? "") ?? [];
  if (across !== undefined) return { x: Number(across) * 100, y: Number(down) * 100 };
  const [, left, top] = PIXELS.exec(gravity ?? "") ?? [];
  if (left === undefined || !size) return undefined;
  return { x: (Number(left) / size.width) * 100, y: (Number(top) / size.height) * 100 };
}

/** The gravity of a point, to a tenth of a percent and inside the picture. */
export function writePoint({ x, y }: Point): string {
  const inside = (value: number) => Math.round(Math.min(100, Math.max(0, value)) * 10) / 10;
  return `${inside(x)}p,${inside(y)}p`;
}

/** Where the arrow keys lead; undefined for other keys. */
export function movedBy(key: string, { x, y }: Point, step: number): Point | undefined {
  switch (key) {
    case "ArrowLeft":
      return { x: x - step, y };
    case "ArrowRight":
      return { x: x + step, y };
    case "ArrowUp":
      return { x, y: y - step };
    case "ArrowDown":
      return { x, y: y + step };
    default:
      return undefined;
  }
}
