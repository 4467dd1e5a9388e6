import fc from "fast-check";
import { expect, it } from "vitest";
import type { Connector, Walk } from "./shapes.ts";
import {
  nameOfKind,
  progressOf,
  sayConnector,
  sayEvent,
  saySite,
  sayWalk,
  webLink,
  writeDuration,
} from "./words.ts";

const CONNECTOR: Connector = {
  ...{ id: "wp", project: "shop", kind: "wordpress", state: "running", lag: 0, waiting: 0, ttl: 90 },
  ...{ is_present: true, registered_at: "", seen_at: "" },
};
const WALK: Walk = { state: "resting", pass: 2, steps: 40, total: 40, originals: 40, found: 0 };

it("says how a connector is, the worst first", () => {
  const word = (more: Partial<Connector>) => sayConnector({ ...CONNECTOR, ...more }).word;
  expect(word({})).toBe("Up to date");
  expect(word({ waiting: 2, lag: 3 })).toBe("At work");
  expect(word({ waiting: 2, lag: 300 })).toBe("Behind");
  expect(word({ state: "paused" })).toBe("Switched off");
  expect(word({ state: "failing", waiting: 2 })).toBe("Failing");
  expect(word({ state: "running", is_present: false })).toBe("Away");
  expect(sayConnector({ ...CONNECTOR, waiting: 1, lag: 120 }).sentence).toBe(
    "1 event waits, the oldest for 2 minutes.",
  );
  expect(sayConnector({ ...CONNECTOR, state: "failing", note: "401 from the CMS" }).sentence).toBe(
    "401 from the CMS",
  );
});

it("says how a site is, also one in a state that nobody knows yet", () => {
  const site = { site: "a", lag_ms: 0 };
  expect(["ok", "unreachable", "paused", "asleep"].map((state) => saySite({ ...site, state }).word)).toEqual([
    ...["Up to date", "Unreachable", "Switched off", "asleep"],
  ]);
  expect(saySite({ ...site, state: "behind", lag_ms: 7_200_000, error: "503." })).toEqual({
    kind: "warn",
    word: "Behind",
    sentence: "The oldest event waits for 2 hours. 503.",
  });
});

it("says how far a look is and what it found", () => {
  expect(sayWalk({ ...WALK, state: "walking", steps: 10 }).sentence).toContain("10 of 40 looked at");
  expect(sayWalk(WALK)).toMatchObject({
    kind: "good",
    sentence: "40 originals met. All were as they were known.",
  });
  expect(sayWalk({ ...WALK, found: 1 }).sentence).toContain("1 was not as it was known, and is made fresh.");
  expect(sayWalk({ ...WALK, pass: 1 }).sentence).toContain("learns what is there");
  expect(sayWalk({ ...WALK, state: "failing", error: "401." })).toMatchObject({
    kind: "bad",
    sentence: "401.",
  });
  const { total: _total, ...endless } = WALK;
  expect([
    progressOf({ ...WALK, steps: 10 }),
    progressOf(endless),
    progressOf({ ...WALK, total: 0 }),
  ]).toEqual([0.25, undefined, undefined]);
});

it("has a word for whatever a connector may say", () => {
  expect([
    sayEvent("done").word,
    sayEvent("constructor").word,
    nameOfKind("toString"),
    nameOfKind("ghost"),
  ]).toEqual([...["Done", "constructor", "ToString", "Ghost"]]);
  expect([0, 999, 90_000, 7_200_000, 172_800_000].map(writeDuration)).toEqual([
    ...["0 seconds", "0 seconds", "1 minute", "2 hours", "2 days"],
  ]);
});

it("leads to the web alone", () => {
  expect(webLink("https://site.example/wp-admin/post.php?post=7")).toBe(
    "https://site.example/wp-admin/post.php?post=7",
  );
  for (const text of [
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "data:text/html,x",
    "//x",
    "",
    undefined,
  ])
    expect(webLink(text), text).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(webLink(text) ?? "https:").toMatch(/^https?:/);
    }),
  );
});
