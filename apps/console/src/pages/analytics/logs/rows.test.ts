import { expect, test } from "vitest";
import { keysOf } from "./rows.ts";

test("equal rows have different keys", () => {
  const row = { project: "shop", url: "/v7/hat.jpg", at: "2026-11-29T00:00:00.000Z" };
  expect(new Set(keysOf([row, row, { ...row, project: "other" }])).size).toBe(3);
});
