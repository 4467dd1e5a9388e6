import { effectiveTransformation, LARGEST_SIDE, readQuery, readTransformation } from "@freshet/core";
import { itemsOf, type Look, type Spelling, writeLook } from "./look.ts";

/** One candidate of a srcset. */
export interface Candidate {
  readonly look: Look;
  readonly target: string;
  /** "400w" or "2x". */
  readonly descriptor: string;
}

/** What widths a srcset may have. */
export interface Bounds {
  /** Of the original, in pixels; undefined where nobody knows. */
  readonly original?: number | undefined;
  /** Widths that the project allows unsigned URLs to ask for; empty is all. */
  readonly allowed?: readonly number[];
}

const USUAL = [320, 640, 960, 1280, 1920, 2560];
/** Of the width that is asked for. */
const STEPS = [0.5, 1, 1.5, 2];

/** Width and height that are asked for, with the pixel ratio in them; undefined where there is none. */
export function boxOf({ values }: Look): { readonly w: number | undefined; readonly h: number | undefined } {
  const { transformation } = readTransformation(readQuery(itemsOf(values, true).join("&")));
  const { w, h } = effectiveTransformation(transformation).resize ?? {};
  return { w, h };
}

/** Widths for a srcset, ascending: around the one that is asked for, none beyond the original's own. */
export function widthsFor(
  look: Look,
  { original = LARGEST_SIDE, allowed = [] }: Bounds = {},
): readonly number[] {
  const { w } = boxOf(look);
  const most = Math.min(LARGEST_SIDE, Math.max(original, w ?? 0));
  const wanted = w === undefined ? USUAL : STEPS.map((step) => Math.round(w * step));
  const ladder = allowed.length === 0 ? wanted : wanted.map((width) => nextOf(allowed, width));
  const found = [...new Set(ladder)].filter((width) => width >= 1 && width <= most).sort((a, b) => a - b);
  return found.length > 0 ? found : [Math.min(most, w ?? most)];
}

/** As the server brings a size that is not allowed to the next one that is. */
function nextOf(allowed: readonly number[], width: number): number {
  const sorted = allowed.toSorted((a, b) => a - b);
  return sorted.find((each) => each >= width) ?? sorted.at(-1) ?? width;
}

/**
 * The candidates of a srcset: by width, or by pixel ratio where the height alone is given. None under a preset, which no URL overrides.
 * They are those that `srcset` of @freshet/core writes.
 */
export function candidatesOf(
  look: Look,
  widths: readonly number[],
  spelling: Spelling,
): readonly Candidate[] {
  if (look.preset !== undefined) return [];
  const { w, h } = boxOf(look);
  const { dpr: _dpr, w: _w, h: _h, ...others } = look.values;
  const candidate = (values: Look["values"], descriptor: string): Candidate => {
    const each = { ...look, values };
    return { look: each, target: writeLook(each, spelling), descriptor };
  };
  if (w === undefined && h !== undefined) {
    return [1, 2].map((ratio) =>
      candidate({ ...others, h: String(h), ...(ratio > 1 && { dpr: String(ratio) }) }, `${ratio}x`),
    );
  }
  return widths.map((width) => {
    const height = w && h ? { h: String(Math.max(1, Math.round((width * h) / w))) } : {};
    return candidate({ ...others, w: String(width), ...height }, `${width}w`);
  });
}

/** `sizes` of a picture that is shown as wide as it is asked for, and never wider than the window. */
export function usualSizes(look: Look): string {
  const { w } = boxOf(look);
  return w === undefined ? "100vw" : `(max-width: ${w}px) 100vw, ${w}px`;
}
