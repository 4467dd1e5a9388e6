import type { AssetChange } from "@freshet/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { requestsOf } from "./plan.ts";

const row = { site: "site.example", event: "evt_1" };
const change = (original: string): AssetChange => ({ kind: "replaced", original, digest: "ab".repeat(32) });

test("every original is in exactly one request, and no request passes 1,000 urls or 1 MB", () => {
  const originals = fc.uniqueArray(fc.webUrl({ size: "large" }), { maxLength: 60 });
  fc.assert(
    fc.property(originals, fc.nat(3_000), (urls, length) => {
      const padded = urls.map((url) => `${url}/${"x".repeat(length * 10)}`);
      const requests = requestsOf("fake", row, { changes: padded.map(change), skipped: 0 });
      expect(requests.flatMap(({ request }) => ("urls" in request ? request.urls : []))).toEqual(padded);
      for (const { request } of requests) expect(JSON.stringify(request).length).toBeLessThan(1_000_000);
      expect(new Set(requests.map((each) => each.idempotencyKey)).size).toBe(requests.length);
    }),
    { numRuns: 50 },
  );
});

test("the same plan gives the same keys and bodies", () => {
  const plan = { changes: [change("http://a.example/a.jpg")], skipped: 0 };
  expect(requestsOf("fake", row, plan)).toEqual(requestsOf("fake", row, plan));
});

test("a key that no header could carry, or that is very long, is replaced by its hash", () => {
  const keyOf = (site: string) =>
    requestsOf("fake", { site, event: "evt_1" }, { changes: [change("http://a.example/a")], skipped: 0 })[0]
      ?.idempotencyKey;
  expect(keyOf("site.example")).toBe("fake:site.example:evt_1");
  expect(keyOf("site\nexample")).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(keyOf("s".repeat(300))).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(keyOf("s".repeat(300))).not.toBe(keyOf("t".repeat(300)));
});
