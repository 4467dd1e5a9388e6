import { expect, test } from "vitest";
import { srcset } from "./srcset.ts";

const E = "https://img.example.com";

test("one candidate per width, ascending, without duplicates", () => {
  expect(srcset(E, "site.example/a.jpg", [800, 400, 400.2, 0, -1])).toBe(
    `${E}/v7/site.example/a.jpg?w=400 400w, ${E}/v7/site.example/a.jpg?w=800 800w`,
  );
  expect(srcset(E, "site.example/a.jpg", [])).toBe("");
});

test("the ratio of the transformation's box stays", () => {
  expect(srcset(E, "site.example/a.jpg", [200], { resize: { w: 400, h: 300, dpr: 2, func: "fit" } })).toBe(
    `${E}/v7/site.example/a.jpg?w=200&h=150&func=fit 200w`,
  );
});

test("versions and other operations are in every candidate", () => {
  expect(srcset(E, "site.example/a.jpg?v=1", [5], { encode: { q: 80 } }, { version: "x", v7: false })).toBe(
    `${E}/site.example%2Fa.jpg%3Fv%3D1?ci_url_encoded=1&w=5&q=80&vh=x 5w`,
  );
});
