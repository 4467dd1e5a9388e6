import { expect, test } from "vitest";
import { sentencesOf } from "./evidence.ts";

const NONE = { changed: 0, same: 0, unknown: 0 };

test("answers that were read, and what was old among them, are said with the number", () => {
  expect(
    sentencesOf({ bytes: NONE, probes: { asked: 4, stale: 0 } }, { sequence: 42, status: "DONE" }),
  ).toEqual(["4 answers were read from nodes after the purge; none was older than number 42."]);
  expect(
    sentencesOf(
      { bytes: NONE, probes: { asked: 1, stale: 1, repeats: 3 } },
      { sequence: 42, status: "DONE" },
    ),
  ).toEqual([
    "1 answer was read from nodes after the purge; 1 was older than number 42.",
    "Purges that were sent again because an answer was older: 3.",
  ]);
});

test("where nobody was asked that is not hidden", () => {
  const [sentence] = sentencesOf(
    { bytes: NONE, probes: { asked: 0, stale: 0 } },
    { sequence: 7, status: "DONE" },
  );
  expect(sentence).toMatch(/^No node was asked.*Each node was told number 7/);
  const failed = sentencesOf(
    { bytes: NONE, probes: { asked: 0, stale: 0 } },
    { sequence: 7, status: "ERROR_CDN_NODE" },
  );
  expect(failed.join()).not.toContain("Each node was told");
});

test("bytes and digests are counted", () => {
  const said = sentencesOf(
    {
      bytes: { changed: 2, same: 1, unknown: 3 },
      digests: { match: 1, differ: 1, unknown: 0 },
      probes: { asked: 2, stale: 0 },
    },
    { sequence: 7, status: "DONE" },
  );
  expect(said.slice(1)).toEqual([
    "Of the originals that were read again, the origin gave other bytes for 2 and the same for 1.",
    expect.stringMatching(/^For 3 there was nothing to compare/),
    "Of the digests that were sent along, 1 match what the origin gives now, 1 do not, 0 could not be compared.",
  ]);
});
