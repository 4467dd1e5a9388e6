import { expect, it } from "vitest";
import { placeInProject } from "./place.ts";

it("stays on the kind of page when another project is chosen", () => {
  expect(placeInProject("/p/shop/settings", "blog")).toBe("/p/blog/settings");
  expect(placeInProject("/p/shop/invalidation/0b1c", "blog")).toBe("/p/blog/invalidation");
  expect(placeInProject("/p/a%2Fb/warmup", "c/d")).toBe("/p/c%2Fd/warmup");
  expect(placeInProject("/users", "blog")).toBe("/p/blog/invalidation");
});
