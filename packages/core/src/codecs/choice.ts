import type { Codec } from "../codec.ts";
import { readDecimal } from "./number.ts";

/** One of a list of words, in any case; `synonyms` maps other spellings to a word of the list. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  synonyms: Readonly<Record<string, Word>> = {},
): Codec<Word> {
  return {
    expected: `one of ${words.join(", ")}`,
    form: { kind: "choice", choices: words },
    parse(text) {
      const word = text.trim().toLowerCase();
      return (
        words.find((candidate) => candidate === word) ??
        (Object.hasOwn(synonyms, word) ? synonyms[word] : undefined)
      );
    },
    format: (word) => word,
  };
}

/** One of a few numbers. */
export function oneOfNumbers<const Choice extends number>(numbers: readonly Choice[]): Codec<Choice> {
  return {
    expected: `one of ${numbers.join(", ")}`,
    form: { kind: "choice", choices: numbers.map(String) },
    parse: (text) => numbers.find((each) => each === readDecimal(text)),
    format: String,
  };
}

/** A comma list, at least one readable member; unreadable and repeated ones are left out. */
export function listOf<Member>(member: Codec<Member>): Codec<readonly Member[]> {
  return {
    expected: `a comma list, each ${member.expected}`,
    form: member.form.kind === "choice" ? { ...member.form, kind: "choices" } : member.form,
    parse(text) {
      const members = new Map<string, Member>();
      for (const part of text.split(",")) {
        const value = member.parse(part);
        if (value !== undefined && !members.has(member.format(value)))
          members.set(member.format(value), value);
      }
      return members.size > 0 ? [...members.values()] : undefined;
    },
    format: (members) => members.map((each) => member.format(each)).join(","),
  };
}
