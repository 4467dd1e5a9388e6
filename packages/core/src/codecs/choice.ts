import type { Codec } from "../codec.ts";

/** One of a list of words, in any case; `synonyms` maps other spellings to a word of the list. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  synonyms: Readonly<Record<string, Word>> = {},
): Codec<Word> {
  return {
    expected: `one of ${words.join(", ")}`,
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

/** A comma list of such words, at least one; unreadable members are left out. */
export function listOf<Member>(member: Codec<Member>): Codec<readonly Member[]> {
  return {
    expected: `a comma list, each ${member.expected}`,
    parse(text) {
      const members = text.split(",").flatMap((part) => member.parse(part) ?? []);
      return members.length > 0 ? members : undefined;
    },
    format: (members) => members.map((each) => member.format(each)).join(","),
  };
}
