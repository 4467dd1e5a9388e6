import type { Maybe } from "../format.ts";
import type { Head, SeriesRow, Step } from "../shapes.ts";

/** Colours of the palette, by what they are used for. */
export type Colour = "first" | "second" | "third" | "fourth" | "bad" | "idle";

/** One figure of a series, drawn over time. */
export interface Line {
  readonly key: string;
  readonly name: string;
  readonly colour: Colour;
}

/** What is drawn: begins of steps in seconds since the epoch, and the figures of each line. */
export interface Columns {
  readonly at: readonly number[];
  readonly figures: readonly (readonly (number | null)[])[];
}

/** Seconds. */
export const WIDTHS: Readonly<Record<Step, number>> = { "10m": 600, hour: 3_600, day: 86_400 };

/** Beyond, a step has too little room for a bar. */
const MOST_BARS = 100;

/** The figures by line, over all steps of the period: those that are still to come have none. */
export function columnsOf(
  { from, to, step }: Pick<Head, "from" | "to" | "step">,
  rows: readonly SeriesRow[],
  lines: readonly Pick<Line, "key">[],
): Columns {
  const width = WIDTHS[step];
  const [begin, end] = [Date.parse(from) / 1_000, Date.parse(to) / 1_000];
  const at = Array.from({ length: Math.ceil((end - begin) / width) }, (_, place) => begin + place * width);
  const known = new Map(rows.map((row) => [Date.parse(row.at) / 1_000, row]));
  return { at, figures: lines.map(({ key }) => at.map((begun) => figureOf(known.get(begun), key))) };
}

/** The figure of a row; null where it has none. */
function figureOf(row: SeriesRow | undefined, key: string): number | null {
  const figure = row?.[key];
  return typeof figure === "number" ? figure : null;
}

/** Each line on top of those behind it, so that the first one is the height of all. */
export function stackedOf(figures: Columns["figures"]): Columns["figures"] {
  return figures.map((line, place) =>
    line.map((figure, at) => {
      if (figure === null) return null;
      return figures.slice(place).reduce((sum, each) => sum + (each[at] ?? 0), 0);
    }),
  );
}

/** Ready to be drawn as steps: one more place, and each line's last figure is held as wide as its step. */
export function heldOf({ at, figures }: Columns, width: number): Columns {
  const last = at.at(-1);
  return {
    at: last === undefined ? at : [...at, last + width],
    figures: figures.map((line) => {
      const known = line.findLastIndex((figure) => figure !== null);
      return [...line, null].map((figure, place) =>
        known !== -1 && place === known + 1 ? (line[known] ?? null) : figure,
      );
    }),
  };
}

/** Whether there is nothing to draw: no figure, or, where nothing is said by them, zeros alone. */
export const isEmpty = (figures: Columns["figures"], areZerosSaid = false): boolean =>
  figures.every((line) => line.every((figure) => figure === null || (figure === 0 && !areZerosSaid)));

/** Bars where each has room, else lines. */
export const areBars = (steps: number): boolean => steps <= MOST_BARS;

/** Places of figures that no line shows: those that stand alone, and all where there are few. */
export function pointsOf(line: readonly (number | null)[]): readonly number[] {
  const isFew = areBars(line.length);
  return line.flatMap((figure, place) => {
    if (figure === null) return [];
    const isAlone = typeof line[place - 1] !== "number" && typeof line[place + 1] !== "number";
    return isFew || isAlone ? [place] : [];
  });
}

/** The step with most, and the sum; undefined where no figure is known. */
export function extremesOf(
  at: readonly number[],
  line: readonly Maybe[],
): { readonly sum: number; readonly most: number; readonly mostAt: number } | undefined {
  let sum = 0;
  let most = Number.NEGATIVE_INFINITY;
  let mostAt = 0;
  for (const [place, figure] of line.entries()) {
    if (typeof figure !== "number") continue;
    sum += figure;
    if (figure > most) [most, mostAt] = [figure, at[place] ?? 0];
  }
  return most === Number.NEGATIVE_INFINITY ? undefined : { sum, most, mostAt };
}
