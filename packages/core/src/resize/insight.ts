import type { Color } from "../codecs/color.ts";
import type { Face } from "./faces/face.ts";
import type { Box } from "./geometry.ts";
import type { Lessons } from "./quality/target.ts";

/** What was seen in the pixels of an original, for wishes that depend on them. */
export interface Insight {
  /** What is inside the border, in pixels of what `extract` has left. Absent where there is none. */
  readonly content?: Box;
  /** What stands out most, in pixels of the upright original. */
  readonly focus?: { readonly x: number; readonly y: number };
  /** Where faces are, in parts of the upright original, possible ones too. Absent where nobody looked for them. */
  readonly faces?: readonly Face[];
  /** The colour that covers most. */
  readonly color?: Color;
  /** What trials of the original taught about encoders, near the size that is wanted. */
  readonly lessons?: Lessons;
}

/**
 * Keeps what was seen in one original for its next variants. Answers depend on its bytes and the question alone, so they never
 * go stale; losing one costs another look.
 */
export interface Memory {
  recall(question: string): readonly number[] | undefined;
  remember(question: string, answer: readonly number[]): void;
}
