import {
  canonicalTransformation,
  effectiveTransformation,
  isEmptyTransformation,
  listParameters,
  type OperationValues,
  type Transformation,
} from "@freshet/core";

/** What is asked of a video. */
export type VideoWish =
  /** Its own bytes. */
  | { readonly kind: "original" }
  /** A picture of it, of which everything can be asked that can be asked of a picture. */
  | { readonly kind: "poster"; readonly seconds: number | undefined }
  | { readonly kind: "clip"; readonly format: ClipFormat | "auto"; readonly work: Work }
  | { readonly kind: "preview"; readonly work: Work };

export type ClipFormat = "mp4" | "webm";

/** What is done to every picture of it, and what else its bytes depend on. */
export interface Work {
  readonly resize: OperationValues["resize"];
  readonly q: number | undefined;
  readonly isMute: boolean;
  readonly seconds: number | undefined;
  /** Equal texts are equal work. */
  readonly text: string;
  /** Parameters that are followed in pictures and not in videos. */
  readonly ignored: readonly string[];
}

/** Longest side of a preview that says nothing of its size. */
const PREVIEW_SIDE = 480;

/** Of the size everything but what only pixels can tell, or what is painted behind a picture. */
const SIZES = [
  "w",
  "h",
  "func",
  "gravity",
  "aspect_ratio",
  "org_if_sml",
  "margin",
  "fit_enlarge",
  "dpr",
] as const;

/**
 * Says what is to be made of a video. `format` decides; without it a picture's format asks for a picture, any other wish for a clip, and no wish
 * for the video as it is.
 */
export function wishOf(transformation: Transformation): VideoWish {
  const { video: { format, t: seconds, mute = false } = {}, ...others } = transformation;
  const [word = "original"] = others.encode?.force_format ?? [];
  if (format === "poster" || (format === undefined && word !== "original"))
    return { kind: "poster", seconds };
  if (format === "preview") return { kind: "preview", work: workOf(others, { seconds, isMute: true }) };
  const { force_format: _, ...encode } = others.encode ?? {};
  if (format === undefined && !mute && isEmptyTransformation({ ...others, encode }))
    return { kind: "original" };
  return {
    kind: "clip",
    format: format ?? "auto",
    work: workOf(others, { isMute: mute, seconds: undefined }),
  };
}

function workOf(asked: Transformation, { seconds, isMute }: Pick<Work, "seconds" | "isMute">): Work {
  const { resize = {}, encode } = effectiveTransformation(asked);
  const { bg_color } = resize;
  const sizes = Object.fromEntries(
    SIZES.flatMap((name) => (resize[name] === undefined ? [] : [[name, resize[name]]])),
  ) as OperationValues["resize"];
  const kept = { ...sizes, ...(bg_color === undefined || bg_color === "auto" ? {} : { bg_color }) };
  const transformation: Transformation = {
    resize: kept,
    encode: encode?.q === undefined ? {} : { q: encode.q },
  };
  const followed = new Set(listParameters(transformation).map(({ name }) => name));
  const ignored = listParameters(effectiveTransformation(asked)).map(({ name }) => name);
  return {
    ...{ resize: kept, q: encode?.q, isMute, seconds },
    text: [canonicalTransformation(transformation), isMute ? "mute" : "", seconds ?? ""].join(" "),
    ignored: ignored.filter((name) => !followed.has(name) && name !== "force_format"),
  };
}

/** The box of a preview: small unless a size is asked for. */
export function previewSize(resize: OperationValues["resize"]): OperationValues["resize"] {
  if (resize.w !== undefined || resize.h !== undefined) return resize;
  const { aspect_ratio, ...others } = resize;
  if (aspect_ratio !== undefined) return { ...others, aspect_ratio, w: PREVIEW_SIDE, org_if_sml: true };
  return { ...others, w: PREVIEW_SIDE, h: PREVIEW_SIDE, func: "bound", org_if_sml: true };
}
