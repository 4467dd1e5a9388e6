import { type Parameter, parameter } from "../codec.ts";
import { oneOf } from "../codecs/choice.ts";
import { color } from "../codecs/color.ts";
import { font, fontSize } from "../codecs/font.ts";
import { COMPASS } from "../codecs/gravity.ts";
import { evenLengths, lengths } from "../codecs/lengths.ts";
import { decimal, flag } from "../codecs/number.ts";
import { address, line } from "../codecs/text.ts";
import { defineOperation, type Operation, type Parameters, type ValuesOf } from "../operation.ts";

/** Watermarks of one picture at most. */
export const MOST_WATERMARKS = 5;

const PERCENT = { plain: 100, p: 100 } as const;

const MARK = {
  wat: parameter(flag, {
    summary:
      "Lays a watermark over the picture: the image of wat_url, else wat_text, else the project's own (its setting watermark); where it has none, nothing.",
    example: "1",
    neutral: "0",
  }),
  wat_url: parameter(address, {
    summary: "Image of the watermark, fetched as originals are and from where they may be. Needs wat=1.",
    example: "_demo_/logo",
  }),
  wat_text: parameter(line, {
    summary: "Text that is written instead of an image; with wat_url the image counts. Needs wat=1.",
    example: "Sample",
  }),
  wat_font: parameter(font, {
    summary: "Face of the text. The shipped ones are DejaVu's; other names mean the nearest of them.",
    example: "serif-bold",
    neutral: "sans",
  }),
  wat_fontsize: parameter(fontSize, {
    summary:
      "Size of the text in pixels of the picture. N is kept, and what hangs over is cut; Nmax shrinks until all of it is inside.",
    example: "48max",
    neutral: "32",
  }),
  wat_color: parameter(color, {
    summary: "Colour of the text.",
    example: "ff8800",
    neutral: "000000",
    aliases: ["wat_colour"],
  }),
  wat_gravity: parameter(oneOf([...COMPASS, "absolute", "relative"], { centre: "center" }), {
    summary:
      "Where it stands. absolute puts its top-left corner at wat_pos; relative puts the point at wat_pos of it on the point at wat_pos of the picture.",
    example: "southeast",
    neutral: "center",
  }),
  wat_pos: parameter(evenLengths(PERCENT, "X, or X,Y, in percent of the picture, with or without p"), {
    summary: "Its position in percent, across and down; with absolute and relative alone.",
    example: "10p,80p",
    neutral: "0",
  }),
  wat_scale: parameter(
    lengths(PERCENT, "X: percent of its own size; Xp: percent of the picture; two of them are a box"),
    {
      summary:
        "Its size. X is in percent of its own, once scaled down to fit into the picture; Xp is its width in percent of the picture's, Xp,Yp the box that it fits into. Its ratio stays, and it is never larger than the picture.",
      example: "30p",
      neutral: "100",
    },
  ),
  wat_pad: parameter(
    evenLengths({ plain: 8_192, p: 100 }, "X, or X,Y, in pixels; Xp, Yp in percent of the picture"),
    {
      summary:
        "Distance from the sides that it stands at, after scaling; from the top-left corner on with absolute and relative.",
      example: "10",
      neutral: "0",
    },
  ),
  wat_opacity: parameter(decimal(0, 1), { summary: "Its opacity.", example: "0.5", neutral: "1" }),
} as const satisfies Parameters;

type Numbered<N extends number> = {
  readonly [Name in keyof typeof MARK as `${Name}[${N}]`]: (typeof MARK)[Name];
};

/** The parameters of one of several watermarks. None is neutral: it may be there to override the shared one. */
function numbered<N extends number>(n: N): Numbered<N> {
  const suffix = (name: string) => `${name}[${n}]`;
  const entries = Object.entries<Parameter<unknown>>(MARK).map(([name, { neutral, ...each }]) => [
    suffix(name),
    { ...each, aliases: each.aliases.map(suffix) },
  ]);
  return Object.fromEntries(entries) as Numbered<N>;
}

/**
 * Lays watermarks over the picture: one, or several of which each has parameters with its number in brackets; the later lie above
 * and the parameters without a number are what all of them share.
 */
export const watermark = defineOperation("watermark", {
  ...MARK,
  ...numbered(1),
  ...numbered(2),
  ...numbered(3),
  ...numbered(4),
  ...numbered(5),
});

/** What is asked of one watermark. */
export type MarkValues = ValuesOf<Operation<"watermark", typeof MARK>>;

export const MARK_PARAMETERS: Readonly<Record<string, Parameter<unknown>>> = MARK;
