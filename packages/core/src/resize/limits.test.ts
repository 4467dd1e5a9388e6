import { describe, expect, it, test } from "vitest";
import type { ImageFacts } from "./contract.ts";
import { isRenderError } from "./errors.ts";
import { checkLimits, DEFAULT_LIMITS } from "./limits.ts";

const FACTS: ImageFacts = {
  format: "jpeg",
  width: 1000,
  height: 1000,
  pages: 1,
  hasAlpha: false,
  pixels: 1_000_000,
  interlaced: false,
};

function refusal(
  facts: Partial<ImageFacts & { readonly pixelBytes: number }>,
  byteLength = 1000,
): string | undefined {
  try {
    checkLimits({ ...FACTS, ...facts }, byteLength, DEFAULT_LIMITS);
    return undefined;
  } catch (error) {
    return isRenderError(error) && error.code === "IMAGE_TOO_LARGE" ? error.message : `unexpected: ${error}`;
  }
}

describe("limits", () => {
  test.each<[string, Partial<ImageFacts>, number?]>([
    ["exactly 100 MP of baseline JPEG", { pixels: 100_000_000 }],
    ["exactly 15 MP of AVIF", { format: "avif", pixels: 15_000_000 }],
    ["exactly 50 MP of interlaced PNG", { format: "png", pixels: 50_000_000, interlaced: true }],
    ["exactly 500 frames", { format: "gif", pages: 500 }],
    ["exactly 50 MB", {}, 50_000_000],
    ["exactly 1 MB of SVG", { format: "svg" }, 1_000_000],
  ])("let %s pass", (_, facts, byteLength) => expect(refusal(facts, byteLength)).toBeUndefined());

  test.each<[string, string, Partial<ImageFacts>, number?]>([
    ["a pixel more of baseline JPEG", "100000001 pixels", { pixels: 100_000_001 }],
    ["a pixel more of AVIF", "15000001 pixels", { format: "avif", pixels: 15_000_001 }],
    [
      "a pixel more of interlaced PNG",
      "50000001 pixels",
      { format: "png", pixels: 50_000_001, interlaced: true },
    ],
    ["one frame more", "501 frames", { format: "gif", pages: 501 }],
    ["one byte more", "50000001 bytes", {}, 50_000_001],
    ["one byte more of SVG", "1000001 bytes", { format: "svg" }, 1_000_001],
  ])("refuse %s and say what there was", (_, found, facts, byteLength) => {
    expect(refusal(facts, byteLength)).toContain(found);
  });

  it("bound what a decoder holds at once", () => {
    const deep = {
      format: "png",
      interlaced: true,
      width: 6_500,
      height: 6_500,
      pixels: 42_250_000,
    } as const;
    expect(refusal({ ...deep, pixelBytes: 4 })).toBeUndefined();
    expect(refusal({ ...deep, pixelBytes: 8 })).toContain("338000000 bytes to hold at once");
    const progressive = { interlaced: true, width: 8_000, height: 6_000, pixels: 48_000_000 } as const;
    expect(refusal({ ...progressive, samples: 3 })).toBeUndefined();
    expect(refusal({ ...progressive, samples: 4 })).toContain("393600000 bytes to hold at once");
    expect(refusal({ format: "gif", width: 9_000, height: 9_000, pixels: 81_000_000 })).toContain(
      "bytes to hold",
    );
    expect(refusal({ format: "webp", width: 9_000, height: 9_000, pixels: 81_000_000 })).toContain(
      "bytes to hold",
    );
  });

  it("never allow more for an interlaced picture than for its format", () => {
    expect(refusal({ format: "avif", pixels: 30_000_000, interlaced: true })).toContain("limit is 15000000");
  });
});
