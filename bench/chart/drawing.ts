import type { Verdict } from "../gate.ts";
import { type Block, bars } from "./bars.ts";
import { goalStrip } from "./goal-strip.ts";
import type { Panel } from "./panel.ts";
import { element } from "./svg.ts";

const WIDTH = 1_120;
const MARGIN = 28;
const GAP = 48;
const COLUMN = (WIDTH - 2 * MARGIN - GAP) / 2;

/** Colours that are told apart by those who see few, with at least 4.5 : 1 for what is read, on white and on black alike. */
const LIGHT = {
  ...{ ground: "#ffffff", ink: "#16242c", quiet: "#52636d", grid: "#dfe6ea", other: "#8fa3ae" },
  ...{ own: "#0b6e99", aim: "#0b6e99", base: "#b3471b", missed: "#c2261c", bar: "#b07c00" },
};
const DARK = {
  ...{ ground: "#10181d", ink: "#e6eef2", quiet: "#a3b4bd", grid: "#2b3840", other: "#5f7480" },
  ...{ own: "#4db3dc", aim: "#4db3dc", base: "#f0905f", missed: "#ff7b70", bar: "#e3b341" },
};

const rules = (colour: typeof LIGHT): string => `
.ground{fill:${colour.ground}}.h,.label,.own,.figure{fill:${colour.ink}}.tick,.axis{fill:${colour.quiet}}
.grid{stroke:${colour.grid}}.bar{fill:${colour.other}}.bar-own{fill:${colour.own}}.whisker{stroke:${colour.ink}}
.base{stroke:${colour.base}}.base-label{fill:${colour.base}}.aim{stroke:${colour.quiet}}
.dot-aim{fill:${colour.aim}}.dot-bar{stroke:${colour.bar}}.dot-missed{fill:${colour.missed}}`;

const STYLE = `.dot-bar{fill:none;stroke-width:2.5}text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-size:13px}
.h{font-size:16px;font-weight:600}.own{font-weight:700}.tick,.axis,.base-label{font-size:12px}
.base{stroke-width:1.5;stroke-dasharray:4 3}.whisker,.aim{stroke-width:1.5}
${rules(LIGHT)}
@media (prefers-color-scheme:dark){${rules(DARK)}}`;

/** The picture of a run: a panel for each comparison in two columns, under them all goals. It follows the colours of its reader. */
export function drawing(panels: readonly Panel[], verdicts: readonly Verdict[]): string {
  const placed: string[] = [];
  let top = MARGIN;
  const place = (block: Block, x: number, y: number) =>
    placed.push(element("g", { transform: `translate(${x} ${y})` }, block.svg));
  for (let at = 0; at < panels.length; at += 2) {
    const row = panels.slice(at, at + 2).map((panel) => bars(panel, COLUMN));
    for (const [column, block] of row.entries()) place(block, MARGIN + column * (COLUMN + GAP), top);
    top += Math.max(...row.map(({ height }) => height)) + GAP / 2;
  }
  const strip = goalStrip(verdicts, WIDTH - 2 * MARGIN);
  if (strip) {
    place(strip, MARGIN, top);
    top += strip.height;
  }
  const height = top + MARGIN / 2;
  const said = panels.map(
    ({ title, rows }) =>
      `${title}: ${rows.map(({ name, ratio }) => `${name} ${ratio.median.toFixed(2)}`).join(", ")}`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d">
${element("title", { id: "t" }, "Freshet beside others, measured in one run")}
${element("desc", { id: "d" }, `${said.join(". ").replaceAll("&", "and").replaceAll("<", "")}.`)}
<style>${STYLE}</style>
${element("rect", { width: WIDTH, height, rx: 10, class: "ground" })}
${placed.join("\n")}
</svg>
`;
}
