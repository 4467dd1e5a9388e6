import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Font as Face } from "fontkit";
import type { Font } from "../../codecs/font.ts";
import type { Size } from "../geometry.ts";

// From files of one package, drawn as paths: no font of the host takes part.
const FILES: Readonly<Record<Font, string>> = {
  sans: "DejaVuSans",
  "sans-bold": "DejaVuSans-Bold",
  "sans-oblique": "DejaVuSans-Oblique",
  "sans-bold-oblique": "DejaVuSans-BoldOblique",
  serif: "DejaVuSerif",
  "serif-bold": "DejaVuSerif-Bold",
  "serif-italic": "DejaVuSerif-Italic",
  "serif-bold-italic": "DejaVuSerif-BoldItalic",
  mono: "DejaVuSansMono",
  "mono-bold": "DejaVuSansMono-Bold",
};

const opened = new Map<Font, Promise<Face>>();

function open(font: Font): Promise<Face> {
  const known = opened.get(font);
  if (known) return known;
  const opening = read(font);
  opened.set(font, opening);
  return opening;
}

async function read(font: Font): Promise<Face> {
  const { create } = await import("fontkit");
  const file = import.meta.resolve(`dejavu-fonts-ttf/ttf/${FILES[font]}.ttf`);
  return create(await readFile(fileURLToPath(file))) as Face;
}

/** A line of text as outlines, y downwards from its top, in units of which `em` make one em. */
export interface Outlines extends Size {
  readonly em: number;
  /** What stands in an SVG. */
  readonly paths: string;
}

/** Letters that are written from right to left, with what stands between them. */
const LEFTWARD =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?:[^\p{L}\p{N}]+[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*/gu;

/** Shapes a line. What runs from right to left is laid out for itself; a line that begins with it runs so as a whole. */
export async function outline(text: string, font: Font): Promise<Outlines> {
  const face = await open(font);
  const runs = runsOf(text);
  let x = 0;
  const paths: string[] = [];
  for (const run of runs) {
    const { glyphs, positions } = face.layout(run);
    for (const [at, glyph] of glyphs.entries()) {
      const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[at] ?? {};
      const d = glyph.path.toSVG();
      if (d !== "") paths.push(`<path transform="translate(${x + xOffset} ${yOffset})" d="${d}"/>`);
      x += xAdvance;
    }
  }
  const { ascent, descent, unitsPerEm } = face;
  const whole = `<g transform="matrix(1 0 0 -1 0 ${ascent})">${paths.join("")}</g>`;
  return { em: unitsPerEm, width: Math.max(1, x), height: ascent - descent, paths: whole };
}

function runsOf(text: string): readonly string[] {
  const runs: string[] = [];
  let from = 0;
  for (const { 0: run, index } of text.matchAll(LEFTWARD)) {
    runs.push(text.slice(from, index), run);
    from = index + run.length;
  }
  runs.push(text.slice(from));
  const isLeftward = /^[^\p{L}]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(text);
  return (isLeftward ? runs.toReversed() : runs).filter((run) => run !== "");
}
