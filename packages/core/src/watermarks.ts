import type { Lengths } from "./codecs/lengths.ts";
import type { OperationValues, Transformation } from "./operations/index.ts";
import { MARK_PARAMETERS, type MarkValues, MOST_WATERMARKS } from "./operations/watermark.ts";

type Values = OperationValues["watermark"];

/** `wat_url` of the watermark that the project itself has. */
export const OWN_WATERMARK = "";

/** One watermark with everything that decides how it looks. */
export interface Watermark {
  /** Address of its image, or `OWN_WATERMARK`. */
  readonly image: string;
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
    image: mark.wat_url ?? OWN_WATERMARK,
    gravity: mark.wat_gravity ?? "center",
    position: mark.wat_pos ?? { x: 0, unit: "p" },
    scale: mark.wat_scale ?? { x: 100, unit: "plain" },
    pad: mark.wat_pad ?? { x: 0, unit: "plain" },
    opacity: mark.wat_opacity ?? 1,
  }));
}

/** Addresses of the images that the watermarks are made of, each once; `OWN_WATERMARK` is the project's own. */
export function watermarkImages(transformation: Transformation): readonly string[] {
  return [...new Set(watermarksOf(transformation).map(({ image }) => image))];
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
  const marks = numbered.length === 0 ? [shared] : numbered.map((own) => [...shared, ...own]);
  return marks.flatMap((entries): readonly MarkValues[] => {
    const mark = Object.fromEntries(entries) as MarkValues;
    return isVisible(mark) ? [withoutIdle(mark)] : [];
  });
}

function isVisible({ wat, wat_opacity = 1, wat_scale }: MarkValues): boolean {
  const isNothing = wat_scale?.x === 0 || wat_scale?.y === 0;
  return wat === true && wat_opacity > 0 && !isNothing;
}

function withoutIdle(mark: MarkValues): MarkValues {
  const isPlaced = mark.wat_gravity === "absolute" || mark.wat_gravity === "relative";
  const kept = Object.entries(mark).filter(([name, value]) => {
    if (name === "wat_pos" && !isPlaced) return false;
    const parameter = MARK_PARAMETERS[name];
    return parameter?.neutral === undefined || parameter.format(value) !== parameter.neutral;
  });
  return Object.fromEntries(kept) as MarkValues;
}
