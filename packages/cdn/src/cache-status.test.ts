import fc from "fast-check";
import { expect, test } from "vitest";
import { cacheOf } from "./cache-status.ts";

test.each([
  [undefined, "unknown"],
  ["", "unknown"],
  ["varnish", "unknown"],
  ["varnish; hit", "hit"],
  ["varnish;hit;ttl=3", "hit"],
  ["varnish; fwd=miss; stored; ttl=3", "miss"],
  ["varnish; fwd=stale; detail=fenced", "miss"],
  ["varnish; fwd=bypass", "pass"],
  ["varnish; fwd=method", "pass"],
  ["freshet; hit; detail=memory, varnish; fwd=miss", "miss"],
  ["freshet; fwd=miss, varnish; hit", "hit"],
] as const)("%j means %s", (cacheStatus, cache) => {
  expect(cacheOf(cacheStatus)).toBe(cache);
});

test("any text is read without an exception", () => {
  fc.assert(fc.property(fc.string(), (text) => ["hit", "miss", "pass", "unknown"].includes(cacheOf(text))));
});
