import type { Knob } from "../knobs.ts";

/** What every control is given: a knob, its value, and whom to tell of another one. */
export interface ControlProps {
  readonly knob: Knob;
  /** In its one spelling; undefined where nothing is asked. */
  readonly value: string | undefined;
  /** Any text; undefined takes the value away. */
  readonly turned: (text: string | undefined) => void;
  /** Ids of the elements that name and describe the control. */
  readonly labelId: string;
  readonly describedBy: string;
  /** How far a number may be worth turning, where that depends on the picture. */
  readonly reach?: number | undefined;
}
