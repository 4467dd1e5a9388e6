import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Codec } from "../codec.ts";
import { flip } from "../operations/flip.ts";
import { OPERATIONS } from "../operations/index.ts";
import { color } from "./color.ts";
import { COLOR_NAMES } from "./color-names.ts";
import { degrees } from "./degrees.ts";
import { gravity } from "./gravity.ts";
import { decimal, flag, pixels, readDecimal } from "./number.ts";
import { point } from "./point.ts";
import { radii } from "./radii.ts";
import { ratioRange } from "./ratio.ts";
import { strength } from "./strength.ts";
import { duotone, tint } from "./tint.ts";

const PARAMETERS = OPERATIONS.flatMap(({ parameters }) => Object.entries<Codec<unknown>>(parameters));

/** Texts that come near every form of the table, and any text at all. */
const wireText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."0123456789.,:-+psc#xhvabcdef ".split("")), maxLength: 24 }),
  fc.double().map(String),
  fc
    .tuple(fc.double({ noDefaultInfinity: true }), fc.double(), fc.constantFrom("", "p", "s", "c"))
    .map(([x, y, unit]) => `${x.toFixed(6)}${unit},${y.toFixed(6)}${unit}`),
  fc.constantFrom(
    "1".repeat(400),
    "-0",
    "1e5",
    "0x10",
    "Infinity",
    "NaN",
    "centre",
    "WEBP,webp,jpg",
    "Red",
    "#FFF",
  ),
);

describe.each(PARAMETERS)("%s", (_, codec) => {
  test("reads every text or answers undefined, and gives every value back", () => {
    fc.assert(
      fc.property(wireText, (text) => {
        const value = codec.parse(text);
        if (value === undefined) return;
        expect(codec.parse(codec.format(value))).toStrictEqual(value);
      }),
      { numRuns: 400 },
    );
  });
});

test("decimals are finite, have no sign of zero and no other notation", () => {
  expect(["1120.0", ".5", "-3", "+3", " 7 "].map(readDecimal)).toEqual([1120, 0.5, -3, 3, 7]);
  expect(readDecimal("-0")).toBe(0);
  for (const text of ["", "1e3", "0x1f", "١", "1.2.3", "--1", "1".repeat(400)])
    expect(readDecimal(text)).toBeUndefined();
});

test("pixels are rounded, bounded and never zero", () => {
  const sides = pixels(8192);
  expect(["1120.4", "0.2", "9000", "0", "-5"].map(sides.parse)).toEqual([
    1120,
    1,
    8192,
    undefined,
    undefined,
  ]);
});

test("numbers outside their range are brought to its ends", () => {
  expect(["-3", "0.123456", "7"].map(decimal(0, 5).parse)).toEqual([0, 0.1235, 5]);
});

test("flags are on for everything but 0 and nothing", () => {
  expect(["1", "14629", "true", "0", ""].map(flag.parse)).toEqual([true, true, true, false, false]);
});

test("angles come into one turn", () => {
  expect(["90", "-90", "360", "-360", "450.006", "359.999"].map(degrees.parse)).toEqual([
    90, 270, 0, 0, 90.01, 0,
  ]);
});

test("colours are read from hex of three or six digits and from every CSS name", () => {
  expect(COLOR_NAMES.size).toBe(148);
  for (const [name, hex] of COLOR_NAMES) expect(color.parse(name.toUpperCase())).toEqual(color.parse(hex));
  expect(color.parse("#F80")).toEqual({ red: 255, green: 136, blue: 0 });
  for (const text of ["auto", "transparent", "ff", "ffff", "ff00ff00", "constructor"])
    expect(color.parse(text)).toBeUndefined();
});

test("flips are read in each of their spellings", () => {
  const { parse } = flip.parameters.flip;
  expect(["h", "x", "v", "y", "hv", "vh", "xy", "yx", "HV", "d"].map(parse)).toEqual([
    ...["h", "h", "v", "v", "hv", "hv", "hv", "hv", "hv", undefined],
  ]);
});

test("focal points keep their unit and stay inside it", () => {
  expect(gravity.parse("10,20.5")).toEqual({ x: 10, y: 20.5, unit: "px" });
  expect(gravity.parse("50p,120p")).toEqual({ x: 50, y: 100, unit: "p" });
  expect(gravity.parse("0.5c,-1c")).toEqual({ x: 0.5, y: 0, unit: "c" });
  expect(gravity.parse("Centre")).toBe("center");
  expect(["auto", "Smart", "face", "trim"].map(gravity.parse)).toEqual(["auto", "auto", "face", "trim"]);
  for (const text of ["10p,20", "10", "1,2,3", "faces"]) expect(gravity.parse(text)).toBeUndefined();
});

test("tints and duotones have an opacity of their own", () => {
  const red = { red: 255, green: 0, blue: 0 };
  expect(tint.parse("red")).toEqual({ color: red, opacity: 0.5 });
  expect(tint.parse(" f00 , 7")).toEqual({ color: red, opacity: 1 });
  for (const text of ["", "f00,", "f00,x", "f00,1,1", "0.5"]) expect(tint.parse(text)).toBeUndefined();
  expect(duotone.parse("f00,#f00")).toEqual({ dark: red, light: red, opacity: 1 });
  expect(duotone.format({ dark: red, light: red, opacity: 0.25 })).toBe("ff0000,ff0000,0.25");
  for (const text of ["f00", "f00,", "f00,f00,x", "f00,f00,1,1"]) expect(duotone.parse(text)).toBeUndefined();
});

test("radii are one or four", () => {
  expect(["7.6", "Max", "1,2,3,max", "-3", "99999"].map(radii.parse)).toEqual([
    [8, 8, 8, 8],
    ["max", "max", "max", "max"],
    [1, 2, 3, "max"],
    [0, 0, 0, 0],
    [8192, 8192, 8192, 8192],
  ]);
  for (const text of ["", "1,2", "1,2,3", "1,2,3,4,5", "1,,3,4", "maximum"])
    expect(radii.parse(text)).toBeUndefined();
});

test("a strength of 1 is all of it", () => {
  expect(["1", "0", "0.4", "1.2", "40", "900"].map(strength.parse)).toEqual([100, 0, 0, 100, 40, 100]);
});

test("points are whole pixels inside any readable image", () => {
  expect(point.parse(" 1.6 , -2 ")).toEqual({ x: 2, y: 0 });
  expect(point.parse("1,9999999")).toEqual({ x: 1, y: 100_000 });
  for (const text of ["1", "1,", ",1", "1,2,3", "1e3,2"]) expect(point.parse(text)).toBeUndefined();
});

test("ratios are quotients or ranges, the smaller end first", () => {
  expect(ratioRange.parse("16:9")).toEqual({ min: 1.7778, max: 1.7778 });
  expect(ratioRange.parse("2,1:2")).toEqual({ min: 0.5, max: 2 });
  for (const text of ["0", "1:0", "1000", "1,", "1:2:3"]) expect(ratioRange.parse(text)).toBeUndefined();
});
