import type { Parameter } from "./codec.ts";
import type { Tint } from "./codecs/tint.ts";
import { OPERATIONS, type OperationValues, type Transformation } from "./operations/index.ts";
import { LARGEST_SIDE } from "./operations/resize.ts";
import { effectiveWatermark } from "./watermarks.ts";

type Resize = OperationValues["resize"];

/**
 * The same request in fewer words, each value in its one spelling: what asks for nothing is gone, `dpr` is multiplied into `w` and `h`
 * (as long as both stay within `LARGEST_SIDE`), `x` and `y` become a gravity, and what has no effect beside the rest is dropped. It
 * gives the same pixels as the transformation it is made from; the renderer itself reads nothing else.
 */
export function effectiveTransformation(transformation: Transformation): Transformation {
  if (isProxied(transformation)) return PROXIED;
  // What becomes of a video is no part of a picture of it.
  const {
    video: _,
    resize,
    colorize,
    duotone,
    pixelate,
    watermark,
    encode,
    ...others
  } = withoutNeutral(transformation);
  const trims = others.trim?.trim !== undefined;
  return {
    ...others,
    ...(resize === undefined ? {} : { resize: effectiveResize(resize, trims) }),
    ...(isVisible(colorize?.colorize) ? { colorize } : {}),
    ...(isVisible(duotone?.duotone) ? { duotone } : {}),
    // Squares of one pixel are the picture itself.
    ...((pixelate?.pixelate ?? 0) > 1 ? { pixelate } : {}),
    ...(watermark === undefined ? {} : { watermark: effectiveWatermark(watermark) }),
    ...(encode === undefined ? {} : { encode: effectiveEncode(encode) }),
  };
}

/** What `func=proxy` comes to, whatever stands beside it. */
export const PROXIED: Transformation = { resize: { func: "proxy" } };

/** Whether a file is asked for as it is, and no picture. */
export const isProxied = ({ resize }: Transformation): boolean => resize?.func === "proxy";

function withoutNeutral(transformation: Transformation): Transformation {
  const kept = OPERATIONS.flatMap(({ name, parameters }) => {
    const values: Readonly<Record<string, unknown>> = transformation[name] ?? {};
    const read = Object.entries<Parameter<unknown>>(parameters).flatMap(([parameter, codec]) => {
      // Through the codec and back, because callers make values by hand too.
      const given = values[parameter];
      const value = given === undefined ? undefined : codec.parse(codec.format(given));
      const says = value !== undefined && codec.format(value) !== codec.neutral;
      return says ? [[parameter, value] as const] : [];
    });
    return read.length > 0 ? [[name, Object.fromEntries(read)] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** A quality that is given needs no search. */
function effectiveEncode({ optipress, ...others }: OperationValues["encode"]): OperationValues["encode"] {
  return others.q === undefined && optipress !== undefined ? { ...others, optipress } : others;
}

const isVisible = (value: Pick<Tint, "opacity"> | undefined) => value !== undefined && value.opacity > 0;

function effectiveResize(asked: Resize, trims: boolean): Resize {
  const { dpr = 1, w, h, aspect_ratio, ...others } = withGravity(asked, trims);
  const hasBox = w !== undefined && h !== undefined;
  const hasSide = w !== undefined || h !== undefined;
  const sides = {
    ...(w === undefined ? {} : { w }),
    ...(h === undefined ? {} : { h }),
    ...(aspect_ratio === undefined || hasBox ? {} : { aspect_ratio }),
  };
  const isSide = hasSide && !hasBox && aspect_ratio === undefined;
  const resize = {
    ...(hasSide ? multiply(sides, dpr) : sides),
    ...(isSide ? withoutFunc(others) : others),
  };
  const idle = new Set<string>(idleParameters(resize));
  const kept = Object.entries(resize).filter(([name]) => !idle.has(name));
  return Object.fromEntries(kept);
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

/** A gravity beats `x` and `y`, which count as a pair; `trim` without a trim asks for what stands out. */
function withGravity({ x, y, ...resize }: Resize, trims: boolean): Resize {
  const { gravity } = resize;
  if (gravity === "trim" && !trims) return { ...resize, gravity: "auto" };
  if (gravity !== undefined || x === undefined || y === undefined) return resize;
  return { ...resize, gravity: { x, y, unit: "px" } };
}

const mayFit = ({ func }: Resize) => func === "fit" || func === "cropfit";
const meetsFaces = ({ func }: Resize) => func === "face" || func === "facehide";

/** By one side alone every func does the same, but that a fit does not enlarge. */
function withoutFunc(resize: Resize): Resize {
  if (meetsFaces(resize)) return resize;
  const { func, fit_enlarge, ...others } = resize;
  return mayFit(resize) && fit_enlarge !== true ? { ...others, org_if_sml: true } : others;
}

function idleParameters(resize: Resize): readonly (keyof Resize)[] {
  const { w, h, aspect_ratio, func, gravity } = resize;
  const hasSide = w !== undefined || h !== undefined;
  const hasBox = (w !== undefined && h !== undefined) || (hasSide && aspect_ratio !== undefined);
  const pads = mayFit(resize) && hasBox;
  const cuts = hasBox ? !pads && func !== "bound" && func !== "boundmin" && func !== "cover" : aspect_ratio;
  // A whole picture stands in the middle of its padding, whatever stands out in it.
  const isIdleGravity = !(pads || cuts) || ((gravity === "auto" || gravity === "face") && func === "fit");
  return [
    ...(hasSide ? [] : (["org_if_sml", "linear"] as const)),
    ...(hasSide || meetsFaces(resize) ? [] : (["func"] as const)),
    ...(meetsFaces(resize) ? [] : (["face_margin"] as const)),
    ...(isIdleGravity ? (["gravity"] as const) : []),
    ...(pads ? [] : (["margin", "fit_enlarge", "bg_img_fit"] as const)),
    ...(pads && resize.bg_img_fit ? [] : (["bg_blur", "bg_opacity", "bg_colorize", "bg_gravity"] as const)),
    ...(isVisible(resize.bg_colorize) ? [] : (["bg_colorize"] as const)),
  ];
}
