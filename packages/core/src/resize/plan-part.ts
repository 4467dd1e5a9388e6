import { shrinkAxis } from "./axis.ts";
import { type Box, clamp, type Size } from "./geometry.ts";
import {
  acceptedRatio,
  assemble,
  type Bounds,
  boundFactor,
  meet,
  type Plan,
  type ResizeValues,
  shrinkInto,
  UNBOUNDED,
  wantedBox,
} from "./plan.ts";

/** Width by height of what is wanted: of the box, else by `aspect_ratio`, else as `natural` has it. */
export function wantedRatio(values: ResizeValues, natural: Size): number {
  const { width, height } = wantedBox(values, natural) ?? {};
  if (width && height) return width / height;
  return values.aspect_ratio ? acceptedRatio(values.aspect_ratio, natural) : natural.width / natural.height;
}

/** Plans that a part of the source, which has the wanted ratio, becomes the output: `w` by `h`, or by its own ratio. */
export function planPart(values: ResizeValues, source: Size, part: Box, bounds: Bounds = UNBOUNDED): Plan {
  const out = outputOf(values, part);
  const axis = (side: "width" | "height", from: number) => {
    const factor = out[side] / part[side];
    const scaled = Math.max(out[side], Math.round(source[side] * factor));
    const start = clamp(Math.round(from * factor), 0, scaled - out[side]);
    return { scaled, from: start, kept: out[side], at: 0, out: out[side] };
  };
  const factor = boundFactor(out, bounds);
  return assemble(
    source,
    shrinkAxis(axis("width", part.left), factor),
    shrinkAxis(axis("height", part.top), factor),
  );
}

function outputOf(values: ResizeValues, part: Size): Size {
  const own = { width: Math.max(1, Math.round(part.width)), height: Math.max(1, Math.round(part.height)) };
  const { width, height } = wantedBox(values, own) ?? {};
  const never = values.org_if_sml === true;
  if (width && height) return never ? shrinkInto({ width, height }, own) : { width, height };
  if (!width && !height) return own;
  const out = meet(part, width ? { width } : { height: height ?? 1 });
  return never && out.width > own.width ? own : out;
}

/** The smallest box of a ratio around another, moved into the picture; where it does not fit, the largest that does. */
export function frameAround(box: Box, ratio: number, picture: Size): Box {
  let width = Math.max(box.width, box.height * ratio);
  width = Math.min(width, picture.width, picture.height * ratio);
  const height = width / ratio;
  return {
    left: clamp(box.left + (box.width - width) / 2, 0, picture.width - width),
    top: clamp(box.top + (box.height - height) / 2, 0, picture.height - height),
    width,
    height,
  };
}

/** A part with a shorter side than that, in pixels, is no picture any more. */
const LEAST_SIDE = 8;

/**
 * The largest box of a ratio that meets none of the others, as near to the middle as it can be; undefined where there is none. Every such
 * box can be grown to one that ends at the sides of the picture or of others, so only bands between those are looked through.
 */
export function largestWithout(others: readonly Box[], ratio: number, picture: Size): Box | undefined {
  const tops = [0, ...others.map(({ top, height }) => top + height)];
  const bottoms = [picture.height, ...others.map(({ top }) => top)];
  let best: Box | undefined;
  for (const top of tops) {
    for (const bottom of bottoms) {
      if (bottom - top < LEAST_SIDE) continue;
      for (const [left, right] of gaps(others, top, bottom, picture.width)) {
        const width = Math.min(right - left, (bottom - top) * ratio);
        if (Math.min(width, width / ratio) < LEAST_SIDE) continue;
        const height = width / ratio;
        const box = {
          left: clamp((picture.width - width) / 2, left, right - width),
          top: clamp((picture.height - height) / 2, top, bottom - height),
          width,
          height,
        };
        if (!best || isBetter(box, best, picture)) best = box;
      }
    }
  }
  return best;
}

/** Larger, or as large and nearer to the middle. */
function isBetter(one: Box, other: Box, picture: Size): boolean {
  if (Math.abs(one.width - other.width) > 1e-6) return one.width > other.width;
  const distance = ({ left, top, width, height }: Box) =>
    Math.hypot(left + width / 2 - picture.width / 2, top + height / 2 - picture.height / 2);
  return distance(one) < distance(other);
}

/** What is free from side to side between two heights. */
function gaps(
  others: readonly Box[],
  top: number,
  bottom: number,
  width: number,
): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  let free = 0;
  const between = others.filter((each) => each.top < bottom && each.top + each.height > top);
  for (const { left, width: covered } of between.toSorted((one, other) => one.left - other.left)) {
    if (left > free) found.push([free, left]);
    free = Math.max(free, left + covered);
  }
  if (width > free) found.push([free, width]);
  return found;
}
