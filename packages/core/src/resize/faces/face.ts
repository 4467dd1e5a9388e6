import type { Margin } from "../../codecs/margin.ts";
import { type Box, middleOf, type Size } from "../geometry.ts";

/** A face in parts of the upright original: 0.5 is its middle. `score` is how sure the finder is, 0 to 1. */
export interface Face extends Box {
  readonly score: number;
}

/**
 * From which score on a face counts. Framing prefers to miss one, hiding prefers to hide what is none: of 26 faces in nine photographs the
 * first finds 25 and the second all; the second also takes a rocket and a coffee cup for faces (`test/faces`).
 */
export const SURE = 0.55;
export const POSSIBLE = 0.45;

/** A face is at least so large beside the shorter side of the original; below that nothing can be told. */
const LEAST_SIDE = 0.02;
/** More are not kept: a crowd is hidden as far as it can be seen. */
const MOST_FACES = 100;
/** A face is dominant when every other is at most so high beside it. */
const LESSER = 0.5;

const NUMBERS = 5;
/** Digits that are kept: a tenth of a pixel of the largest original. */
const DIGITS = 1e5;

/** The faces in the form that memory keeps; the surest are first. */
export function packFaces(faces: readonly Face[]): readonly number[] {
  const kept = faces.toSorted((one, other) => other.score - one.score).slice(0, MOST_FACES);
  const rounded = (value: number) => Math.round(value * DIGITS) / DIGITS;
  return kept.flatMap(({ left, top, width, height, score }) =>
    [left, top, width, height, score].map(rounded),
  );
}

export function unpackFaces(numbers: readonly number[]): readonly Face[] {
  return Array.from({ length: Math.floor(numbers.length / NUMBERS) }, (_, at) => {
    const [left = 0, top = 0, width = 0, height = 0, score = 0] = numbers.slice(at * NUMBERS);
    return { left, top, width, height, score };
  });
}

/** Faces of a picture that was cut out of an original, in its pixels; those whose middle was cut away are gone. */
export function facesWithin(
  faces: readonly Face[],
  least: number,
  {
    size,
    within,
  }: {
    readonly size: Size;
    readonly within: { readonly left: number; readonly top: number; readonly original: Size };
  },
): readonly Face[] {
  const { original } = within;
  const smallest = LEAST_SIDE * Math.min(original.width, original.height);
  return faces.flatMap(({ score, ...share }) => {
    const box = {
      left: share.left * original.width - within.left,
      top: share.top * original.height - within.top,
      width: share.width * original.width,
      height: share.height * original.height,
    };
    const { x, y } = middleOf(box);
    const isInside = x >= 0 && y >= 0 && x <= size.width && y <= size.height;
    if (score < least || Math.min(box.width, box.height) < smallest || !isInside) return [];
    return [{ ...box, score }];
  });
}

/** The one face that a picture is about; undefined where there is none, or several of about one size. */
export function dominantFace(faces: readonly Face[]): Face | undefined {
  const [first, second] = faces.toSorted((one, other) => other.height - one.height);
  if (!first) return undefined;
  return second && second.height > LESSER * first.height ? undefined : first;
}

/** The box with so much more on each side. */
export function grow(box: Box, { x, y }: Margin): Box {
  const [across, down] = [(box.width * x) / 100, (box.height * y) / 100];
  return {
    left: box.left - across,
    top: box.top - down,
    width: box.width + 2 * across,
    height: box.height + 2 * down,
  };
}
