import type { Inspect } from "../sources/source.ts";
import type { OriginalRecord } from "./records.ts";

/**
 * How much of an original is worth reading to its end: what can be rendered, every picture, or whatever the origin has. What asks for
 * more has what asks for less in it.
 */
export const WANTED = ["renderable", "picture", "file"] as const;
export type Wanted = (typeof WANTED)[number];

export const moreOf = (one: Wanted, other: Wanted): Wanted => (includes(one, other) ? one : other);

const includes = (one: Wanted, other: Wanted) => WANTED.indexOf(one) >= WANTED.indexOf(other);

/** What was refused while it arrived, for whom less would not have been enough. */
const REFUSED_BELOW: Readonly<Record<string, Wanted>> = {
  IMAGE_TOO_LARGE: "picture",
  IMAGE_UNREADABLE: "file",
};

/** Whether the original was not read to its end because nobody wanted as much of it. */
export function isUnread({ outcome }: OriginalRecord, wanted: Wanted): boolean {
  const least = outcome.kind === "error" ? REFUSED_BELOW[outcome.code] : undefined;
  return least !== undefined && includes(wanted, least);
}

/** What was read to its end though it is no picture is read so again: somebody wanted it. */
export const isFile = (record: OriginalRecord | undefined): boolean =>
  record?.outcome.kind === "bytes" && record.outcome.facts === undefined;

/** Refuses what arrives only while nobody wants it; asked anew for each verdict. */
export function sparing(inspect: Inspect, wanted: () => Wanted): Inspect {
  return async (beginning) => {
    const verdict = await inspect(beginning);
    if (typeof verdict !== "object" || !("kind" in verdict)) return verdict;
    const least = REFUSED_BELOW[verdict.code];
    return least !== undefined && includes(wanted(), least) ? "enough" : verdict;
  };
}
