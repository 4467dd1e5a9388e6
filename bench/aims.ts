import type { Aim } from "./cell.ts";

/** One line per aim: the figure, what it should be, and whether it is. */
export function aimLines(aims: readonly Aim[]): readonly string[] {
  return aims.map((aim) => {
    const { text, value, atMost, atLeast, unit = "", steady } = aim;
    const digits = Number.isInteger(value) || value >= 100 ? 0 : 2;
    const bound = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
    return `  ${isReached(aim) ? "reached" : "MISSED "}  ${text}: ${value.toFixed(digits)}${unit}, aim ${bound}${unit}${steady ? "" : " (unsteady: other work ran beside it)"}`;
  });
}

function isReached({
  value,
  atMost = Number.POSITIVE_INFINITY,
  atLeast = Number.NEGATIVE_INFINITY,
}: Aim): boolean {
  return value <= atMost && value >= atLeast;
}
