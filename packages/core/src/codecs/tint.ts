import type { Codec } from "../codec.ts";
import { type Color, color } from "./color.ts";
import { decimal } from "./number.ts";

/** A colour laid over a picture; opacity 0 to 1. */
export interface Tint {
  readonly color: Color;
  readonly opacity: number;
}

/** Two colours that darkness and brightness become. */
export interface Duotone {
  readonly dark: Color;
  readonly light: Color;
  readonly opacity: number;
}

const share = decimal(0, 1);

export const tint: Codec<Tint> = {
  expected: "a colour, or a colour and an opacity from 0 to 1: COLOR,OPACITY",
  form: { kind: "tint" },
  parse(text) {
    const [name = "", opacity = "0.5", ...more] = text.split(",", 3);
    const read = { color: color.parse(name), opacity: share.parse(opacity) };
    if (more.length > 0 || read.color === undefined || read.opacity === undefined) return undefined;
    return { color: read.color, opacity: read.opacity };
  },
  format: (value) => `${color.format(value.color)},${value.opacity}`,
};

export const duotone: Codec<Duotone> = {
  expected: "the colour of the dark and of the light, and perhaps an opacity from 0 to 1: DARK,LIGHT,OPACITY",
  form: { kind: "duotone" },
  parse(text) {
    const [first = "", second = "", opacity = "1", ...more] = text.split(",", 4);
    const [dark, light] = [color.parse(first), color.parse(second)];
    const read = share.parse(opacity);
    if (more.length > 0 || !dark || !light || read === undefined) return undefined;
    return { dark, light, opacity: read };
  },
  format({ dark, light, opacity }) {
    const pair = `${color.format(dark)},${color.format(light)}`;
    return opacity === 1 ? pair : `${pair},${opacity}`;
  },
};
