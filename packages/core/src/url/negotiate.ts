import { type InputFormat, isDeveloped, OUTPUT_FORMATS, type OutputFormat } from "../format.ts";
import type { FORMAT_CHOICES } from "../operations/encode.ts";

/** A word of `force_format`. */
export type FormatChoice = (typeof FORMAT_CHOICES)[number];

/** What the choice of an output format rests on. */
export interface FormatQuestion {
  /** `force_format`, in the order given. */
  readonly requested: readonly FormatChoice[] | undefined;
  /** The `Accept` header. */
  readonly accept: string | undefined;
  readonly source: { readonly format: InputFormat; readonly hasAlpha: boolean; readonly pages: number };
  /** Formats that the project negotiates where the URL asks for none, best first. */
  readonly auto: readonly OutputFormat[];
}

/**
 * Chooses the output format. A client takes a format only if its `Accept` names it: wildcards are sent by clients of
 * every age and prove nothing. `negotiated` says that another `Accept` could have got another answer, so that the
 * answer must carry `Vary: Accept`. A `rival` is to be sent instead where it comes out smaller: only `webp` as the one
 * word asked for has one, since a list and a project's own formats say what they prefer.
 */
export function chooseFormat({ requested, accept, source, auto }: FormatQuestion): {
  readonly format: OutputFormat;
  readonly negotiated: boolean;
  readonly rival?: OutputFormat;
} {
  const steps = requested?.length
    ? requested.map((choice) => stepOf(choice, source))
    : auto.filter((format) => mayBecome(format, source)).map((format) => ({ format, ifNamed: true }));
  const last = requested?.length ? safeFormat(source) : ownFormat(source);
  const certain = steps.findIndex((step) => !step.ifNamed);
  const offers = certain < 0 ? steps : steps.slice(0, certain);
  const otherwise = steps[certain]?.format ?? last;
  const named = namedTypes(accept);
  const taken = offers.find(({ format }) => named.has(`image/${format}`));
  const rival = taken && requested?.length === 1 && requested[0] === "webp" ? otherwise : undefined;
  return {
    format: taken?.format ?? otherwise,
    negotiated: offers.some(({ format }) => format !== otherwise),
    // A PNG or a GIF is seldom the smaller one and costs much more to make than it could save.
    ...(rival === "jpeg" ? { rival } : {}),
  };
}

type Source = FormatQuestion["source"];

/** Formats that are sent only to who names them. */
const NAMED: ReadonlySet<string> = new Set<OutputFormat>(["webp", "avif", "jxl"]);

function stepOf(choice: FormatChoice, source: Source): { format: OutputFormat; ifNamed: boolean } {
  if (choice === "_webp") return { format: "webp", ifNamed: false };
  if (choice === "original") {
    // Of what browsers show in part, its own format is for those that name it.
    return source.format === "jxl"
      ? { format: "jxl", ifNamed: true }
      : { format: ownFormat(source), ifNamed: false };
  }
  return { format: choice, ifNamed: NAMED.has(choice) };
}

/** Negotiation never stops an animation and never loses transparency. */
function mayBecome(format: OutputFormat, source: Source): boolean {
  if (isAnimated(source)) return format === "webp" || format === "gif";
  return !(source.hasAlpha && format === "jpeg");
}

/** Only these hold animations that are read; several pages of a TIFF are no animation. */
function isAnimated({ format, pages }: Source): boolean {
  return pages > 1 && (format === "gif" || format === "webp");
}

/** What every client shows. */
function safeFormat(source: Source): OutputFormat {
  if (isAnimated(source)) return "gif";
  return source.hasAlpha ? "png" : "jpeg";
}

/** The source's own format where Freshet writes it and browsers show it. */
function ownFormat(source: Source): OutputFormat {
  const { format } = source;
  if (format === "svg") return "png";
  return format === "tiff" || isDeveloped(format) ? safeFormat(source) : format;
}

/** The output formats that an `Accept` header names, in our order: requests with equal lists get equal answers. */
export function acceptedFormats(accept: string | undefined): readonly OutputFormat[] {
  const named = namedTypes(accept);
  return OUTPUT_FORMATS.filter((format) => named.has(`image/${format}`));
}

/** Whether an `Accept` header names a media type; a wildcard names none. */
export const namesType = (accept: string | undefined, type: string): boolean => namedTypes(accept).has(type);

/** Media types that a header names with a weight that is meant: below 0.1 clients say "rather not". */
function namedTypes(accept: string | undefined): ReadonlySet<string> {
  const named = new Set<string>();
  for (const item of accept?.split(",") ?? []) {
    const [type = "", ...parameters] = item.split(";");
    const weight = parameters.map((each) => each.trim()).find((each) => /^q\s*=/i.test(each));
    const q = weight === undefined ? 1 : Number(weight.slice(weight.indexOf("=") + 1));
    if (q >= 0.1) named.add(type.trim().toLowerCase());
  }
  return named;
}
