import { numberAt, shortNumber } from "./numbers.ts";

const UNIT = /^(?:px|pt|pc|mm|cm|in|em|ex|rem|ch|vw|vh|%|Q)$/;

/** A number with or without a unit; undefined for anything else. */
export function shortLength(value: string): string | undefined {
  const number = numberAt(value, 0);
  if (number === undefined) return undefined;
  const unit = value.slice(number.length);
  if (unit === "") return shortNumber(number);
  // A number with an exponent and a unit is read differently here and there.
  const short = shortNumber(number);
  return UNIT.test(unit) && !/e/i.test(number + short) ? short + unit : undefined;
}

/** `#aabbcc` as `#abc`; undefined where that would be another colour. */
export function shortColor(value: string): string | undefined {
  const [, red, green, blue] = /^#([\da-f])\1([\da-f])\2([\da-f])\3$/i.exec(value) ?? [];
  return red === undefined ? undefined : `#${red}${green}${blue}`;
}
