import type { Gravity } from "../codecs/gravity.ts";
import { clamp, type Size, type Source } from "./geometry.ts";

/** One direction of a plan: the source scaled to `scaled`, `kept` of it from `from` on, standing at `at` of `out`. */
export interface Axis {
  readonly scaled: number;
  readonly from: number;
  readonly kept: number;
  readonly at: number;
  readonly out: number;
}

/** `share` 0, ½ or 1 lays to the start, the middle or the end; `center` is a focal point in scaled pixels. */
export interface Focus {
  readonly share: number;
  readonly center?: number;
}

/** Lays a scaled side into an output side: cut to it when longer, padded to it when shorter, with `margin` free at both ends. */
export function layAxis(scaled: number, out: number, { share, center }: Focus, margin = 0): Axis {
  const kept = Math.min(scaled, out);
  const from = center === undefined ? Math.round((scaled - kept) * share) : Math.round(center - kept / 2);
  const free = out - kept;
  const least = Math.min(margin, Math.floor(free / 2));
  return {
    scaled,
    from: clamp(from, 0, scaled - kept),
    kept,
    at: least + Math.floor((free - 2 * least) * (center === undefined ? share : 0.5)),
    out,
  };
}

const STARTS = { x: "west", y: "north" } as const;
const ENDS = { x: "east", y: "south" } as const;

/** Where on one axis the gravity lies; a focal point of the original is brought into the scaled source. */
export function focus(gravity: Gravity, axis: "x" | "y", source: Source, scaled: Size): Focus {
  if (typeof gravity === "string") {
    if (gravity.includes(STARTS[axis])) return { share: 0 };
    return { share: gravity.includes(ENDS[axis]) ? 1 : 0.5 };
  }
  const side = axis === "x" ? "width" : "height";
  const original = source.within?.original ?? source;
  const before = source.within?.[axis === "x" ? "left" : "top"] ?? 0;
  const perPixel = scaled[side] / source[side];
  const at = gravity[axis];
  const centers = {
    px: (at - before) * perPixel,
    p: ((at / 100) * original[side] - before) * perPixel,
    c: (at * original[side] - before) * perPixel,
    s: (at / 100) * scaled[side],
  };
  return { share: 0.5, center: centers[gravity.unit] };
}

// Floating point makes 10 000 × 0.8192 a hair less than 8192: a millionth of a pixel keeps such sides whole.
const floorSide = (pixels: number) => Math.max(1, Math.floor(pixels + 1e-6));

/** The same plan made smaller as a whole. */
export function shrinkAxis(axis: Axis, factor: number): Axis {
  if (factor >= 1) return axis;
  const out = floorSide(axis.out * factor);
  const kept = axis.kept === axis.out ? out : clamp(Math.round(axis.kept * factor), 1, out);
  const scaled = axis.kept === axis.scaled ? kept : Math.max(kept, Math.round(axis.scaled * factor));
  return {
    scaled,
    from: clamp(Math.round(axis.from * factor), 0, scaled - kept),
    kept,
    at: clamp(Math.round(axis.at * factor), 0, out - kept),
    out,
  };
}
