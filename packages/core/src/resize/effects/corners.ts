import type { Radii } from "../../codecs/radii.ts";
import type { Raw } from "../engine.ts";
import type { Size } from "../geometry.ts";
import { inPieces } from "../pieces.ts";

/** The ellipse of a corner: how far it reaches along either side. */
export interface Reach {
  readonly x: number;
  readonly y: number;
}

/**
 * Reaches of the corners in the order of the wire. `max` is the shorter side; two corners that would overlap share their side,
 * so that radii from half of each side on make an ellipse.
 */
export function reachesOf(radii: Radii, { width, height }: Size): readonly [Reach, Reach, Reach, Reach] {
  const [topLeft, bottomLeft, bottomRight, topRight] = radii.map((each) =>
    each === "max" ? Math.min(width, height) : each,
  ) as [number, number, number, number];
  const share = (one: number, other: number, side: number) => one * Math.min(1, side / (one + other || 1));
  return [
    { x: share(topLeft, topRight, width), y: share(topLeft, bottomLeft, height) },
    { x: share(bottomLeft, bottomRight, width), y: share(bottomLeft, topLeft, height) },
    { x: share(bottomRight, bottomLeft, width), y: share(bottomRight, topRight, height) },
    { x: share(topRight, topLeft, width), y: share(topRight, bottomRight, height) },
  ];
}

/** Makes transparent what lies outside of the rounded corners of one frame of four channels, in place. */
export async function cutCorners(
  { data, width, height }: Raw,
  radii: Radii,
  deadline: number,
): Promise<void> {
  const [topLeft, bottomLeft, bottomRight, topRight] = reachesOf(radii, { width, height });
  const corners = [
    { reach: topLeft, isRight: false, isBottom: false },
    { reach: bottomLeft, isRight: false, isBottom: true },
    { reach: bottomRight, isRight: true, isBottom: true },
    { reach: topRight, isRight: true, isBottom: false },
  ];
  for (const { reach, isRight, isBottom } of corners) {
    const cutRow = (y: number) => {
      const row = isBottom ? height - 1 - y : y;
      const outside = beginsAt(reach, y + 1);
      for (let x = 0; x < reach.x; x++) {
        const cover = x + 1 <= outside ? 0 : coverOf(reach, x, y);
        // A row is inside from the first full pixel on.
        if (cover >= 1) break;
        const at = (row * width + (isRight ? width - 1 - x : x)) * 4 + 3;
        data[at] = Math.round((data[at] ?? 0) * cover);
      }
    };
    const size = { width: Math.max(1, Math.ceil(reach.x)), height: Math.min(height, Math.ceil(reach.y)) };
    await inPieces(size, deadline, (from, to) => {
      for (let y = from; y < to; y++) cutRow(y);
    });
  }
}

/** Where the ellipse begins at a height, counted from the corner. */
const beginsAt = ({ x, y }: Reach, at: number) => x * (1 - Math.sqrt(1 - Math.max(0, 1 - at / y) ** 2));

/** Points of a pixel that are looked at, in each direction. */
const SAMPLES = 4;

/** How much of a pixel, counted from its corner of the picture, lies inside the ellipse. */
function coverOf({ x: reachX, y: reachY }: Reach, x: number, y: number): number {
  if (isInside(reachX, reachY, x, y)) return 1;
  let inside = 0;
  for (let step = 0; step < SAMPLES * SAMPLES; step++) {
    const sampleX = x + ((step % SAMPLES) + 0.5) / SAMPLES;
    const sampleY = y + (Math.floor(step / SAMPLES) + 0.5) / SAMPLES;
    if (isInside(reachX, reachY, sampleX, sampleY)) inside++;
  }
  return inside / SAMPLES ** 2;
}

const isInside = (reachX: number, reachY: number, x: number, y: number) =>
  Math.max(0, 1 - x / reachX) ** 2 + Math.max(0, 1 - y / reachY) ** 2 <= 1;
