import { effectiveTransformation } from "../../effective-transformation.ts";
import type { OutputFormat } from "../../format.ts";
import { OPERATIONS, type OperationName, type Transformation } from "../../operations/index.ts";
import { openPass, type Picture } from "../picture.ts";
import type { Header } from "../probe.ts";
import { layDown } from "../symmetry.ts";
import type { Held } from "../written.ts";
import type { Apply, RenderContext } from "./apply.ts";
import { blur } from "./blur.ts";
import { bright } from "./bright.ts";
import { colorize } from "./colorize.ts";
import { contrast } from "./contrast.ts";
import { cutout } from "./cutout.ts";
import { duotone } from "./duotone.ts";
import { encode } from "./encode.ts";
import { extract } from "./extract.ts";
import { faces } from "./faces.ts";
import { flip } from "./flip.ts";
import { gray } from "./gray.ts";
import { invert } from "./invert.ts";
import { page } from "./page.ts";
import { pixelate } from "./pixelate.ts";
import { radius } from "./radius.ts";
import { resize } from "./resize.ts";
import { rotate } from "./rotate.ts";
import { saturate } from "./saturate.ts";
import { sepia } from "./sepia.ts";
import { sharp } from "./sharp.ts";
import { trim } from "./trim.ts";
import { video } from "./video.ts";
import { watermark } from "./watermark.ts";

/** The painting half of each operation; one without it does not compile. */
export const APPLY: { readonly [Name in OperationName]: Apply<Name> } = {
  page,
  extract,
  trim,
  cutout,
  resize,
  flip,
  rotate,
  bright,
  contrast,
  saturate,
  gray,
  sepia,
  invert,
  duotone,
  colorize,
  pixelate,
  blur,
  sharp,
  faces,
  watermark,
  radius,
  encode,
  video,
};

/** What the drawing needs of an image's header. */
export type Drawable = Pick<Header, "pages" | "uprighting" | "isGrey" | "isDeep"> & Held;

/** What a drawing is made for; without `insight` as if every original were plain. */
export type Wish = Omit<RenderContext, "insight"> & Partial<Pick<RenderContext, "insight">>;

/** Plans the whole picture, every operation in the order of the table, without a pixel. */
export function draw(header: Drawable, { transformation, insight = {}, ...wish }: Wish): Picture {
  const context = { ...wish, insight, transformation: effectiveTransformation(transformation) };
  return OPERATIONS.reduce((picture, { name }) => applyOne(name, picture, context), blank(header, context));
}

/** Plans what is left of the original before it is resized; what `insight` knows is cut, and what is cut out is marked. */
export function drawSource(header: Drawable, context: RenderContext): Picture {
  return (["page", "extract", "trim", "cutout"] as const).reduce(
    (picture: Picture, name) => applyOne(name, picture, context),
    blank(header, context),
  );
}

function applyOne<Name extends OperationName>(name: Name, picture: Picture, context: RenderContext): Picture {
  const values: Transformation[Name] = context.transformation[name];
  return APPLY[name](picture, values ?? {}, context);
}

function blank(drawable: Drawable, context: RenderContext): Picture {
  const { width, height, pages, uprighting, isGrey, isDeep } = drawable;
  const size = { width, height };
  const wanted = context.transformation.resize?.bg_color;
  const background = wanted === "auto" ? context.insight.color : wanted;
  const isColored =
    background && (background.red !== background.green || background.green !== background.blue);
  return {
    passes: [openPass(layDown(uprighting, size), uprighting)],
    size,
    uprighting,
    within: { left: 0, top: 0, original: size },
    held: drawable,
    documentPage: 1,
    pages: ANIMATED.includes(context.format) ? pages : 1,
    background,
    needsColor: (isGrey || isDeep) && isColored === true,
    trimmed: undefined,
    isCutOut: false,
    effects: [],
    quality: undefined,
    press: undefined,
  };
}

/** Formats that are written with all frames; the others show the first. */
const ANIMATED: readonly OutputFormat[] = ["webp", "gif"];
