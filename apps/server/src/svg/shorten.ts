import { joinNumbers, numbersOf } from "./numbers.ts";
import { shortPath } from "./path.ts";
import { shortColor, shortLength } from "./short-value.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Attributes that are a number with or without a unit, or several of them; never names, which would be others. */
const NUMBERS = words(
  `x y x1 y1 x2 y2 cx cy r rx ry fx fy fr width height viewBox points pathLength dx dy rotate textLength startOffset offset
  markerHeight markerWidth refX refY values tableValues slope intercept amplitude exponent k1 k2 k3 k4 kernelMatrix divisor
  bias surfaceScale diffuseConstant specularConstant specularExponent scale azimuth elevation z pointsAtX pointsAtY pointsAtZ
  limitingConeAngle stdDeviation radius baseFrequency fill-opacity flood-opacity opacity stop-opacity stroke-opacity
  stroke-width stroke-dasharray stroke-dashoffset stroke-miterlimit font-size letter-spacing word-spacing`,
);
const TRANSFORMS = words("transform gradientTransform patternTransform");
const COLORS = words("fill stroke color stop-color flood-color lighting-color");
/** Attributes that are lists: how they are spaced means nothing. */
const LISTS = words("d points viewBox values class transform gradientTransform patternTransform");

/** The value of an attribute in fewer characters, where it draws the same at any size. */
export function shortValue(name: string, value: string): string {
  const short = shortened(name, value);
  if (short !== undefined && short.length <= value.length) return short;
  return LISTS.has(name) ? value.trim().replace(/\s+/g, " ") : value;
}

function shortened(name: string, value: string): string | undefined {
  if (name === "d") return shortPath(value);
  if (TRANSFORMS.has(name)) return shortTransform(value);
  if (COLORS.has(name)) return shortColor(value.trim());
  if (!NUMBERS.has(name)) return undefined;
  return numbersOf(value)?.join(" ") ?? shortLength(value.trim());
}

const STEP = /\s*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)\s*,?/y;

function shortTransform(value: string): string | undefined {
  let text = "";
  let at = 0;
  const whole = value.trimEnd();
  while (at < whole.length) {
    STEP.lastIndex = at;
    const [step, name = "", inside = ""] = STEP.exec(whole) ?? [];
    const numbers = numbersOf(inside);
    if (step === undefined || !numbers || (step.endsWith(",") && at + step.length === whole.length))
      return undefined;
    text += `${name}(${joinNumbers(numbers)})`;
    at += step.length;
  }
  return text === "" ? undefined : text;
}
