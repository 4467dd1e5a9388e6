import { hash } from "node:crypto";
import { inspect } from "node:util";

/** What stands for a secret wherever something is shown. */
export const MASK = "***";

/** A text that shows itself to nobody: in logs, JSON and error messages it is `***`. Only `reveal` gives it, to whoever sends it. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** Tells two secrets apart without telling either; for comparing settings, not for showing. */
  get fingerprint(): string {
    return hash("sha256", this.#text);
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
