import { randomBytes } from "node:crypto";
import { DEFAULT_LIMITS, probe } from "@freshet/core/resize";
import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { createInspect } from "./inspect.ts";

const FIRST = 4_096;
const HEADER = 65_536;
const MOST = 300_000;
const inspect = createInspect({
  ...DEFAULT_LIMITS,
  maxPixels: { ...DEFAULT_LIMITS.maxPixels, jpeg: MOST, png: MOST, avif: MOST, webp: MOST },
});
const codeOf = async (bytes: Uint8Array) => {
  const verdict = await inspect(bytes);
  if (typeof verdict !== "object") return verdict;
  return "kind" in verdict ? verdict.code : "facts";
};
/** Noise, so that the beginning is no more than the beginning. */
const noise = (width: number, height: number) =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } });

test("what begins like no image is none, whatever it is called", async () => {
  expect(await codeOf(new TextEncoder().encode("<!doctype html>".padEnd(FIRST)))).toBe("IMAGE_UNREADABLE");
  expect(await codeOf(new Uint8Array(FIRST))).toBe("IMAGE_UNREADABLE");
});

test("the first kilobytes of an image lead to a look at more, and drawings are left to the end", async () => {
  const jpeg = await noise(300, 300).jpeg().toBuffer();
  expect(await codeOf(jpeg.subarray(0, FIRST))).toBe("more");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${"<g/>".repeat(2_000)}`;
  expect(await codeOf(new TextEncoder().encode(svg))).toBe("enough");
});

test.each(["jpeg", "png"] as const)("the beginning of a %s says whether it is too large", async (format) => {
  const small = await noise(500, 500).toFormat(format).toBuffer();
  const large = await noise(800, 600).toFormat(format).toBuffer();
  expect(large.length).toBeGreaterThan(2 * HEADER);
  expect(await codeOf(small.subarray(0, HEADER))).toBe(format === "jpeg" ? "facts" : "enough");
  expect(await codeOf(large.subarray(0, HEADER))).toBe("IMAGE_TOO_LARGE");
});

test("the facts of a JPEG's beginning are those of the whole", async () => {
  const sides = fc.integer({ min: 120, max: 400 });
  const how = fc.record({
    ...{ width: sides, height: sides, orientation: fc.integer({ min: 1, max: 8 }) },
    ...{ progressive: fc.boolean(), profile: fc.constantFrom("srgb", "p3", undefined), grey: fc.boolean() },
  });
  await fc.assert(
    fc.asyncProperty(how, async ({ width, height, orientation, progressive, profile, grey }) => {
      const image = noise(width, height).withMetadata({ orientation });
      const colored = profile === undefined ? image : image.withIccProfile(profile);
      const jpeg = await (grey ? colored.greyscale() : colored)
        .jpeg({ quality: 100, progressive, chromaSubsampling: "4:4:4" })
        .toBuffer();
      const padded = Buffer.concat([jpeg, Buffer.alloc(HEADER)]);
      expect(await inspect(padded.subarray(0, HEADER))).toEqual(await probe(jpeg));
    }),
    { numRuns: 20 },
  );
});

test.each(["webp", "avif"] as const)("the beginning of a %s says so, or leads to a look at more", async (format) => {
  const large = await noise(800, 600).toFormat(format, { effort: 0 }).toBuffer();
  expect(["IMAGE_TOO_LARGE", "more"]).toContain(await codeOf(large.subarray(0, HEADER)));
});

test("what cannot be read yet is asked for again", async () => {
  const jpeg = await noise(300, 300).jpeg().toBuffer();
  const padded = Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(HEADER, 0xff)]);
  expect(await codeOf(padded.subarray(0, HEADER))).toBe("more");
});
