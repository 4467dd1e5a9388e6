import type { Evidence, InvalidationEntry } from "@freshet/core";
import { hasFailed } from "../words.ts";

/** The evidence in sentences. */
export function sentencesOf(
  { bytes, digests, probes }: Evidence,
  { sequence, status }: Pick<InvalidationEntry, "sequence" | "status">,
): readonly string[] {
  const number = sequence.toLocaleString();
  const found: string[] = [];
  if (probes.asked === 0 && hasFailed(status)) {
    found.push("No node was asked for a picture: what is not purged everywhere is not Done.");
  } else if (probes.asked === 0) {
    found.push(
      `No node was asked for a picture, because none was seen lately of what is covered. Each node was told number ${number}, and uses nothing that was made before.`,
    );
  } else {
    const ask = probes.asked === 1 ? "1 answer was" : `${probes.asked.toLocaleString()} answers were`;
    const old =
      probes.stale === 0
        ? "none was"
        : probes.stale === 1
          ? "1 was"
          : `${probes.stale.toLocaleString()} were`;
    found.push(`${ask} read from nodes after the purge; ${old} older than number ${number}.`);
  }
  if (probes.repeats)
    found.push(
      `Purges that were sent again because an answer was older: ${probes.repeats.toLocaleString()}.`,
    );
  const { changed, same, unknown } = bytes;
  const known = changed + same;
  if (known > 0) {
    found.push(
      `Of the originals that were read again, the origin gave other bytes for ${changed.toLocaleString()} and the same for ${same.toLocaleString()}.`,
    );
  }
  if (unknown > 0) {
    found.push(
      `For ${unknown.toLocaleString()} there was nothing to compare: nobody had asked for it here before, or the origin did not answer.`,
    );
  }
  if (digests) {
    found.push(
      `Of the digests that were sent along, ${digests.match.toLocaleString()} match what the origin gives now, ${digests.differ.toLocaleString()} do not, ${digests.unknown.toLocaleString()} could not be compared.`,
    );
  }
  return found;
}
