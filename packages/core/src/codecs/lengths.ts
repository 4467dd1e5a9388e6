import type { Codec } from "../codec.ts";
import { readDecimal } from "./number.ts";

/** One or two numbers across and down, "p" for percent. `y` is absent where only one was written. */
export interface Lengths {
  readonly x: number;
  readonly y?: number;
  readonly unit: "plain" | "p";
}

const ONE = /^([+-]?[\d.]+)(p?)$/i;

/** `X`, `X,Y`, `Xp` or `Xp,Yp`; what is outside of 0 and the most of its unit is clamped, two decimals are kept. */
export const lengths = (most: Readonly<Record<Lengths["unit"], number>>, what: string): Codec<Lengths> => ({
  expected: what,
  form: { kind: "lengths", most },
  parse(text) {
    const parts = text.split(",", 3).map((part) => ONE.exec(part.trim()));
    const [first, second] = parts;
    if (parts.length > 2 || !first || (parts.length === 2 && !second)) return undefined;
    const unit = first[2] === "" ? "plain" : "p";
    if (second && (second[2] === "" ? "plain" : "p") !== unit) return undefined;
    const [x, y] = [first, second].map((part) => readDecimal(part?.[1] ?? ""));
    if (x === undefined || (second && y === undefined)) return undefined;
    const clamp = (value: number) => Math.round(Math.min(most[unit], Math.max(0, value)) * 100) / 100 || 0;
    return { x: clamp(x), ...(y === undefined ? {} : { y: clamp(y) }), unit };
  },
  format({ x, y, unit }) {
    const suffix = unit === "p" ? "p" : "";
    return y === undefined ? `${x}${suffix}` : `${x}${suffix},${y}${suffix}`;
  },
});

/** The same where one number stands for both, in its one spelling. */
export function evenLengths(...wanted: Parameters<typeof lengths>): Codec<Lengths> {
  const codec = lengths(...wanted);
  const even = ({ x, y, unit }: Lengths): Lengths =>
    x === y || y === undefined ? { x, unit } : { x, y, unit };
  return {
    ...codec,
    parse(text) {
      const value = codec.parse(text);
      return value && even(value);
    },
    format: (value) => codec.format(even(value)),
  };
}
