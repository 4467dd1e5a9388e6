import "uplot/dist/uPlot.min.css";
import UPlot from "uplot";
import type { Step } from "../shapes.ts";
import { areBars, type Colour, type Columns, heldOf, pointsOf, WIDTHS } from "./series.ts";

/** What a plot draws. */
export interface PlotWish {
  readonly columns: Columns;
  readonly step: Step;
  readonly colours: readonly Colour[];
  /** Lines without ground, for what is no amount. */
  readonly isRatio: boolean;
  /** Each in front of the line before, which is higher: ground hides ground. */
  readonly isStacked: boolean;
  /** Labels of an axis that reaches up to `most`. */
  readonly label: (figure: number, most: number) => string;
}

/** Where the pointer is: a step by its place, and pixels from the left of the whole plot; undefined outside. */
export type Pointed = { readonly place: number; readonly left: number } | undefined;

export interface Plot {
  destroy(): void;
}

const HEIGHT = 240;
/** Of a letter of the axes. */
const LETTER = 7;
const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** Draws over time into an element, follows its width and the colours of the page, and tells where the pointer is. */
export function drawPlot(root: HTMLElement, wish: PlotWish, pointed: (where: Pointed) => void): Plot {
  const colour = (name: string) => getComputedStyle(root).getPropertyValue(name).trim();
  const { columns, step } = wish;
  const drawn = areSteps(wish) ? heldOf(columns, WIDTHS[step]) : columns;
  const plot = new UPlot(optionsOf(root, wish, colour, pointed), dataOf(drawn), root);
  const sized = new ResizeObserver(() => {
    if (root.clientWidth > 0 && root.clientWidth !== plot.width)
      plot.setSize({ width: root.clientWidth, height: HEIGHT });
  });
  sized.observe(root);
  // Strokes are read anew whenever it is drawn.
  const recoloured = new MutationObserver(() => plot.redraw(true, true));
  recoloured.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
  return {
    destroy() {
      sized.disconnect();
      recoloured.disconnect();
      plot.destroy();
    },
  };
}

/** What is stacked has no slopes: between two steps they would show what was never counted. */
const areSteps = ({ columns, isRatio, isStacked }: PlotWish) =>
  isStacked && !isRatio && !areBars(columns.at.length);

const dataOf = ({ at, figures }: Columns) =>
  [[...at], ...figures.map((line) => [...line])] as UPlot.AlignedData;

function optionsOf(
  root: HTMLElement,
  wish: PlotWish,
  colour: (name: string) => string,
  pointed: (where: Pointed) => void,
): UPlot.Options {
  const { columns, step, colours, isRatio, isStacked, label } = wish;
  const width = WIDTHS[step];
  const hasSteps = areSteps(wish);
  const hasBars = !isRatio && areBars(columns.at.length);
  const first = columns.at[0] ?? 0;
  const last = columns.at.at(-1) ?? first;
  const text = () => colour("--mantine-color-dimmed");
  const line = () => ({ stroke: () => colour("--freshet-line"), width: 1 });
  const paths = hasBars
    ? UPlot.paths.bars?.({ size: [0.72, 48], radius: 0.12 })
    : hasSteps
      ? UPlot.paths.stepped?.({ align: 1 })
      : undefined;
  return {
    width: root.clientWidth,
    height: HEIGHT,
    padding: [14, 24, 0, 0],
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1_000), "Etc/UTC"),
    legend: { show: false },
    cursor: { y: false, points: { show: !hasBars }, drag: { x: false, y: false, setScale: false } },
    scales: {
      // A bar stands on the middle of its room.
      x: {
        time: true,
        range: () =>
          hasBars ? [first - width / 2, last + width / 2] : [first, hasSteps ? last + width : last],
      },
      y: { range: (_, __, most) => [0, isRatio ? 1 : highest(most)] },
    },
    axes: [
      {
        ...{
          font: FONT,
          stroke: text,
          grid: { show: false },
          ticks: { ...line(), size: 5 },
          space: 70,
          size: 32,
        },
        ...(step === "day" && { incrs: [1, 2, 5, 7, 10, 14, 30, 61, 122, 365].map((days) => days * 86_400) }),
        values: (_, splits, __, ___, increment) => splits.map((at) => writeTick(at, increment)),
      },
      {
        ...{ font: FONT, stroke: text, grid: line(), ticks: { show: false }, space: 36, gap: 8 },
        ...(!isRatio && { incrs: INCREMENTS }),
        values: (_, splits) => splits.map((figure) => label(figure, splits.at(-1) ?? figure)),
        size: (_, values) => Math.max(36, ...(values ?? []).map((each) => String(each).length * LETTER + 14)),
      },
    ],
    series: [
      {},
      ...colours.map((name, place): UPlot.Series => {
        const stroke = () => colour(`--chart-${name}`);
        return {
          stroke,
          width: hasBars ? 0 : 2,
          ...(!isRatio && {
            fill: () => (hasBars || isStacked ? stroke() : `${stroke()}2e`),
          }),
          ...(paths && { paths }),
          points: hasBars
            ? { show: false }
            : {
                ...{ show: true, size: 5, fill: stroke },
                filter: () => [...pointsOf(columns.figures[place] ?? [])],
              },

          spanGaps: false,
        };
      }),
    ],
    hooks: {
      setCursor: [
        ({ cursor: { idx, left = -1 }, over, posToVal }) => {
          const isInside = typeof idx === "number" && left >= 0;
          // A step reaches to the right of its begin; everything else lies around it.
          const place = hasSteps ? Math.floor((posToVal(left, "x") - first) / width) : Number(idx);
          pointed(isInside ? { place, left: left + over.offsetLeft } : undefined);
        },
      ],
    },
  };
}

/** 1, 2 and 5 with any zeros: what is counted has no halves. */
const INCREMENTS = Array.from({ length: 16 }, (_, power) =>
  [1, 2, 5].map((figure) => figure * 10 ** power),
).flat();

const highest = (most: number | null) => (most === null || most <= 0 ? 1 : most * 1.06);

const DAY_TICK = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const TIME_TICK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const MONTH_TICK = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric", timeZone: "UTC" });

/** A day at its begin, else a time; months where years are shown. */
function writeTick(at: number, increment: number): string {
  const format = increment >= 86_400 * 61 ? MONTH_TICK : at % 86_400 === 0 ? DAY_TICK : TIME_TICK;
  return format.format(at * 1_000);
}
