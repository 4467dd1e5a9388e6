import fc from "fast-check";
import { expect, test } from "vitest";
import type { Gravity } from "./codecs/gravity.ts";
import { effectiveTransformation } from "./effective-transformation.ts";
import type { OperationValues } from "./operations/index.ts";
import { planResize } from "./resize/plan.ts";

const GRAVITIES: readonly Gravity[] = [
  ...(["center", "north", "southwest"] as const),
  "auto",
  { x: 30, y: 70, unit: "p" },
  { x: 10, y: 900, unit: "px" },
];
const side = fc.integer({ min: 1, max: 9000 });
const values: fc.Arbitrary<OperationValues["resize"]> = fc.record(
  {
    w: fc.integer({ min: 1, max: 8192 }),
    h: fc.integer({ min: 1, max: 8192 }),
    dpr: fc.constantFrom(0.5, 1, 1.5, 2, 3.3),
    func: fc.constantFrom("crop", "fit", "cropfit", "bound", "boundmin", "cover"),
    gravity: fc.constantFrom(...GRAVITIES),
    aspect_ratio: fc.constantFrom({ min: 0.5, max: 0.5 }, { min: 1, max: 2 }, { min: 3, max: 3 }),
    org_if_sml: fc.boolean(),
    margin: fc.constantFrom(0, 7, 300),
    fit_enlarge: fc.boolean(),
  },
  { requiredKeys: [] },
);

test("fewer words give the same plan for every picture", () => {
  fc.assert(
    fc.property(values, side, side, (resize, width, height) => {
      const effective = effectiveTransformation({ resize }).resize ?? {};
      expect(planResize(effective, { width, height })).toEqual(planResize(resize, { width, height }));
    }),
    { numRuns: 1000 },
  );
});
