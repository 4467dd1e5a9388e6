import { type Form, OPERATIONS, type OperationName, type Parameter } from "@freshet/core";

/** One parameter as something to turn. */
export interface Knob {
  /** As it stands in URLs. */
  readonly name: string;
  readonly label: string;
  readonly form: Form;
  readonly parameter: Parameter<unknown>;
}

/** Knobs that belong together. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly knobs: readonly Knob[];
}

/** Where the parameters of each operation stand; an operation that is named nowhere stands under "More". */
const PLACES: readonly {
  readonly id: string;
  readonly title: string;
  readonly operations: readonly OperationName[];
}[] = [
  { id: "size", title: "Size and crop", operations: ["resize"] },
  { id: "padding", title: "Padding", operations: [] },
  { id: "cut", title: "Cut", operations: ["page", "extract", "trim", "cutout"] },
  { id: "turn", title: "Turn", operations: ["flip", "rotate"] },
  {
    id: "colors",
    title: "Colours",
    operations: ["bright", "contrast", "saturate", "gray", "sepia", "invert", "duotone", "colorize"],
  },
  { id: "effects", title: "Effects", operations: ["pixelate", "blur", "sharp", "faces", "radius"] },
  { id: "watermark", title: "Watermark", operations: ["watermark"] },
  { id: "format", title: "Format and quality", operations: ["encode"] },
  { id: "video", title: "Videos", operations: ["video"] },
];

/** Names on the wire that say little by themselves. */
const LABELS: Readonly<Record<string, string>> = {
  w: "Width",
  h: "Height",
  dpr: "Pixel ratio",
  func: "Fitting",
  face_margin: "Room around a face",
  x: "Centre across",
  y: "Centre down",
  org_if_sml: "Never enlarge",
  linear: "In linear light",
  fit_enlarge: "Fit may enlarge",
  bg_color: "Background",
  bg_img_fit: "Pad with itself",
  bg_blur: "Blur of that copy",
  bg_opacity: "Opacity of that copy",
  bg_colorize: "Colour over that copy",
  bg_gravity: "Part of that copy",
  doc_page: "Page of a document",
  tl_px: "Top left",
  br_px: "Bottom right",
  bg_remove: "Without background",
  r: "Rotate",
  gray: "Grey",
  colorize: "Colour over it",
  bright: "Brightness",
  saturate: "Saturation",
  sharp: "Sharpen",
  pixelate_faces: "Squares over faces",
  blur_faces: "Blurred faces",
  radius: "Rounded corners",
  force_format: "Format",
  q: "Quality",
  format: "Made of a video",
  t: "At second",
  mute: "Without sound",
  optipress: "Quality by trial",
  wat: "Watermark",
  wat_url: "Image",
  wat_text: "Text",
  wat_font: "Font",
  wat_fontsize: "Font size",
  wat_color: "Text colour",
  wat_gravity: "Place",
  wat_pos: "Position",
  wat_scale: "Size",
  wat_pad: "Distance",
  wat_opacity: "Opacity",
};

/** What fills the rest of a box stands apart from how large it is. */
const PADDING = /^(?:bg_|margin$|fit_enlarge$)/;

const ALL: readonly { readonly knob: Knob; readonly operation: OperationName }[] = OPERATIONS.flatMap(
  ({ name: operation, parameters }) =>
    Object.entries<Parameter<unknown>>(parameters).map(([name, parameter]) => ({
      operation,
      knob: { name, label: labelOf(name), form: parameter.form, parameter },
    })),
);

const BY_NAME: ReadonlyMap<string, Knob> = new Map(ALL.map(({ knob }) => [knob.name, knob]));

/** Every knob there is: what the table learns is shown without a change here. */
export const SECTIONS: readonly Section[] = sections();

/** Names of all parameters, in the order in which they are applied and written. */
export const NAMES: readonly string[] = ALL.map(({ knob }) => knob.name);

/** Whether a parameter is read beside the path of a video alone. */
export const isOfVideos = (name: string): boolean => OF_VIDEOS.has(name);

const OF_VIDEOS: ReadonlySet<string> = new Set(
  ALL.flatMap(({ knob, operation }) => (operation === "video" ? [knob.name] : [])),
);

export const knobOf = (name: string): Knob | undefined => BY_NAME.get(name);

/** The text in its one spelling; undefined for what cannot be read. */
export function readable(name: string, text: string): string | undefined {
  const knob = BY_NAME.get(name);
  if (!knob) return undefined;
  const value = knob.parameter.parse(text);
  return value === undefined ? undefined : knob.parameter.format(value);
}

/** Number of the watermark that a parameter belongs to; undefined for what all share, and for other parameters. */
export function watermarkOf(name: string): number | undefined {
  const number = /\[(\d+)\]$/.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

function sections(): readonly Section[] {
  const placeOf = ({ knob, operation }: (typeof ALL)[number]) =>
    operation === "resize" && PADDING.test(knob.name)
      ? "padding"
      : (PLACES.find(({ operations }) => operations.includes(operation))?.id ?? "more");
  const byPlace = Map.groupBy(ALL, placeOf);
  return [...PLACES, { id: "more", title: "More" }].flatMap(({ id, title }) => {
    const knobs = byPlace.get(id)?.map(({ knob }) => knob) ?? [];
    return knobs.length === 0 ? [] : [{ id, title, knobs }];
  });
}

function labelOf(name: string): string {
  const bare = name.replace(/\[\d+\]$/, "");
  const label = Object.hasOwn(LABELS, bare) ? LABELS[bare] : undefined;
  const words = bare.replaceAll("_", " ");
  return label ?? words.charAt(0).toUpperCase() + words.slice(1);
}
