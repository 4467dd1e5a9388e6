import type { Form } from "./form.ts";

/**
 * Text on the wire ⇄ typed value. `parse` answers undefined for what it cannot read and never throws;
 * for every value it does give, `parse(format(value))` gives that value back.
 */
export interface Codec<Value> {
  /** What a reader should have written, e.g. "a whole number from 1 to 8192". */
  readonly expected: string;
  /** What kind of value that is. */
  readonly form: Form;
  parse(text: string): Value | undefined;
  format(value: Value): string;
}

/** How a parameter stands in the table: its words for people and its other names on the wire. */
export interface Description {
  readonly summary: string;
  readonly example: string;
  readonly aliases?: readonly string[];
  /** The value that asks for nothing, in canonical text: canonical text leaves it out. */
  readonly neutral?: string;
}

/** One query parameter: a codec and its place in the documentation. */
export interface Parameter<Value> extends Codec<Value> {
  readonly summary: string;
  readonly example: string;
  readonly aliases: readonly string[];
  readonly neutral?: string;
}

export function parameter<Value>(codec: Codec<Value>, description: Description): Parameter<Value> {
  return { ...codec, aliases: [], ...description };
}
