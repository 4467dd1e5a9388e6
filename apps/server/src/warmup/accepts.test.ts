import { chooseFormat, OUTPUT_FORMATS } from "@freshet/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { acceptsOf } from "./accepts.ts";

const photograph = { format: "jpeg", hasAlpha: false, pages: 1 } as const;
const formatsOf = (auto: readonly (typeof OUTPUT_FORMATS)[number][]) =>
  acceptsOf(auto, undefined).map(
    (accept) => chooseFormat({ requested: undefined, accept, source: photograph, auto }).format,
  );

test("each format that the project negotiates is asked for once, and the original's own", () => {
  expect(formatsOf(["avif", "webp"])).toEqual(["avif", "webp", "jpeg"]);
  expect(formatsOf(["webp"])).toEqual(["webp", "jpeg"]);
  expect(formatsOf([])).toEqual(["jpeg"]);
});

test("a URL that names its format is asked for once", () => {
  expect(acceptsOf(["avif", "webp"], { force_format: ["png"] })).toHaveLength(1);
});

test("whatever a project negotiates, every answer that Accept can lead to is among them", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...OUTPUT_FORMATS]), (auto) => {
      const warm = new Set(formatsOf(auto));
      for (const format of auto) expect(warm).toContain(format);
      expect(warm).toContain("jpeg");
    }),
  );
});
