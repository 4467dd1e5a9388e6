import type { Tint } from "../../codecs/tint.ts";
import { type Effect, perChannel } from "../effect.ts";
import { withEffect } from "../picture.ts";
import type { Apply } from "./apply.ts";

export const colorize: Apply<"colorize"> = (picture, { colorize: tint }) =>
  tint ? withEffect(picture, tinted(tint)) : picture;

/** A colour laid over everything. */
export function tinted({ color: { red, green, blue }, opacity }: Tint): Effect {
  return perChannel(1 - opacity, [red * opacity, green * opacity, blue * opacity]);
}
