import fc from "fast-check";
import { expect, test } from "vitest";
import { faceBlur } from "./face-blur.ts";
import { margin } from "./margin.ts";

const anything = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom("1", "0", "", "30", "1000", "-4", "2.25", "1e3", "p", "60p", "∞"), {
      maxLength: 5,
    })
    .map((parts) => parts.join(",")),
);

test.each([
  ["face_margin", margin],
  ["blur_faces", faceBlur],
] as const)("%s reads back what it writes, whatever it was given", (_, codec) => {
  fc.assert(
    fc.property(anything, (text) => {
      const value = codec.parse(text);
      if (value === undefined) return;
      const written = codec.format(value as never);
      expect(codec.parse(written)).toEqual(value);
      expect(codec.format(codec.parse(written) as never)).toBe(written);
    }),
  );
});

test("a margin is one percentage or two, never less than none", () => {
  expect(["60", "60p", "60,60"].map(margin.parse)).toEqual(Array(3).fill({ x: 60, y: 60 }));
  expect(margin.parse("20,5.5")).toEqual({ x: 20, y: 5.5 });
  expect(margin.parse("-20,9999")).toEqual({ x: 0, y: 500 });
  for (const text of ["", "a", "1,2,3", "20p,5", "1,"]) expect(margin.parse(text)).toBeUndefined();
});

test("faces are blurred by what is told, by what clients mean with a bare 1, or not at all", () => {
  expect(faceBlur.parse("1")).toEqual({ radius: 30, sigma: 1000 });
  expect(faceBlur.parse("1,40")).toEqual({ radius: 40, sigma: 1000 });
  expect(faceBlur.parse("1,40,7.5")).toEqual({ radius: 40, sigma: 7.5 });
  expect(["0", "", "0,40"].map((text) => faceBlur.format(faceBlur.parse(text) as never))).toEqual([
    "0",
    "0",
    "0",
  ]);
  expect(
    ["1,30", "1,30,1000", "1,31", "1,30,8"].map((text) => faceBlur.format(faceBlur.parse(text) as never)),
  ).toEqual([...["1", "1", "1,31", "1,30,8"]]);
  for (const text of ["1,", "1,a", "1,2,b", "1,2,3,4"]) expect(faceBlur.parse(text)).toBeUndefined();
});
