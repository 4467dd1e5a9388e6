/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle, its place counted from the top-left corner. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

export const whole = ({ width, height }: Size): Box => ({ left: 0, top: 0, width, height });

export const middleOf = ({ left, top, width, height }: Box) => ({ x: left + width / 2, y: top + height / 2 });

export const sameSize = (one: Size, other: Size): boolean =>
  one.width === other.width && one.height === other.height;

/** Smallest upright rectangle around a picture turned by `degrees`, rounded as libvips rounds it; never below one pixel. */
export function turnedSize({ width, height }: Size, degrees: number): Size {
  if (degrees % 180 === 0) return { width, height };
  if (degrees % 90 === 0) return { width: height, height: width };
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.abs(Math.cos(radians)), Math.abs(Math.sin(radians))];
  return {
    width: Math.max(1, Math.round(width * cos + height * sin)),
    height: Math.max(1, Math.round(width * sin + height * cos)),
  };
}

/** The picture that is resized; `within` says where it was cut out of the upright original, for focal points. */
export interface Source extends Size {
  readonly within?: { readonly left: number; readonly top: number; readonly original: Size };
}

/** The whole pixels that a box covers best; at least one, and none outside of `size`. */
export function wholePixels(box: Box, size: Size): Box {
  const left = Math.min(size.width - 1, Math.round(box.left));
  const top = Math.min(size.height - 1, Math.round(box.top));
  const right = Math.min(size.width, Math.max(left + 1, Math.round(box.left + box.width)));
  const bottom = Math.min(size.height, Math.max(top + 1, Math.round(box.top + box.height)));
  return { left, top, width: right - left, height: bottom - top };
}

/** The part of a box that lies in a picture. */
export function clip(box: Box, { width, height }: Size): Box {
  const [left, top] = [clamp(box.left, 0, width), clamp(box.top, 0, height)];
  return {
    left,
    top,
    width: clamp(box.left + box.width, 0, width) - left,
    height: clamp(box.top + box.height, 0, height) - top,
  };
}

/** A box of a picture as a box of a part of that picture, which is scaled. */
export function scaledFrom(box: Box, part: Box, { width, height }: Size): Box {
  const [perX, perY] = [width / part.width, height / part.height];
  return {
    left: (box.left - part.left) * perX,
    top: (box.top - part.top) * perY,
    width: box.width * perX,
    height: box.height * perY,
  };
}
