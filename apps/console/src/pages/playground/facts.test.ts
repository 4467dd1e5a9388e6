import fc from "fast-check";
import { expect, it } from "vitest";
import { readFacts, savingOf } from "./facts.ts";

it("reads what the server says of a picture", () => {
  const headers = new Headers({
    "content-type": "image/avif",
    "server-timing": "rendered;dur=35.2",
    "cache-control": "no-store",
    "freshet-cache-control": "public, max-age=60",
    "freshet-stamp": "17",
    "freshet-remarks": "wat[9], bg_remove",
    "freshet-info":
      'format=jpeg, bytes=1234567, width=2400, height=1600, pages=1, orientation=1, alpha=?0, color="#1d2b53", thumbhash=:YTJ1eQ==:, blurhash="LKO2?U%2Tw=w]~RBVZRi}", transformation="w=400&gravity=50p,20p"',
  });
  expect(readFacts(headers)).toEqual({
    tier: "rendered",
    serverMs: 35.2,
    format: "avif",
    cacheControl: "public, max-age=60",
    stamp: "17",
    original: {
      ...{ format: "jpeg", bytes: 1_234_567, width: 2_400, height: 1_600, pages: 1 },
      ...{ alpha: false, color: "#1d2b53" },
    },
    transformation: "w=400&gravity=50p,20p",
    ignored: ["wat[9]", "bg_remove"],
    error: undefined,
  });
});

it("reads the head of a placeholder, and one that says nothing", () => {
  const failed = readFacts(new Headers({ "freshet-error": "ORIGINAL_MISSING", "content-type": "image/png" }));
  expect([failed.tier, failed.error, failed.format]).toEqual(["failed", "ORIGINAL_MISSING", "png"]);
  expect(readFacts(new Headers())).toMatchObject({ tier: "unknown", original: undefined, ignored: [] });
  expect(readFacts(new Headers({ "content-type": "image/svg+xml" })).format).toBe("svg");
});

it("never breaks on a header", () => {
  const text = fc.string().map((each) => each.replace(/[^\x20-\x7e]/g, ""));
  fc.assert(
    fc.property(text, text, (info, timing) => {
      const headers = { get: (name: string) => (name === "freshet-info" ? info : timing) };
      expect(readFacts(headers)).toBeDefined();
    }),
  );
});

it("says how much is saved, also where nothing is", () => {
  expect([savingOf(25, 100), savingOf(150, 100), savingOf(1, 0), savingOf(1, undefined)]).toEqual([
    0.75,
    -0.5,
    undefined,
    undefined,
  ]);
});
