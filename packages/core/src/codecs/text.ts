import type { Codec } from "../codec.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/;

/** An address of an image, as it may stand in the path of a delivery URL: one line of at most 2,000 characters. */
export const address: Codec<string> = {
  expected: "the address of an image, absolute or beginning with an alias, percent-encoded",
  parse(text) {
    const trimmed = text.trim().toWellFormed();
    return trimmed === "" || trimmed.length > 2_000 || CONTROL.test(trimmed) ? undefined : trimmed;
  },
  format: (value) => value,
};
