import { carried } from "../carried.ts";
import type { Veil } from "../effect.ts";
import { facesWithin, grow, POSSIBLE } from "../faces/face.ts";
import { type Picture, withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

/** Cells of a face in each direction: so few show nobody. */
const MOST_SQUARES = 8;
/** Hair and chin tell who it is, too: percent by which a box is grown. */
const AROUND = 25;
/** Of an animation the first frame is looked at, and heads move. */
const MOVING = 75;

/** Where faces are was seen before: possible ones too, because one too many harms less than one too few. */
export const faces: Apply<"faces"> = (picture, { pixelate_faces, blur_faces }, { insight }) => {
  const veils: readonly Veil[] = [
    ...(pixelate_faces === true ? [{ kind: "squares", most: MOST_SQUARES } as const] : []),
    ...(blur_faces && blur_faces.radius > 0 ? [{ kind: "blur", ...blur_faces } as const] : []),
  ];
  if (veils.length === 0) return picture;
  const around = picture.pages > 1 ? MOVING : AROUND;
  const { original } = picture.within;
  const whole = { size: original, within: { left: 0, top: 0, original } };
  // Also those whose middle was cut away: a half may still be seen. Where nobody has looked, one has to be reckoned with.
  const seen = insight.faces && facesWithin(insight.faces, POSSIBLE, whole);
  const boxes = seen?.flatMap((face) => carried(grow(face, { x: around, y: around }), picture));
  if (boxes?.length === 0) return picture;
  return veils.reduce(
    (veiled: Picture, how) => withEffect(veiled, { kind: "veil", boxes: boxes ?? [], how }),
    picture,
  );
};
