import type { OperationValues, Transformation } from "./operations/index.ts";
import { LARGEST_SIDE } from "./operations/resize.ts";

type Resize = OperationValues["resize"];

/**
 * The same request in fewer words: `dpr` is multiplied into `w` and `h` (as long as both stay within `LARGEST_SIDE`),
 * and what has no effect beside the rest is dropped. It gives the same pixels as the transformation it is made from.
 */
export function effectiveTransformation(transformation: Transformation): Transformation {
  if (!transformation.resize) return transformation;
  const { dpr = 1, w, h, aspect_ratio, ...others } = transformation.resize;
  const hasBox = w !== undefined && h !== undefined;
  const hasSide = w !== undefined || h !== undefined;
  const sides = {
    ...(w === undefined ? {} : { w }),
    ...(h === undefined ? {} : { h }),
    ...(aspect_ratio === undefined || hasBox ? {} : { aspect_ratio }),
  };
  const resize = { ...(hasSide ? multiply(sides, dpr) : sides), ...others };
  const idle = new Set<string>();
  if (!hasSide) idle.add("org_if_sml");
  if (!hasSide && !aspect_ratio) idle.add("func");
  if (!decidesGravity(resize)) idle.add("gravity");
  const kept = Object.entries(resize).filter(([name]) => !idle.has(name));
  return { ...transformation, resize: Object.fromEntries(kept) };
}

/** Sides beyond the largest are the renderer's to bound: there `dpr` stays beside them. */
function multiply(resize: Resize, dpr: number): Resize {
  const times = (side: number) => Math.max(1, Math.round(side * dpr));
  if (times(Math.max(resize.w ?? 1, resize.h ?? 1)) > LARGEST_SIDE) return { ...resize, dpr };
  return {
    ...resize,
    ...(resize.w === undefined ? {} : { w: times(resize.w) }),
    ...(resize.h === undefined ? {} : { h: times(resize.h) }),
  };
}

/** Whether something may be cut off or padded, so that gravity has something to decide. */
function decidesGravity({ w, h, aspect_ratio, func }: Resize): boolean {
  if (aspect_ratio !== undefined) return true;
  if (w === undefined || h === undefined) return false;
  return func !== "bound" && func !== "boundmin" && func !== "cover";
}
