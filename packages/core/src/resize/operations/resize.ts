import type { Gravity } from "../../codecs/gravity.ts";
import { FILTERS } from "../../operations/index.ts";
import { LARGEST_SIDE } from "../../operations/resize.ts";
import { isEmptyTransformation } from "../../transformation.ts";
import { dominantFace, facesWithin, grow, POSSIBLE, SURE } from "../faces/face.ts";
import { type Box, clip, sameSize, wholePixels } from "../geometry.ts";
import {
  type Backdrop,
  beginPass,
  cutAlongMask,
  cutOut,
  keepWindow,
  type Picture,
  scaleInLight,
  scaleTo,
  standOn,
  type TrimmedSides,
} from "../picture.ts";
import { type Plan, planResize } from "../plan.ts";
import { frameAround, largestWithout, planPart, wantedRatio } from "../plan-part.ts";
import { mayBeTransparent, mostPixels } from "../written.ts";
import type { Apply, RenderContext } from "./apply.ts";
import { sigmaOf } from "./blur.ts";
import { tinted } from "./colorize.ts";

type Values = Parameters<typeof resize>[1];

/** Also keeps every output within the limits, so it runs whether a size was asked for or not. */
export const resize: Apply<"resize"> = (picture, values, context) => {
  const source = { ...picture.size, within: picture.within };
  const part = partByFaces(values, picture, context);
  const most = bounds(picture, context);
  const plan = part
    ? planPart(values, source, part, most)
    : planResize(withGravity(values, picture, context), source, most);
  const sized = cutAndScale(picture, plan, values.linear === true ? scaleInLight : scaleTo);
  const cut = picture.isCutOut ? cutAlongMask(sized) : sized;
  const colored = picture.needsColor && cut === sized ? beginPass(sized) : cut;
  const { left, top } = plan.placement;
  if (sameSize(plan.output, colored.size)) return colored;
  return standOn(colored, { ...plan.output, left, top }, backdropOf(values));
};

/** What func=face or facehide leaves of the picture; undefined where it is a usual crop. */
function partByFaces(values: Values, picture: Picture, { insight }: RenderContext): Box | undefined {
  const { func, face_margin: margin = { x: 0, y: 0 } } = values;
  const { size } = picture;
  if (func === "face") {
    const face = dominantFace(facesWithin(insight.faces ?? [], SURE, picture));
    const box = face && grow(face, margin);
    return box && frameAround(box, wantedRatio(values, box), size);
  }
  if (func !== "facehide") return undefined;
  const hidden = facesWithin(insight.faces ?? [], POSSIBLE, picture).map((face) =>
    clip(grow(face, margin), size),
  );
  return hidden.length === 0 ? undefined : largestWithout(hidden, wantedRatio(values, size), size);
}

/** Puts what was seen in place of the words that ask for it. */
function withGravity(
  values: Values,
  { trimmed, size }: Picture,
  { insight: { focus } }: RenderContext,
): Values {
  const { gravity } = values;
  if (gravity !== "auto" && gravity !== "face" && gravity !== "trim") return values;
  const seen: Gravity = focus ? { ...focus, unit: "px" } : "center";
  if (gravity !== "trim" || !trimmed || !Object.values(trimmed).includes(true))
    return { ...values, gravity: seen };
  const { w = size.width, h = size.height } = values;
  const crops = values.func !== "fit" && (values.func !== "cropfit" || (size.width >= w && size.height >= h));
  return { ...values, gravity: towards(trimmed, crops) };
}

/** A crop keeps the sides that trim has cut already; padding grows where trim has cut. */
function towards({ left, right, top, bottom }: TrimmedSides, crops: boolean): Gravity {
  const [north, south] = crops ? [top, bottom] : [bottom, top];
  const [west, east] = crops ? [left, right] : [right, left];
  const across = north === south ? "" : north ? "north" : "south";
  const along = west === east ? "" : west ? "west" : "east";
  return across === "" && along === "" ? "center" : (`${across}${along}` as Gravity);
}

function backdropOf(values: Values): Backdrop | undefined {
  if (!values.bg_img_fit) return undefined;
  const {
    bg_blur: blur = 20,
    bg_opacity: opacity = 1,
    bg_colorize: tint,
    bg_gravity: gravity = "center",
  } = values;
  return {
    gravity,
    sigma: blur === 0 ? undefined : sigmaOf(blur),
    tint: tint && tinted(tint),
    opacity,
  };
}

/**
 * Pixels that are retouched at most: they are held in memory three times over, where others run through row by row.
 * The reference says it too.
 */
const MOST_RETOUCHED = 16_000_000;

/** Pixels along whose outline a subject is cut out at most, by arithmetic that holds them eight times over: with an encoder 300 MB. */
const MOST_CUT = 5_000_000;

function bounds(picture: Picture, { format, rival, limits, transformation }: RenderContext) {
  const { watermark } = transformation;
  const isMarked = watermark !== undefined && !isEmptyTransformation({ watermark });
  const isRetouched =
    FILTERS.some(({ name }) => transformation[name]) ||
    transformation.faces !== undefined ||
    transformation.radius !== undefined ||
    isMarked ||
    transformation.resize?.bg_img_fit === true ||
    transformation.resize?.linear === true;
  const isTransparent = mayBeTransparent(picture.held, transformation);
  const written = { format, rival, isRetouched, isTransparent };
  const most = Math.min(
    limits.maxOutputPixels[format],
    isRetouched ? MOST_RETOUCHED : Number.POSITIVE_INFINITY,
    picture.isCutOut ? MOST_CUT : Number.POSITIVE_INFINITY,
    picture.pages > 1 ? Number.POSITIVE_INFINITY : mostPixels(picture.held, written, limits.maxTakenBytes),
  );
  const maxPixels = Math.max(1, Math.floor(most / picture.pages));
  return { maxSide: LARGEST_SIDE, maxPixels, tilt: transformation.rotate?.r ?? 0 };
}

/** Beyond this a picture scaled as a whole would leave what libvips can address; sharp refuses an SVG from here on. */
const LARGEST_SCALED = 32_767;

function cutAndScale(picture: Picture, { crop, scaled, window }: Plan, scale: typeof scaleTo): Picture {
  // Without scaling, or when only a sliver of a giant is kept, the cut comes first; else last, because JPEG and WebP
  // are decoded at a fraction of their size only when nothing is cut before.
  const isGiant = Math.max(scaled.width, scaled.height) > LARGEST_SCALED;
  if (isGiant || sameSize(scaled, picture.size)) {
    const kept = sameSize(window, scaled) ? picture : cutOut(picture, wholePixels(crop, picture.size));
    return sameSize(kept.size, window) ? kept : scaleTo(kept, window);
  }
  const whole = scale(picture, scaled);
  return sameSize(window, scaled) ? whole : keepWindow(whole, window);
}
