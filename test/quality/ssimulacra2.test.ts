import { expect, test } from "vitest";
import { DISTORTIONS, night, scene } from "../../bench/quality/patterns.ts";
import { judge } from "../../bench/quality/ssimulacra2.ts";

const PICTURES = { scene, night };

/**
 * Scores by the makers' own program, `ssimulacra2` 2.1 (github.com/cloudinary/ssimulacra2 at 81feacf, built with libjxl's code and
 * libhwy 1.0.3), of the pictures of patterns.ts written as PNG. Never by ours.
 */
const REFERENCE: readonly (readonly [
  picture: keyof typeof PICTURES,
  width: number,
  height: number,
  distortion: string,
  score: number,
])[] = [
  ["scene", 320, 240, "none", 100],
  ["scene", 320, 240, "grain", 70.9314],
  ["scene", 320, 240, "steps", 15.0734],
  ["scene", 320, 240, "blocks", -52.0848],
  ["scene", 320, 240, "soft", 69.6359],
  ["scene", 320, 240, "tint", 77.6706],
  ["scene", 320, 240, "faint", 96.8569],
  ["scene", 101, 67, "none", 100],
  ["scene", 101, 67, "grain", 57.6223],
  ["scene", 101, 67, "steps", 52.6692],
  ["scene", 101, 67, "blocks", 23.349],
  ["scene", 101, 67, "soft", 84.4522],
  ["scene", 101, 67, "tint", 84.4483],
  ["scene", 101, 67, "faint", 97.8123],
  ["scene", 40, 30, "none", 100],
  ["scene", 40, 30, "grain", 19.6468],
  ["scene", 40, 30, "steps", 13.9031],
  ["scene", 40, 30, "blocks", -9.0171],
  ["scene", 40, 30, "soft", 76.5303],
  ["scene", 40, 30, "tint", 76.9913],
  ["scene", 40, 30, "faint", 98.0691],
  ["night", 320, 240, "none", 100],
  ["night", 320, 240, "grain", 62.7101],
  ["night", 320, 240, "steps", 32.2926],
  ["night", 320, 240, "blocks", 81.3733],
  ["night", 320, 240, "soft", 95.4785],
  ["night", 320, 240, "tint", 75.2658],
  ["night", 320, 240, "faint", 96.9506],
  ["night", 101, 67, "none", 100],
  ["night", 101, 67, "grain", 57.5622],
  ["night", 101, 67, "steps", 34.86],
  ["night", 101, 67, "blocks", 88.8254],
  ["night", 101, 67, "soft", 93.0481],
  ["night", 101, 67, "tint", 78.2129],
  ["night", 101, 67, "faint", 97.7559],
  ["night", 40, 30, "none", 100],
  ["night", 40, 30, "grain", 10.0677],
  ["night", 40, 30, "steps", 26.6192],
  ["night", 40, 30, "blocks", 87.4265],
  ["night", 40, 30, "soft", 89.5839],
  ["night", 40, 30, "tint", 81.9105],
  ["night", 40, 30, "faint", 97.8901],
];

/** It computes in single precision with approximate roots, which shows where next to nothing differs: there it is up to 1.3 below. */
const tolerance = (score: number) => (score < 95 ? 0.1 : 1.4);

test.each(REFERENCE)(
  "%s of %i × %i with %s scores as by the reference: %d",
  (name, width, height, distortion, score) => {
    const picture = PICTURES[name](width, height);
    const ours = judge(picture)(DISTORTIONS[distortion]?.(picture) ?? picture);
    expect(Math.abs(ours - score)).toBeLessThanOrEqual(tolerance(score));
  },
);

test("every distortion is compared", () => {
  expect(new Set(REFERENCE.map(([, , , distortion]) => distortion))).toEqual(
    new Set(Object.keys(DISTORTIONS)),
  );
});

test("pictures that cannot be compared are refused", () => {
  expect(() => judge(scene(7, 40))).toThrow(RangeError);
  expect(() => judge(scene(40, 40))(scene(40, 41))).toThrow(RangeError);
});
