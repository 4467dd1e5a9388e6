import {
  effectiveTransformation,
  LARGEST_SIDE,
  type LayeredParameters,
  type Remark,
  type Transformation,
} from "@freshet/core";
import { ServerError } from "../errors.ts";
import type { SizeLadder, Verdict } from "./security.ts";

/**
 * Holds the sizes that a stranger asks for to the project's ladder; `dpr` is multiplied in first. What is signed, and what the
 * project itself wrote down, is free.
 * @throws ServerError SIZE_NOT_ALLOWED where other sizes are to be refused.
 */
export function withinLadder(
  ladder: SizeLadder | undefined,
  { transformation, values }: Pick<LayeredParameters, "transformation" | "values">,
  covers: Verdict["covers"],
): { readonly transformation: Transformation; readonly remarks: readonly Remark[] } {
  const isAsked = (wanted: string) =>
    values.some(
      ({ name, layer }) =>
        name === wanted && (layer === "url" || (layer === "sealed" && covers === "nothing")),
    );
  const free = { transformation, remarks: [] };
  if (!ladder || !transformation.resize || covers === "everything") return free;
  const byRatio = isAsked("dpr");
  if (!byRatio && !isAsked("w") && !isAsked("h")) return free;

  const { dpr: beyond = 1, ...multiplied } = effectiveTransformation(transformation).resize ?? {};
  const remarks: Remark[] = [];
  const hold = (name: "w" | "h", rungs: readonly number[]) => {
    const side = multiplied[name];
    if (side === undefined || !(byRatio || isAsked(name))) return side;
    const whole = Math.min(LARGEST_SIDE, Math.round(side * beyond));
    const held = nextSize(whole, rungs, ladder.step);
    if (held === whole) return held;
    const expected = `a size that the project allows, such as ${held}`;
    if (ladder.outside === "refuse")
      throw new ServerError("SIZE_NOT_ALLOWED", `${name}=${whole}: ask for ${expected}.`);
    remarks.push({ parameter: name, text: String(whole), expected });
    return held;
  };
  const [w, h] = [hold("w", ladder.widths), hold("h", ladder.heights)];
  // Everything else stays as it was asked for: what has no effect beside these sizes may have one beside others.
  const { dpr, ...resize } = transformation.resize;
  const held = Object.entries({ ...resize, w, h }).filter(([, value]) => value !== undefined);
  return { transformation: { ...transformation, resize: Object.fromEntries(held) }, remarks };
}

/** The smallest allowed size that is not below this one; the largest where there is none. */
function nextSize(side: number, rungs: readonly number[], step: number | undefined): number {
  const rung = rungs.find((each) => each >= side);
  const multiple = step === undefined ? undefined : Math.ceil(side / step) * step;
  const found = [rung, multiple].filter((each) => each !== undefined && each <= LARGEST_SIDE) as number[];
  if (found.length > 0) return Math.min(...found);
  const largest = step === undefined ? 0 : Math.floor(LARGEST_SIDE / step) * step;
  return Math.max(rungs.at(-1) ?? 1, largest);
}
