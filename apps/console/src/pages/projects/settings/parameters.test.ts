import fc from "fast-check";
import { expect, it } from "vitest";
import { parameterIn, withParameter } from "./parameters.ts";

it("finds, replaces, adds and removes one parameter and touches no other", () => {
  expect(parameterIn("w=400&q=80", "q")).toBe("80");
  expect(parameterIn("w=400", "q")).toBeUndefined();
  expect(withParameter("w=400&q=80&p=a", "q", "60")).toBe("w=400&q=60&p=a");
  expect(withParameter("w=400", "q", "60")).toBe("w=400&q=60");
  expect(withParameter("q=80&w=400", "q", undefined)).toBe("w=400");
  expect(withParameter("", "q", undefined)).toBe("");
});

it("reads back what it wrote", () => {
  const word = fc.stringMatching(/^[a-z_]{1,5}$/);
  const value = fc.stringMatching(/^[a-z0-9=:,]{0,6}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(word, value)), word, value, (pairs, name, next) => {
      const text = pairs.map((pair) => pair.join("=")).join("&");
      expect(parameterIn(withParameter(text, name, next), name)).toBe(next);
    }),
  );
});
