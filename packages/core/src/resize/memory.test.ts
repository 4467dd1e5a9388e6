import { expect, it } from "vitest";
import type { ImageFacts } from "./contract.ts";
import { asked, photo } from "./fixtures.test.support.ts";
import { estimateMemory } from "./memory.ts";

const MB = 1_000_000;
const estimate = (query: string, facts: Partial<ImageFacts> = {}) =>
  estimateMemory(photo(facts), asked(query), "webp") / MB;

it("a photograph that is made small takes next to nothing", () => {
  expect(estimate("w=800")).toBeLessThan(15);
  expect(estimate("w=800&blur=5&radius=9")).toBeLessThan(25);
});

it("what has to be held whole is counted as that", () => {
  expect(estimate("w=100", { interlaced: true })).toBeGreaterThan(35);
  // Measured: 107 MB for 18 megapixels in full colour, of a progressive JPEG.
  const progressive = (samples: number) => estimate("w=100", { interlaced: true, samples });
  expect(progressive(3)).toBeGreaterThan(72);
  expect(progressive(1.5)).toBeLessThan(50);
  expect(estimate("w=100", { format: "avif" })).toBeGreaterThan(200);
  expect(estimate("w=100", { format: "gif", pages: 9 })).toBeGreaterThan(50);
  expect(estimate("trim=1&w=100", { format: "png" })).toBeGreaterThan(50);
});

it("what is written with time is held with its senses", () => {
  const as = (late: boolean) => estimateMemory(photo(), asked("w=1200"), "avif", { late }) / MB;
  // Measured: 140 MB for 1.2 megapixels.
  expect(as(true)).toBeGreaterThan(130);
  expect(as(false)).toBeLessThan(60);
});

it("large answers are counted by their pixels, retouched ones more than others", () => {
  expect(estimate("w=99999")).toBeGreaterThan(150);
  const retouched = estimate("w=99999&gray=1");
  expect(retouched).toBeGreaterThan(200);
  expect(estimate("w=99999&h=99999&func=fit&bg_img_fit=1")).toBeGreaterThan(retouched);
});
