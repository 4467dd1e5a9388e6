import { effectiveTransformation } from "../../effective-transformation.ts";
import type { Transformation } from "../../operations/index.ts";

/** Raised by hand whenever faces are found elsewhere in the same bytes: part of the key of every variant that depends on them. */
export const FACES_REVISION = 1;

/** Whether a picture depends on where the faces of its original are. */
export function wantsFaces(transformation: Transformation): boolean {
  const { gravity } = effectiveTransformation(transformation).resize ?? {};
  return gravity === "auto" || gravity === "trim" || faceWishes(transformation).length > 0;
}

/** What a transformation asks of faces by name; `gravity=auto` looks for them and does without. */
export function faceWishes(
  transformation: Transformation,
): readonly { readonly name: string; readonly value: string }[] {
  const { resize: { func, gravity } = {}, faces = {} } = effectiveTransformation(transformation);
  return [
    ...(func === "face" || func === "facehide" ? [{ name: "func", value: func }] : []),
    ...(gravity === "face" ? [{ name: "gravity", value: gravity }] : []),
    ...Object.keys(faces).map((name) => ({ name, value: "1" })),
  ];
}
