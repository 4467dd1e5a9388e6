import type { RatioRange } from "../codecs/ratio.ts";
import type { OperationValues } from "../operations/index.ts";
import { type Axis, focus, layAxis, shrinkAxis } from "./axis.ts";
import { type Box, clamp, type Size, type Source, turnedSize } from "./geometry.ts";

export type ResizeValues = OperationValues["resize"];
type Values = ResizeValues;

/** What an output may be at most, in pixels; `tilt` is the angle in degrees it will be turned by afterwards. */
export interface Bounds {
  readonly maxSide: number;
  readonly maxPixels: number;
  readonly tilt: number;
}

export const UNBOUNDED: Bounds = {
  maxSide: Number.POSITIVE_INFINITY,
  maxPixels: Number.POSITIVE_INFINITY,
  tilt: 0,
};

/** How a picture comes into its box. Whole pixels throughout but for `crop`. */
export interface Plan {
  /** What is kept, in pixels of the source. */
  readonly crop: Box;
  /** Size the whole source is scaled to. */
  readonly scaled: Size;
  /** What is kept, in pixels of the scaled source. */
  readonly window: Box;
  /** Where the window stands in the output; smaller than the output where it is padded. */
  readonly placement: Box;
  readonly output: Size;
}

/**
 * Answers where every pixel goes, without touching one. Sides are at least one pixel; an output beyond the bounds is
 * scaled down to them as a whole.
 *
 * With both `w` and `h` (times `dpr`), `func` decides: crop (the default) covers the box and cuts, fit pads to the box, keeps
 * `margin` free on each side and enlarges only with `fit_enlarge`, cropfit crops when the source is at least as large as the box
 * and fits otherwise, bound is the largest inside the box, boundmin the smallest that covers it, cover stretches, proxy changes nothing. With one of
 * them the other follows the ratio, and only fit and cropfit refuse to enlarge without `fit_enlarge`. `aspect_ratio` is ignored with both; with one it gives the other, and
 * alone it cuts without scaling. `org_if_sml` shrinks the box of crop and cover, keeping its ratio, until it lies
 * inside the source; elsewhere it only forbids enlarging. A gravity that the pixels decide counts as the centre.
 */
export function planResize(values: Values, source: Source, bounds: Bounds = UNBOUNDED): Plan {
  const { scaled, box, margin = 0 } = measure(values, source);
  const gravity = values.gravity ?? "center";
  const x = layAxis(scaled.width, box.width, focus(gravity, "x", source, scaled), margin);
  const y = layAxis(scaled.height, box.height, focus(gravity, "y", source, scaled), margin);
  const factor = boundFactor({ width: x.out, height: y.out }, bounds);
  return assemble(source, shrinkAxis(x, factor), shrinkAxis(y, factor));
}

interface Measures {
  readonly scaled: Size;
  /** Smaller than `scaled` where it is cut, larger where it is padded. */
  readonly box: Size;
  /** Of the box, on each side. */
  readonly margin?: number;
}

function measure(values: Values, source: Size): Measures {
  const box = wantedBox(values, source);
  const never = values.org_if_sml === true;
  if (!box)
    return { scaled: source, box: values.aspect_ratio ? largestInside(values.aspect_ratio, source) : source };
  if (box.width === undefined || box.height === undefined) {
    const factor = box.width === undefined ? (box.height ?? 0) / source.height : box.width / source.width;
    const fits = values.func === "fit" || values.func === "cropfit";
    const mayGrow = !never && (!fits || values.fit_enlarge === true);
    if (factor > 1 && !mayGrow) return { scaled: source, box: source };
    const scaled = meet(source, box);
    return { scaled, box: scaled };
  }
  return BY_FUNC[values.func ?? "crop"]({ width: box.width, height: box.height }, source, never, values);
}

type Func = NonNullable<Values["func"]>;
type Measure = (box: Size, source: Size, neverEnlarge: boolean, values: Values) => Measures;

const same = (scaled: Size): Measures => ({ scaled, box: scaled });
const isInside = (inner: Size, outer: Size) => inner.width <= outer.width && inner.height <= outer.height;

const BY_FUNC: { readonly [F in Func]: Measure } = {
  // Where there is no such part, a usual crop.
  face: (...wish) => BY_FUNC.crop(...wish),
  facehide: (...wish) => BY_FUNC.crop(...wish),
  crop(wanted, source, neverEnlarge) {
    const box = neverEnlarge ? shrinkInto(wanted, source) : wanted;
    return { scaled: covering(source, box), box };
  },
  fit(box, source, neverEnlarge, { margin = 0, fit_enlarge = false }) {
    const room = { width: without(margin, box.width), height: without(margin, box.height) };
    const mayGrow = fit_enlarge && !neverEnlarge;
    return { scaled: isInside(source, room) && !mayGrow ? source : inside(source, room), box, margin };
  },
  cropfit: (box, source, ...rest) => BY_FUNC[isInside(box, source) ? "crop" : "fit"](box, source, ...rest),
  bound: (box, source, never) => same(never && isInside(source, box) ? source : inside(source, box)),
  boundmin: (box, source, never) =>
    same(never && (box.width > source.width || box.height > source.height) ? source : covering(source, box)),
  cover: (box, source, never) => same(never ? shrinkInto(box, source) : box),
  proxy: (_, source) => same(source),
};

/** What two margins leave of a side. */
const without = (margin: number, side: number) => Math.max(1, side - 2 * margin);

const atLeastOne = (pixels: number) => Math.max(1, Math.round(pixels));

/** The box asked for; one side is missing when it follows from the ratio of the source. */
export function wantedBox(values: Values, source: Size): { width?: number; height?: number } | undefined {
  const scale = (side: number | undefined) => side && atLeastOne(side * (values.dpr ?? 1));
  const [width, height] = [scale(values.w), scale(values.h)];
  if (!width && !height) return undefined;
  const ratio = values.aspect_ratio && acceptedRatio(values.aspect_ratio, source);
  if (width && height) return { width, height };
  if (width) return ratio ? { width, height: atLeastOne(width / ratio) } : { width };
  return height ? (ratio ? { width: atLeastOne(height * ratio), height } : { height }) : undefined;
}

export const acceptedRatio = ({ min, max }: RatioRange, { width, height }: Size) =>
  clamp(width / height, min, max);

function largestInside(range: RatioRange, source: Size): Size {
  const ratio = acceptedRatio(range, source);
  const [width, height] = [source.height * ratio, source.width / ratio];
  if (width < source.width) return { width: atLeastOne(width), height: source.height };
  return { width: source.width, height: Math.min(source.height, atLeastOne(height)) };
}

/** Scaled so that the given side is met exactly and the other follows. */
export function meet(source: Size, side: { readonly width?: number; readonly height?: number }): Size {
  if (side.width !== undefined) {
    return { width: side.width, height: atLeastOne((source.height * side.width) / source.width) };
  }
  const height = side.height ?? source.height;
  return { width: atLeastOne((source.width * height) / source.height), height };
}

const isWider = (one: Size, other: Size) => one.width * other.height >= other.width * one.height;
const inside = (source: Size, { width, height }: Size) =>
  meet(source, isWider(source, { width, height }) ? { width } : { height });
const covering = (source: Size, { width, height }: Size) =>
  meet(source, isWider(source, { width, height }) ? { height } : { width });

export function shrinkInto(box: Size, source: Size): Size {
  const factor = Math.min(1, source.width / box.width, source.height / box.height);
  return { width: atLeastOne(box.width * factor), height: atLeastOne(box.height * factor) };
}

export function boundFactor(output: Size, { maxSide, maxPixels, tilt }: Bounds): number {
  const { width, height } = turnedSize(output, tilt);
  return Math.min(1, maxSide / width, maxSide / height, Math.sqrt(maxPixels / (width * height)));
}

export function assemble(source: Size, x: Axis, y: Axis): Plan {
  const perX = source.width / x.scaled;
  const perY = source.height / y.scaled;
  return {
    crop: { left: x.from * perX, top: y.from * perY, width: x.kept * perX, height: y.kept * perY },
    scaled: { width: x.scaled, height: y.scaled },
    window: { left: x.from, top: y.from, width: x.kept, height: y.kept },
    placement: { left: x.at, top: y.at, width: x.kept, height: y.kept },
    output: { width: x.out, height: y.out },
  };
}
