import { readTransformation, srcset } from "@freshet/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { boxOf, candidatesOf, usualSizes, widthsFor } from "./candidates.ts";
import { lookOf, values } from "./looks.test.support.ts";

const spelling = { v7: true, keepsNeutral: false };
const ORIGINAL = "https://shop.example/hat.jpg";

it("offers widths around the one that is asked for, and none that the original lacks", () => {
  expect(widthsFor(lookOf("a", { w: "400" }))).toEqual([200, 400, 600, 800]);
  expect(widthsFor(lookOf("a", { w: "200", dpr: "2" }))).toEqual([200, 400, 600, 800]);
  expect(widthsFor(lookOf("a", { w: "400" }), { original: 700 })).toEqual([200, 400, 600]);
  expect(widthsFor(lookOf("a"), { original: 1_300 })).toEqual([320, 640, 960, 1280]);
  expect(widthsFor(lookOf("a"), { original: 100 })).toEqual([100]);
  expect(widthsFor(lookOf("a", { w: "1" }))).toEqual([1, 2]);
  expect(widthsFor(lookOf("a", { w: "400" }), { allowed: [500, 250] })).toEqual([250, 500]);
});

it("writes the candidates that @freshet/core writes", () => {
  fc.assert(
    fc.property(
      values,
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 5 }),
      (wish, some) => {
        const look = lookOf(ORIGINAL, wish);
        const { w, h } = boxOf(look);
        if (w === undefined && h !== undefined) return;
        const widths = [...new Set(some)].sort((a, b) => a - b);
        const pairs = Object.entries(wish).map(([name, value]) => ({ raw: "", name, value }));
        const written = candidatesOf(look, widths, spelling).map(
          (each) => `${each.target} ${each.descriptor}`,
        );
        const own = srcset("", ORIGINAL, widths, readTransformation(pairs).transformation).split(", ");
        const pixels = (candidate: string) => candidate.replace(/[?&](?:w|h)=\d+/g, "").split(" ")[1];
        expect(written.map(pixels)).toEqual(own.map(pixels));
        expect(written.map((each) => /w=\d+/.exec(each)?.[0])).toEqual(
          own.map((each) => /w=\d+/.exec(each)?.[0]),
        );
        expect(written.map((each) => /\bh=\d+/.exec(each)?.[0])).toEqual(
          own.map((each) => /\bh=\d+/.exec(each)?.[0]),
        );
      },
    ),
  );
});

it("goes by pixel ratio where the height is all that is given, and by nothing under a preset", () => {
  expect(candidatesOf(lookOf("_a_/b.jpg", { h: "300" }), [], spelling).map(({ target }) => target)).toEqual([
    "/v7/_a_/b.jpg?h=300",
    "/v7/_a_/b.jpg?h=300&dpr=2",
  ]);
  expect(candidatesOf({ ...lookOf("a", { w: "4" }), preset: "x" }, [4], spelling)).toEqual([]);
  expect([usualSizes(lookOf("a", { w: "400" })), usualSizes(lookOf("a"))]).toEqual([
    "(max-width: 400px) 100vw, 400px",
    "100vw",
  ]);
});
