import type { Codec } from "../codec.ts";
import { lengths } from "./lengths.ts";

/** By how much a box is grown on each of its sides, in percent of its width and of its height. */
export interface Margin {
  readonly x: number;
  readonly y: number;
}

const MOST = 500;
const pair = lengths({ plain: MOST, p: MOST }, `a percentage from 0 to ${MOST}, or two of them: X,Y`);

/** `N` or `X,Y`; a `p` for percent says what is so anyway. */
export const margin: Codec<Margin> = {
  expected: pair.expected,
  form: pair.form,
  parse(text) {
    const value = pair.parse(text);
    return value && { x: value.x, y: value.y ?? value.x };
  },
  format: ({ x, y }) => (x === y ? String(x) : `${x},${y}`),
};
