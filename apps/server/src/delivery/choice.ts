import { hash } from "node:crypto";
import {
  chooseFormat,
  type InputFormat,
  isEmptyTransformation,
  isProxied,
  MEDIA_TYPES,
  type OutputFormat,
  type Transformation,
} from "@freshet/core";
import { CUTOUT_MASK, carriesP3, type ImageFacts, sniffFormat } from "@freshet/core/resize";
import type { Patience } from "../cache/patience.ts";
import type { Turn } from "../cache/turn.ts";
import { type VariantRequest, variantKey } from "../cache/variants.ts";
import type { Wanted } from "../cache/wanted.ts";
import { ServerError } from "../errors.ts";
import type { Project } from "../projects/project.ts";
import { SANITISER_VERSION } from "../svg/sanitise.ts";
import { isDrawing } from "./drawing.ts";
import { type EncodedChoice, encodedOf, isNoSmaller, withoutMinifying } from "./encoded.ts";
import { type FileChoice, fileOf } from "./file.ts";
import { followHints, type Said } from "./hints.ts";
import { isLeftAsItIs, type MinifiedChoice, minifiedOf } from "./minified.ts";
import type { DeliveryRequest } from "./request.ts";
import type { Sources } from "./sources.ts";

/** What a request says besides its URL. */
export interface Wish {
  readonly accept: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** As far as the URL leaves room for them. */
  readonly hints?: Said | undefined;
  /** Nobody waits for the answer. */
  readonly patience?: Patience | undefined;
  readonly turn?: Turn | undefined;
  /** Told of a render that was made for this request, and of one that failed. */
  readonly onRender?: (render: Rendering) => void;
}

/** A render that somebody waited for. */
export interface Rendering {
  readonly format: string;
  readonly milliseconds: number;
  readonly bytesIn: number;
  /** 0 where it failed. */
  readonly bytesOut: number;
  readonly error?: unknown;
}

interface Variant {
  readonly kind: "variant";
  readonly key: string;
  readonly request: VariantRequest;
  readonly negotiated: boolean;
  /** What was made of it with more time, under a key of its own. */
  readonly isBetter?: true;
}

/**
 * What is to be delivered: a rendered variant, the original's own bytes, what draws in an SVG, a file that need not be a picture, or a
 * film.
 */
export type Choice =
  | Variant
  | FileChoice
  | MinifiedChoice
  | EncodedChoice
  | {
      readonly kind: "original";
      readonly key: string;
      readonly facts: ImageFacts;
      readonly negotiated: boolean;
    }
  | {
      readonly kind: "drawing";
      readonly key: string;
      readonly negotiated: false;
      /** What is delivered where the SVG can only be shown as pixels. */
      readonly pixels: Variant;
    }
  | Film;

/** A video as it is, or what was made of one and still moves. */
export interface Film {
  readonly kind: "film";
  readonly key: string;
  readonly negotiated: boolean;
  readonly mediaType: string;
  /** For whoever counts answers by formats. */
  readonly format: string;
}

/** Kinds of originals besides pictures: the first that knows the request has its say. */
const KINDS: readonly ((request: DeliveryRequest, sources: Sources, wish: Wish) => Choice | undefined)[] = [
  (request, sources, { hints }) => {
    const file = minifiedOf(request, sources) ?? fileOf(request, sources);
    return file && encodedOf(file, hints?.encoding, sources.size);
  },
];

/**
 * Chooses by the transformation in effect and what the client takes. An SVG stays one unless a format is asked for. `mask` is the digest of
 * what the subject is cut out along; without it a removal that is asked for is left out.
 * @throws ServerError IMAGE_UNREADABLE for what has to be a picture and is none.
 */
export function choose(request: DeliveryRequest, wish: Wish, sources: Sources, mask?: string): Choice {
  for (const kind of KINDS) {
    const chosen = kind(request, sources, wish);
    if (chosen) return chosen;
  }
  return choosePicture(request, wish, sources, mask);
}

function choosePicture(
  request: DeliveryRequest,
  { accept, hints }: Wish,
  { facts, furtherFacts, digests: [digest, ...others] }: Sources,
  mask: string | undefined,
): Choice {
  if (!facts) throw new ServerError("IMAGE_UNREADABLE");
  const { images = [] } = request;
  const marks = others.map((each, place) => ({
    digest: each,
    facts: furtherFacts[place],
    image: images[place],
  }));
  // A mask is a source like any other: another one is another picture.
  const along = mask === undefined ? [] : [{ digest: mask, facts: undefined, image: CUTOUT_MASK }];
  const further = [...marks, ...along];
  const whole = withoutPage(request.url.transformation, facts);
  const { cutout, ...uncut } = whole;
  const asked = mask === undefined ? uncut : whole;
  const transformation = hints === undefined ? asked : followHints(asked, hints);
  const { encode, ...pixels } = transformation;
  const { format, rival, negotiated } = chooseFormat({
    requested: encode?.force_format,
    accept,
    source: mask === undefined ? facts : cutOut(facts, transformation),
    auto: request.project.formats,
  });
  const isAlone = further.length === 0;
  const isUntouched =
    isAlone && facts.format === format && !asksForQuality(encode) && isEmptyTransformation(pixels);
  if (isUntouched) return { kind: "original", key: keyOf("original", digest), facts, negotiated };
  const written = { format: format as OutputFormat, rival };
  const wanted = {
    ...{ digest, further, facts, transformation, ...written },
    gamut: gamutOf(request.project.gamut, facts, written),
  };
  const variant: Variant = { kind: "variant", key: variantKey(wanted), request: wanted, negotiated };
  // A drawing is delivered as it is, but never without its watermark, and never with faces that were to be hidden.
  const isMarked = pixels.watermark !== undefined && !isEmptyTransformation({ watermark: pixels.watermark });
  const keepsFormat = (encode?.force_format ?? []).every((word) => word === "original");
  const isVeiled =
    pixels.resize?.func === "facehide" ||
    (pixels.faces !== undefined && !isEmptyTransformation({ faces: pixels.faces }));
  if (!isAlone || isMarked || isVeiled || facts.format !== "svg" || !keepsFormat) return variant;
  const key = keyOf(`drawing ${SANITISER_VERSION}`, digest);
  return { kind: "drawing", key, negotiated: false, pixels: variant };
}

/** Pictures have no pages: asked for one, they are what they are without. */
function withoutPage(transformation: Transformation, { format }: ImageFacts): Transformation {
  const { page, ...others } = transformation;
  return page === undefined || format === "pdf" ? transformation : others;
}

/** Chosen as for an original that is transparent, unless something is laid behind it, or its own format is asked for by name. */
function cutOut(facts: ImageFacts, { encode, resize }: Transformation): ImageFacts {
  if (resize?.bg_color !== undefined) return facts;
  const keepsFormat = encode?.force_format?.includes("original") === true;
  return { ...facts, hasAlpha: true, format: facts.format === "jpeg" && !keepsFormat ? "png" : facts.format };
}

/** How much of the original has to be read, before anybody knows what it is. */
export function wantedOf({ sources, url }: Pick<DeliveryRequest, "sources" | "url">): Wanted {
  if (isProxied(url.transformation)) return "file";
  const { encode, ...pixels } = url.transformation;
  const mayBeUntouched = sources.length === 1 && !asksForQuality(encode) && isEmptyTransformation(pixels);
  return mayBeUntouched ? "picture" : "renderable";
}

/** Only what is another picture has another key: most originals are sRGB, and projects share their variants. */
function gamutOf(
  gamut: Project["gamut"],
  { isWide }: ImageFacts,
  { format, rival = format }: Pick<VariantRequest, "format" | "rival">,
): VariantRequest["gamut"] {
  return isWide && carriesP3(format) && carriesP3(rival) ? gamut : undefined;
}

/** The same picture in other bytes: whatever names them names others. */
export const betterOf = (choice: Variant, key: string): Variant => ({ ...choice, key, isBetter: true });

const asksForQuality = (encode: Transformation["encode"]) =>
  encode?.q !== undefined || encode?.optipress !== undefined;

export const keyOf = (what: string, digest: string) => hash("sha256", `${what}\n${digest}`).slice(0, 40);

export const etagOf = (choice: Choice): string => `"${choice.key}"`;

/** `Content-Type` of a body of that format; undefined where only the body could say and there is none. */
export function mediaTypeOf(choice: Choice, format: InputFormat | undefined): string | undefined {
  return "mediaType" in choice ? choice.mediaType : format && MEDIA_TYPES[format];
}

/** Format of a body that is a picture; undefined where only the body could say and there is none. */
export function formatOf(choice: Choice, body: Uint8Array): InputFormat | undefined {
  if ("mediaType" in choice) return undefined;
  if (choice.kind === "drawing") return "svg";
  if (choice.kind === "original") return choice.facts.format;
  return choice.request.rival === undefined ? choice.request.format : sniffFormat(body);
}

/** What is sent where these bytes stand for "better not"; the choice itself where they are what is sent. */
export function insteadOf(choice: Choice, bytes: Uint8Array): Choice {
  if (choice.kind === "drawing" && !isDrawing(bytes)) return choice.pixels;
  if (choice.kind === "encoded" && isLeftAsItIs(bytes)) return withoutMinifying(choice);
  if (choice.kind === "encoded" && isNoSmaller(bytes)) return choice.of;
  if (choice.kind === "minified" && isLeftAsItIs(bytes)) return choice.file;
  return choice;
}
