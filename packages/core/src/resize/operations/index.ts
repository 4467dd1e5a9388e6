import type { OutputFormat } from "../../format.ts";
import { OPERATIONS, type OperationName, type Transformation } from "../../operations/index.ts";
import { openPass, type Picture } from "../picture.ts";
import type { Header } from "../probe.ts";
import { layDown } from "../symmetry.ts";
import type { Apply, RenderContext } from "./apply.ts";
import { encode } from "./encode.ts";
import { extract } from "./extract.ts";
import { flip } from "./flip.ts";
import { resize } from "./resize.ts";
import { rotate } from "./rotate.ts";

/** The painting half of each operation; one without it does not compile. */
export const APPLY: { readonly [Name in OperationName]: Apply<Name> } = {
  extract,
  resize,
  flip,
  rotate,
  encode,
};

/** What the drawing needs of an image's header. */
export type Drawable = Pick<Header, "width" | "height" | "pages" | "uprighting" | "isGrey">;

/** Plans the whole picture, every operation in the order of the table, without a pixel. */
export function draw(header: Drawable, context: RenderContext): Picture {
  return OPERATIONS.reduce((picture, { name }) => applyOne(name, picture, context), blank(header, context));
}

function applyOne<Name extends OperationName>(name: Name, picture: Picture, context: RenderContext): Picture {
  const values: Transformation[Name] = context.transformation[name];
  return APPLY[name](picture, values ?? {}, context);
}

function blank({ width, height, pages, uprighting, isGrey }: Drawable, context: RenderContext): Picture {
  const size = { width, height };
  const background = context.transformation.resize?.bg_color;
  const isColored =
    background && (background.red !== background.green || background.green !== background.blue);
  return {
    passes: [openPass(layDown(uprighting, size), uprighting)],
    size,
    within: { left: 0, top: 0, original: size },
    pages: ANIMATED.includes(context.format) ? pages : 1,
    background,
    needsColor: isGrey && isColored === true,
    quality: undefined,
  };
}

/** Formats that are written with all frames; the others show the first. */
const ANIMATED: readonly OutputFormat[] = ["webp", "gif"];
