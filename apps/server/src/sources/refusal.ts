import type { Fetched } from "./source.ts";

/** An original that was not given, as a value: `reason` is for the log. */
export type Refusal = Extract<Fetched, { kind: "refused" }>;

export function broken(reason: string): Refusal {
  return { kind: "refused", code: "ORIGIN_BROKEN", reason };
}

/** The origin's own answer, which takes the original back. */
export function denied(reason: string): Refusal {
  return { ...broken(reason), isDenied: true };
}

export function tooSlow(): Refusal {
  return { kind: "refused", code: "ORIGIN_SLOW", reason: "It did not answer in time." };
}

export function tooLarge(maxBytes: number): Refusal {
  return { kind: "refused", code: "ORIGINAL_TOO_LARGE", reason: `It has more than ${maxBytes} bytes.` };
}

/** Of what has to be written away. */
export function noRoom(): Refusal {
  return { kind: "refused", code: "ORIGINAL_TOO_LARGE", reason: "The data folder has no room for it." };
}

export function notAllowed(reason: string): Refusal {
  return { kind: "refused", code: "ORIGINAL_NOT_ALLOWED", reason };
}
