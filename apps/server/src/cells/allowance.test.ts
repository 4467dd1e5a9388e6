import { checkLimits, DEFAULT_LIMITS, type ImageFacts } from "@freshet/core/resize";
import { expect, test } from "vitest";
import { allowanceOf, allowanceToCutOut, limitsWithin } from "./allowance.ts";

const avif = (pixels: number): ImageFacts => ({
  ...{ format: "avif", width: pixels / 4_000, height: 4_000, pages: 1 },
  ...{ hasAlpha: false, pixels, interlaced: false },
});
const lets = (cellBytes: number, pixels: number) => {
  try {
    checkLimits(avif(pixels), 1_000, limitsWithin(cellBytes));
    return true;
  } catch {
    return false;
  }
};

test("an AVIF may have as many pixels as cells have memory for, up to 25 million", () => {
  expect(limitsWithin(360e6)).toEqual(DEFAULT_LIMITS);
  expect(limitsWithin(200e6)).toEqual(DEFAULT_LIMITS);
  expect([lets(360e6, 15e6), lets(360e6, 16e6)]).toEqual([true, false]);
  expect([lets(540e6, 22e6), lets(540e6, 23e6)]).toEqual([true, false]);
  for (const bytes of [600e6, 4e9]) expect([lets(bytes, 25e6), lets(bytes, 26e6)]).toEqual([true, false]);
});

test("of a progressive JPEG coefficients of up to 120 MB are held in the server, more of them in a cell that has room for them", () => {
  const progressive = (megapixels: number, samples: number): ImageFacts => ({
    ...{ ...avif(megapixels * 1e6), format: "jpeg" },
    ...{ interlaced: true, samples },
  });
  const allowance = (facts: ImageFacts, w: number) =>
    allowanceOf(facts, { resize: { w } }, "webp", { images: [] });
  for (const facts of [progressive(18, 3), progressive(36, 1.5)])
    expect(allowance(facts, 800)).toBeUndefined();
  // Measured: 6 bytes a pixel for the coefficients of three full channels.
  for (const megapixels of [24, 34]) {
    const { bytes = 0 } = allowance(progressive(megapixels, 3), 800) ?? {};
    expect(bytes).toBeGreaterThan(75e6 + megapixels * 6e6);
    expect(bytes).toBeLessThan(360e6);
  }
  // What is large besides goes to a cell as it would without.
  expect(allowance(progressive(18, 3), 6_000)).toBeDefined();
});

test("what is cut out is rendered in a cell, and its subject found in one that ends, within the memory of the usual pool", () => {
  const photograph: ImageFacts = { ...avif(12e6), format: "jpeg" };
  const resize = { w: 400 };
  expect(allowanceOf(photograph, { resize }, "webp", { images: [] })).toBeUndefined();
  expect(
    allowanceOf(photograph, { cutout: { bg_remove: true }, resize }, "webp", { images: [] }),
  ).toBeDefined();
  const own = allowanceToCutOut(photograph, "own");
  const beside = allowanceOf(photograph, { cutout: { bg_remove: true }, resize }, "webp", { images: [] });
  expect([own.ends, own.bytes + (beside?.bytes ?? 0) < 360e6]).toEqual([true, true]);
  expect(allowanceToCutOut(photograph, "operators").bytes).toBeLessThan(360e6);
});
