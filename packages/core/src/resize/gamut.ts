import type { Color } from "../codecs/color.ts";
import type { OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import type { Triple } from "./effect.ts";
import { lightOfByte } from "./transfer.ts";

/** The colours that a variant may have: those of sRGB, or those of Display P3. */
export type Gamut = "srgb" | "p3";

/** Whether a format can say that its numbers are not sRGB. */
export const carriesP3 = (format: OutputFormat): boolean => format !== "gif";

// Linear sRGB to linear Display P3, both seen under D65 (CSS Color 4). Both have the same curve.
const TO_P3 = [
  [0.8224621, 0.177538, 0],
  [0.0331941, 0.9668058, 0],
  [0.0170827, 0.0723974, 0.9105199],
] as const satisfies readonly Triple[];

const byteOf = (light: number) =>
  Math.round(255 * Math.min(1, light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055));

/** The numbers that show an sRGB colour in Display P3. */
export function inP3({ red, green, blue }: Color): Color {
  const light = [lightOfByte(red), lightOfByte(green), lightOfByte(blue)] as const;
  const [r, g, b] = TO_P3.map(([one, two, three]) =>
    byteOf(one * light[0] + two * light[1] + three * light[2]),
  ) as unknown as Triple;
  return { red: r, green: g, blue: b };
}

/** The same wishes for pixels in Display P3: colours in URLs are sRGB, whatever the picture is. */
export function wishesInP3(transformation: Transformation): Transformation {
  return convert(transformation) as Transformation; // only numbers inside of colours are others
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== "object" || value === null) return value;
  if (isColor(value)) return inP3(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, convert(each)]));
}

const isColor = (value: object): value is Color => "red" in value && "green" in value && "blue" in value;
