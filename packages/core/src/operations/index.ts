import type { Operation, ValuesOf } from "../operation.ts";
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

/** Operations that `f` may name, in the order of application. */
export const FILTERS = [
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
] as const satisfies readonly Operation[];

/** Every operation in the order of application, whatever the order in the URL. */
export const OPERATIONS = [
  page,
  extract,
  trim,
  cutout,
  resize,
  flip,
  rotate,
  ...FILTERS,
  faces,
  watermark,
  radius,
  encode,
  video,
] as const satisfies readonly Operation[];

type Known = (typeof OPERATIONS)[number];

export type OperationName = Known["name"];

/** The values of each operation, by its name. */
export type OperationValues = { readonly [Name in OperationName]: ValuesOf<Extract<Known, { name: Name }>> };

/** What is asked of an image; an absent operation does nothing. */
export type Transformation = { readonly [Name in OperationName]?: OperationValues[Name] };
