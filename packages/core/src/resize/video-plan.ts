import type { OperationValues } from "../operations/index.ts";
import { clamp, type Size } from "./geometry.ts";
import { type Plan, planResize } from "./plan.ts";

/** 4K, in either direction, as cinemas and televisions count it. */
const LARGEST_VIDEO_SIDE = 4_096;
const MOST_VIDEO_PIXELS = 4_096 * 2_304;
/** Sides that are asked for are no smaller: Cloudimage's are above 100, and those of a video are even. */
const SMALLEST_VIDEO_SIDE = 102;

/** Whether a video of this size is one that is read. */
export function isVideoSize({ width, height }: Size): boolean {
  const longest = Math.max(width, height);
  return Math.min(width, height) > 0 && longest <= LARGEST_VIDEO_SIDE && width * height <= MOST_VIDEO_PIXELS;
}

/**
 * Where every pixel of a video goes, by the rules of `planResize` and in even numbers, because its colours have half the resolution of its
 * brightness. Nothing is further than two pixels from where a picture would have it. Sides below `SMALLEST_VIDEO_SIDE` are raised to it.
 */
export function planVideo(
  values: OperationValues["resize"],
  source: Size,
): Pick<Plan, "scaled" | "window" | "placement" | "output"> {
  const raised = (name: "w" | "h") => {
    const side = values[name];
    return side === undefined ? {} : { [name]: Math.max(SMALLEST_VIDEO_SIDE / (values.dpr ?? 1), side) };
  };
  const bounds = { maxSide: LARGEST_VIDEO_SIDE, maxPixels: MOST_VIDEO_PIXELS, tilt: 0 };
  const { scaled, window, placement, output } = planResize(
    { ...values, ...raised("w"), ...raised("h") },
    source,
    bounds,
  );
  const x = evenAxis(scaled.width, window.left, window.width, placement.left, output.width);
  const y = evenAxis(scaled.height, window.top, window.height, placement.top, output.height);
  return {
    scaled: { width: x.scaled, height: y.scaled },
    window: { left: x.from, top: y.from, width: x.kept, height: y.kept },
    placement: { left: x.at, top: y.at, width: x.kept, height: y.kept },
    output: { width: x.out, height: y.out },
  };
}

/** Down, so that no side grows over a bound. */
const even = (pixels: number) => Math.max(2, pixels - (pixels % 2));

function evenAxis(scaled: number, from: number, kept: number, at: number, out: number) {
  const length = even(out);
  const part = Math.min(even(kept), length);
  const whole = kept === scaled ? part : Math.max(even(scaled), part);
  return {
    scaled: whole,
    from: clamp(from - (from % 2), 0, whole - part),
    kept: part,
    at: clamp(at - (at % 2), 0, length - part),
    out: length,
  };
}
