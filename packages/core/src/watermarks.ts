import type { Color } from "./codecs/color.ts";
import type { Font, FontSize } from "./codecs/font.ts";
import type { Lengths } from "./codecs/lengths.ts";
import type { OperationValues, Transformation } from "./operations/index.ts";
import { MARK_PARAMETERS, type MarkValues, MOST_WATERMARKS } from "./operations/watermark.ts";

type Values = OperationValues["watermark"];

/** `wat_url` of the watermark that the project itself has. */
export const OWN_WATERMARK = "";

/** What a watermark shows: the image of an address (`OWN_WATERMARK` is the project's own), or text. */
export type WatermarkContent =
  | { readonly kind: "image"; readonly image: string }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly font: Font;
      readonly size: FontSize;
      readonly color: Color;
    };

/** One watermark with everything that decides how it looks. */
export interface Watermark {
  readonly content: WatermarkContent;
  readonly gravity: NonNullable<MarkValues["wat_gravity"]>;
  /** In percent. */
  readonly position: Lengths;
  readonly scale: Lengths;
  readonly pad: Lengths;
  readonly opacity: number;
}

/** The watermarks in effect, the lowest first. */
export function watermarksOf({ watermark = {} }: Transformation): readonly Watermark[] {
  return marksIn(watermark).map((mark) => ({
    content: contentOf(mark),
    gravity: mark.wat_gravity ?? "center",
    position: mark.wat_pos ?? { x: 0, unit: "p" },
    scale: mark.wat_scale ?? { x: 100, unit: "plain" },
    pad: mark.wat_pad ?? { x: 0, unit: "plain" },
    opacity: mark.wat_opacity ?? 1,
  }));
}

/** Addresses of the images that the watermarks are made of, each once; `OWN_WATERMARK` is the project's own. */
export function watermarkImages(transformation: Transformation): readonly string[] {
  const contents = watermarksOf(transformation).map(({ content }) => content);
  return [...new Set(contents.flatMap((content) => (content.kind === "image" ? [content.image] : [])))];
}

function contentOf(mark: MarkValues): WatermarkContent {
  const { wat_url: image, wat_text: text } = mark;
  if (image !== undefined || text === undefined) return { kind: "image", image: image ?? OWN_WATERMARK };
  return {
    kind: "text",
    text,
    font: mark.wat_font ?? "sans",
    size: mark.wat_fontsize ?? { pixels: 32, fits: false },
    color: mark.wat_color ?? { red: 0, green: 0, blue: 0 },
  };
}

/** The same watermarks in fewer words: each with all that is its own, numbered from 1, a single one without a number. */
export function effectiveWatermark(values: Values): Values {
  const marks = marksIn(values);
  if (marks.length < 2) return marks[0] ?? {};
  const entries = marks.flatMap((mark, at) =>
    Object.entries({ wat: true, ...mark }).map(([name, value]) => [`${name}[${at + 1}]`, value]),
  );
  return Object.fromEntries(entries) as Values;
}

/** What each visible watermark is asked, without what asks for nothing. */
function marksIn(values: Values): readonly MarkValues[] {
  const written = values as Readonly<Record<string, unknown>>;
  const pick = (suffix: string) =>
    Object.keys(MARK_PARAMETERS).flatMap((name) => {
      const value = written[name + suffix];
      return value === undefined ? [] : [[name, value] as const];
    });
  const shared = pick("");
  const numbered = Array.from({ length: MOST_WATERMARKS }, (_, at) => pick(`[${at + 1}]`)).filter(
    (own) => own.length > 0,
  );
  const marks =
    numbered.length === 0 ? [shared] : numbered.map((own) => [...withoutContent(shared, own), ...own]);
  return marks.flatMap((entries): readonly MarkValues[] => {
    const mark = Object.fromEntries(entries) as MarkValues;
    return isVisible(mark) ? [withoutIdle(mark)] : [];
  });
}

type Entries = readonly (readonly [name: string, value: unknown])[];

const CONTENT: readonly string[] = ["wat_url", "wat_text"];

/** Who has an image or a text of his own shares neither. */
const withoutContent = (shared: Entries, own: Entries): Entries =>
  own.some(([name]) => CONTENT.includes(name)) ? shared.filter(([name]) => !CONTENT.includes(name)) : shared;

function isVisible({ wat, wat_opacity = 1, wat_scale }: MarkValues): boolean {
  const isNothing = wat_scale?.x === 0 || wat_scale?.y === 0;
  return wat === true && wat_opacity > 0 && !isNothing;
}

function withoutIdle(mark: MarkValues): MarkValues {
  const isPlaced = mark.wat_gravity === "absolute" || mark.wat_gravity === "relative";
  const isText = mark.wat_text !== undefined && mark.wat_url === undefined;
  const idle = isText ? [] : ["wat_text", "wat_font", "wat_fontsize", "wat_color"];
  const kept = Object.entries(mark).filter(([name, value]) => {
    if (name === "wat_pos" && !isPlaced) return false;
    if (idle.includes(name)) return false;
    const parameter = MARK_PARAMETERS[name];
    return parameter?.neutral === undefined || parameter.format(value) !== parameter.neutral;
  });
  return Object.fromEntries(kept) as MarkValues;
}
