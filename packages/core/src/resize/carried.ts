import { type Box, clip, type Size, scaledFrom, turnedSize } from "./geometry.ts";
import type { Pass, Picture } from "./picture.ts";
import { planResize } from "./plan.ts";
import { inverse, moveBox } from "./symmetry.ts";

/**
 * Where a part of the upright original comes to lie in the planned picture, in its pixels: pass by pass as it is painted. A tilted
 * one is the upright box around it. Twice where a copy of the picture fills its padding; nowhere where it was cut away.
 */
export function carried(box: Box, { passes, uprighting, within, size }: Picture): readonly Box[] {
  const stored = moveBox(inverse(uprighting), box, within.original);
  const boxes = passes.reduce(
    (all: readonly Box[], pass) => all.flatMap((each) => through(each, pass)),
    [stored],
  );
  return boxes.map((each) => clip(each, size)).filter(({ width, height }) => width > 0 && height > 0);
}

function through(
  box: Box,
  { extract, scaled, symmetry, window, canvas, backdrop, tilt }: Pass,
): readonly Box[] {
  const large = scaledFrom(box, extract, scaled);
  const laid = moveBox(symmetry, large, scaled);
  const kept = { ...laid, left: laid.left - window.left, top: laid.top - window.top };
  const tilted = tilt === 0 ? kept : turned(kept, window, tilt);
  const placed = { ...tilted, left: tilted.left + canvas.left, top: tilted.top + canvas.top };
  if (!backdrop) return [placed];
  const { gravity } = backdrop;
  const { crop } = planResize({ w: canvas.width, h: canvas.height, gravity }, window);
  return [placed, scaledFrom(clip(kept, window), crop, canvas)];
}

/** The upright box around one that is turned clockwise together with its picture. */
function turned(box: Box, picture: Size, degrees: number): Box {
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const after = turnedSize(picture, degrees);
  const corners = [0, 1].flatMap((right) =>
    [0, 1].map((bottom) => {
      const x = box.left + right * box.width - picture.width / 2;
      const y = box.top + bottom * box.height - picture.height / 2;
      return { x: x * cos - y * sin + after.width / 2, y: x * sin + y * cos + after.height / 2 };
    }),
  );
  const [left, top] = [Math.min(...corners.map(({ x }) => x)), Math.min(...corners.map(({ y }) => y))];
  return {
    left,
    top,
    width: Math.max(...corners.map(({ x }) => x)) - left,
    height: Math.max(...corners.map(({ y }) => y)) - top,
  };
}
