import { type InputFormat, isDeveloped, type OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import type { ImageFacts } from "./contract.ts";
import type { Effect } from "./effect.ts";
import { wantsFaces } from "./faces/wishes.ts";
import { type Beside, foresee } from "./foreseen.ts";
import type { Gamut } from "./gamut.ts";

// Hundredths of a second of one core a megapixel, measured with sharp 0.35 on 12 and 24 MP photographs in 2026; only
// their proportions matter. A JPEG is read at a fraction of its size; an SVG costs where it is drawn.
const READING: Readonly<Record<InputFormat, number>> = {
  jpeg: 0.4,
  png: 1.5,
  webp: 1.2,
  gif: 1.2,
  tiff: 1.5,
  avif: 5,
  svg: 0,
  heic: 20,
  jxl: 25,
  psd: 4,
  raw: 16,
  bmp: 3,
  ico: 3,
  jp2: 35,
  pdf: 3,
};
const INTERLACED = { jpeg: 1.3, png: 2.3 } as const;
const WRITING: Readonly<Record<OutputFormat, number>> = {
  jpeg: 2,
  png: 6,
  webp: 12,
  avif: 12,
  jxl: 10,
  gif: 50,
};

/** A border is looked for in the whole picture, whatever is made of it. */
const LOOKING = 3;
/** What is done to finished pixels: a blur costs by its reach, everything else about as much as this. */
const RETOUCHING = 1.5;
const BLURRING = 0.12;

/** Reading it small once more, and the network that looks. */
const FINDING = 4;

/** Both sizes of what is scaled in linear light. */
const LIGHTING = 10;

/** Laying the mask on each pixel, and looking around those along its outline. */
const CUTTING = 8;

/** A search reads the original once more, and tries and judges this many megapixels at most. */
const SEARCHED = 0.41;
const JUDGING = 25;

/** With time: what one encoding takes, and how many are made and judged, the first among them. */
const LATE: Partial<Record<OutputFormat, number>> = { avif: 60, jpeg: 8 };
const TRIES = 3;

/** Reading in 16 bits and through two profiles, a JPEG at its full size. */
const WIDENING = 2.2;

/** What the smallest render takes, and what starting a decoder takes. */
const LEAST = 0.2;
const DEVELOPING = 18;
const STARTING_JXL = 35;

/**
 * What a render will take, in hundredths of a second of one core or thereabouts: 9 for a photograph of 12 MP as a WebP
 * 800 px wide. `gamut` is what the picture is really made in, `images` are those of watermarks, `late` is for `improve`. For
 * admission: the sum of what runs is bounded, not the number.
 */
export function estimateCost(
  facts: ImageFacts,
  transformation: Transformation,
  format: OutputFormat,
  { rival, gamut, late, images = [] }: Beside & { readonly gamut?: Gamut | undefined } = {},
): number {
  const { size, pages, effects, passes } = foresee(facts, transformation, format, rival);
  const reading = readingOf(facts) + (gamut === "p3" ? WIDENING : 0);
  const read = (facts.width * facts.height * pages * (reading + lookingOf(facts, transformation))) / 1e6;
  const lighting = passes.some(({ inLight }) => inLight) ? LIGHTING : 0;
  const cutting = passes.some(({ cutsOut }) => cutsOut) ? CUTTING : 0;
  const retouching = effects.reduce((sum, effect) => sum + retouchingOf(effect), lighting + cutting);
  const written =
    (size.width * size.height * pages * (WRITING[format] + (rival ? WRITING[rival] : 0) + retouching)) / 1e6;
  const further = images.reduce(
    (sum, image) => sum + (image.width * image.height * readingOf(image)) / 1e6,
    0,
  );
  const pressed = transformation.encode?.optipress === undefined ? 0 : searchingOf(facts, format, rival);
  const improved = late ? (TRIES * size.width * size.height * ((LATE[format] ?? 0) + JUDGING)) / 1e6 : 0;
  const developed = [facts, ...images].some((each) => isDeveloped(each.format) && !each.isPart);
  const started = (developed ? DEVELOPING : 0) + (format === "jxl" ? STARTING_JXL : 0);
  const found = wantsFaces(transformation) ? FINDING : 0;
  return LEAST + started + found + read + further + written + pressed + improved;
}

/** What memory may spare is charged all the same: who waits for a place does not know what it will hold then. */
function lookingOf(facts: ImageFacts, { trim, resize }: Transformation): number {
  const isSketched =
    resize?.gravity === "auto" ||
    resize?.gravity === "face" ||
    resize?.gravity === "trim" ||
    resize?.bg_color === "auto";
  return (trim?.trim === undefined ? 0 : LOOKING) + (isSketched ? readingOf(facts) : 0);
}

/** In each format that the picture is written in. */
function searchingOf(facts: ImageFacts, format: OutputFormat, rival: OutputFormat | undefined): number {
  const pixels = (facts.width * facts.height) / 1e6;
  const one = (as: OutputFormat) =>
    pixels * readingOf(facts) + Math.min(SEARCHED, pixels) * (JUDGING + 2 * WRITING[as]);
  return one(format) + (rival ? one(rival) : 0);
}

const retouchingOf = (effect: Effect) => RETOUCHING + (effect.kind === "blur" ? BLURRING * effect.sigma : 0);

function readingOf({ format, interlaced, isPart }: ImageFacts): number {
  if (isPart) return INTERLACED.jpeg;
  return interlaced && (format === "jpeg" || format === "png") ? INTERLACED[format] : READING[format];
}
