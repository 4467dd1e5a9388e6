import { framesOf, type Raw } from "../engine.ts";
import type { Box } from "../geometry.ts";
import { inPieces } from "../pieces.ts";

/**
 * What is inside a border of one colour: of several frames what is inside of all their borders. Undefined where there is no
 * border, and where there is nothing but it. `tolerance` is how many percent a channel may differ from the border's colour,
 * which is that of the corner most others agree with.
 */
export async function findContent(raw: Raw, tolerance: number, deadline: number): Promise<Box | undefined> {
  const { width, height } = raw;
  const found = { left: width, right: -1, top: height, bottom: -1 };
  for (const frame of framesOf(raw)) {
    const isBorder = borderOf(frame, tolerance * 2.55);
    await inPieces(frame, deadline, (from, to) => {
      for (let y = from; y < to; y++) widen(found, y, width, isBorder);
    });
  }
  const box = {
    left: found.left,
    top: found.top,
    width: found.right + 1 - found.left,
    height: found.bottom + 1 - found.top,
  };
  if (box.width <= 0 || box.height <= 0) return undefined;
  return box.width === width && box.height === height ? undefined : box;
}

interface Extent {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Looks at a row no further than it could change the extent. */
function widen(found: Extent, y: number, width: number, isBorder: (x: number, y: number) => boolean): void {
  let x = 0;
  while (x < found.left && isBorder(x, y)) x++;
  let isContent = x < found.left;
  if (isContent) found.left = x;
  let last = width - 1;
  while (last > found.right && isBorder(last, y)) last--;
  if (last > found.right) {
    found.right = last;
    isContent = true;
  }
  if (!isContent) {
    x = found.left;
    while (x <= found.right && isBorder(x, y)) x++;
    isContent = x <= found.right;
  }
  if (!isContent) return;
  found.top = Math.min(found.top, y);
  found.bottom = Math.max(found.bottom, y);
}

/** Whether a pixel has the border's colour. Where both are transparent there is no colour to differ. */
function borderOf({ data, width, height, channels }: Raw, tolerance: number) {
  const hasAlpha = channels === 4;
  const pixel = (x: number, y: number) => {
    const at = (y * width + x) * channels;
    const share = hasAlpha ? (data[at + 3] ?? 0) / 255 : 1;
    return [
      (data[at] ?? 0) * share,
      (data[at + 1] ?? 0) * share,
      (data[at + 2] ?? 0) * share,
      share * 255,
    ] as const;
  };
  type Pixel = ReturnType<typeof pixel>;
  const isNear = (one: Pixel, other: Pixel) =>
    one.every((each, at) => Math.abs(each - (other[at] ?? 0)) <= tolerance);
  const corners = [
    pixel(0, 0),
    pixel(width - 1, 0),
    pixel(0, height - 1),
    pixel(width - 1, height - 1),
  ] as const;
  const friends = corners.map((corner) => corners.filter((other) => isNear(corner, other)).length);
  const [red, green, blue, alpha] = corners[friends.indexOf(Math.max(...friends))] ?? corners[0];
  return (x: number, y: number): boolean => {
    const at = (y * width + x) * channels;
    const share = hasAlpha ? (data[at + 3] ?? 0) / 255 : 1;
    return (
      Math.abs((data[at] ?? 0) * share - red) <= tolerance &&
      Math.abs((data[at + 1] ?? 0) * share - green) <= tolerance &&
      Math.abs((data[at + 2] ?? 0) * share - blue) <= tolerance &&
      Math.abs(share * 255 - alpha) <= tolerance
    );
  };
}
