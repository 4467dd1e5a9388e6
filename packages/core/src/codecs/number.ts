import type { Codec } from "../codec.ts";

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)$/;

/** A finite decimal number as clients write it (`1120.0`, `.5`), never −0; undefined for anything else. */
export function readDecimal(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return undefined;
  return value === 0 ? 0 : value;
}

/** A number of pixels: fractions are rounded, anything above `max` is clamped to it, zero and below are not readable. */
export const pixels = (max: number): Codec<number> => ({
  expected: `a number of pixels from 1 to ${max}`,
  form: { kind: "number", min: 1, max, digits: 0 },
  parse(text) {
    const value = readDecimal(text);
    if (value === undefined || value <= 0) return undefined;
    return Math.min(max, Math.max(1, Math.round(value)));
  },
  format: String,
});

/** A decimal between `min` and `max`; outside values are clamped, kept to `digits` decimals. */
export const decimal = (min: number, max: number, digits = 4): Codec<number> => ({
  expected: `a number from ${min} to ${max}`,
  form: { kind: "number", min, max, digits },
  parse(text) {
    const value = readDecimal(text);
    if (value === undefined) return undefined;
    const scale = 10 ** digits;
    const rounded = Math.round(Math.min(max, Math.max(min, value)) * scale) / scale;
    return rounded === 0 ? 0 : rounded;
  },
  format: String,
});

/** A switch: any text but the empty one and `0` turns it on. */
export const flag: Codec<boolean> = {
  expected: "1 or 0",
  form: { kind: "flag" },
  parse: (text) => text !== "" && text !== "0",
  format: (on) => (on ? "1" : "0"),
};
