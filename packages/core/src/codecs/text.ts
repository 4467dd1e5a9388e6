import type { Codec } from "../codec.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f]/;

const LONGEST_ADDRESS = 2_000;

/** An address of an image, as it may stand in the path of a delivery URL: one line of at most 2,000 characters. */
export const address: Codec<string> = {
  expected: "the address of an image, absolute or beginning with an alias, percent-encoded",
  form: { kind: "address", longest: LONGEST_ADDRESS },
  parse(text) {
    const trimmed = text.trim().toWellFormed();
    return trimmed === "" || trimmed.length > LONGEST_ADDRESS || CONTROL.test(trimmed) ? undefined : trimmed;
  },
  format: (value) => value,
};

/** Characters of a written watermark at most. */
const LONGEST_TEXT = 200;

/** One line of text: every kind of space is one space, what is beyond the longest is cut off. */
export const line: Codec<string> = {
  expected: `a line of text, at most ${LONGEST_TEXT} characters, percent-encoded`,
  form: { kind: "text", longest: LONGEST_TEXT },
  parse(text) {
    const spaced = text
      .toWellFormed()
      .normalize("NFC")
      .replace(/[\s\p{Cc}]+/gu, " ")
      .trim();
    const cut = [...spaced].slice(0, LONGEST_TEXT).join("").trimEnd();
    return cut === "" ? undefined : cut;
  },
  format: (value) => value,
};
