import type { Standing, Verdict } from "../gate.ts";
import type { Bound } from "../goals.ts";
import { doublingAxis } from "./axis.ts";
import type { Block } from "./bars.ts";
import { element, line, text } from "./svg.ts";

const LABELS = 450;
const ROW = 22;
const TOP = 52;
const BOTTOM = 56;
/** Further away from the bar is drawn at the end. */
const LEAST = 1 / 32;
const MOST = 4;

/** Every measured goal by how far it is from its bar: to the left is better, whatever it counts. */
export function goalStrip(verdicts: readonly Verdict[], width: number): Block | undefined {
  const shown = verdicts.filter(({ ratio, criterion }) => ratio && (criterion.bar ?? criterion.aim));
  if (shown.length === 0) return undefined;
  const { ticks, place } = doublingAxis(LEAST, MOST);
  const at = (value: number) => LABELS + place(value) * (width - LABELS - 20);
  const end = TOP + shown.length * ROW;
  const parts = [
    text(0, 18, "h", "Goals of delivery: how far each figure is from its bar"),
    ...legend(width - 330),
    ...ticks.flatMap((tick) => [
      line(at(tick), TOP - 4, at(tick), end + 4, "grid"),
      text(at(tick), end + 20, "tick", tick < 1 ? `1/${1 / tick}` : String(tick), {
        "text-anchor": "middle",
      }),
    ]),
    line(at(1), TOP - 8, at(1), end + 4, "base"),
    text(at(1), TOP - 12, "base-label", "bar", { "text-anchor": "middle" }),
    ...shown.flatMap(({ goal, criterion, ratio, standing }, row) => {
      const y = TOP + row * ROW + ROW / 2;
      const bar = criterion.bar ?? criterion.aim;
      if (bar === undefined || ratio === undefined) return [];
      const aim = criterion.aim && at(partOf(bar, wanted(criterion.aim)));
      return [
        text(LABELS - 12, y + 4, "label", `${goal.name}  ${criterion.text}`, { "text-anchor": "end" }),
        ...(aim === undefined ? [] : [line(aim, y - 7, aim, y + 7, "aim")]),
        mark(standing, at(partOf(bar, ratio.median)), y),
      ];
    }),
    text(
      (LABELS + width - 20) / 2,
      end + 40,
      "axis",
      "measured ÷ bar, inverted where more is better (left of the bar passes; | is the aim)",
      { "text-anchor": "middle" },
    ),
  ];
  return { height: end + BOTTOM, svg: parts.join("\n") };
}

/** Told apart by shape as well as by colour. */
function mark(standing: Standing, x: number, y: number): string {
  if (standing === "missed")
    return element("path", { d: `M${x - 6} ${y}l6 -6l6 6l-6 6z`, class: "dot-missed" });
  if (standing === "bar") return element("circle", { cx: x, cy: y, r: 4.5, class: "dot-bar" });
  return element("circle", { cx: x, cy: y, r: 5, class: "dot-aim" });
}

function legend(x: number): readonly string[] {
  const words = [
    ["aim", "reaches its aim"],
    ["bar", "short of it"],
    ["missed", "below its bar"],
  ] as const;
  return words.flatMap(([standing, said], at) => [
    mark(standing, x + at * 118, 14),
    text(x + at * 118 + 12, 18, "tick", said),
  ]);
}

const wanted = (bound: Bound): number => ("atMost" in bound ? bound.atMost : bound.atLeast);

/** Below 1 keeps the bound, above it does not. A bound of nothing has no ratio: kept is far to the left, missed far to the right. */
export function partOf(bound: Bound, value: number): number {
  if ("atMost" in bound)
    return bound.atMost === 0 ? (value <= 0 ? 0 : Number.MAX_VALUE) : value / bound.atMost;
  if (bound.atLeast === 0) return value >= 0 ? 0 : Number.MAX_VALUE;
  return value <= 0 ? Number.MAX_VALUE : bound.atLeast / value;
}
