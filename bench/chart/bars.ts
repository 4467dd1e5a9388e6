import { linearAxis } from "./axis.ts";
import type { Panel } from "./panel.ts";
import { element, figure, line, text } from "./svg.ts";

/** A part of the drawing, placed by whoever draws it. */
export interface Block {
  readonly height: number;
  readonly svg: string;
}

const LABELS = 170;
/** For the figures at the ends of the bars. */
const FIGURES = 70;
const ROW = 26;
const TOP = 52;
const BOTTOM = 56;

/** A panel as horizontal bars with the middle half of the rounds as a whisker. */
export function bars({ title, axis, base, rows }: Panel, width: number): Block {
  const most = Math.max(base.at, ...rows.map(({ ratio }) => ratio.median * (1 + ratio.spread / 2)));
  const { ticks, place } = linearAxis(most);
  const at = (value: number) => LABELS + place(value) * (width - LABELS - FIGURES);
  const end = TOP + rows.length * ROW;
  const parts = [
    text(0, 18, "h", title),
    ...ticks.flatMap((tick) => [
      line(at(tick), TOP - 4, at(tick), end + 4, "grid"),
      text(at(tick), end + 20, "tick", String(tick), { "text-anchor": "middle" }),
    ]),
    ...rows.flatMap(({ name, ratio }, row) => {
      const y = TOP + row * ROW;
      const half = (ratio.median * ratio.spread) / 2;
      const [low, high] = [at(Math.max(0, ratio.median - half)), at(ratio.median + half)];
      const middle = y + ROW / 2;
      return [
        text(LABELS - 10, middle + 4, name === "freshet" ? "own" : "label", name, { "text-anchor": "end" }),
        element("rect", {
          ...{ x: at(0), y: y + 5, width: Math.max(1, at(ratio.median) - at(0)), height: ROW - 10, rx: 2 },
          class: name === "freshet" ? "bar-own" : "bar",
        }),
        ...(half > 0
          ? [
              line(low, middle, high, middle, "whisker"),
              line(low, middle - 4, low, middle + 4, "whisker"),
              line(high, middle - 4, high, middle + 4, "whisker"),
            ]
          : []),
        text(Math.max(at(ratio.median), high) + 8, middle + 4, "figure", figure(ratio.median)),
      ];
    }),
    line(at(base.at), TOP - 8, at(base.at), end + 4, "base"),
    text(at(base.at), TOP - 12, "base-label", base.label, { "text-anchor": "middle" }),
    text((at(0) + width - FIGURES) / 2, end + 40, "axis", axis, { "text-anchor": "middle" }),
  ];
  return { height: end + BOTTOM, svg: parts.join("\n") };
}
