import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import { cleanDeclarations, cleanStyleSheet } from "./css.ts";
import { joinNumbers, numbersOf, shortNumber } from "./numbers.ts";
import { shortPath } from "./path.ts";
import { sanitiseSvg } from "./sanitise.ts";
import { shortValue } from "./shorten.ts";

test.each([
  ["0.500", ".5"],
  ["-0.50", "-.5"],
  ["+10.000", "10"],
  ["100000", "1e5"],
  ["1.0E+2", "100"],
  ["-0", "0"],
  ["0.00001", "1e-5"],
  ["3.14159265358979", "3.1415927"],
  ["123456.789012", "123456.79"],
  ["1e999", "1e999"],
])("%s is written %s", (long, short) => {
  expect(shortNumber(long)).toBe(short);
});

describe("numbers in a row", () => {
  const written = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map(String),
    fc.integer({ min: -1_000, max: 1_000 }).map((each) => (each / 100).toFixed(3)),
    fc.constantFrom("0", "-0", ".5", "-.5", "1e3", "1.5e-7", "00.50", "+2"),
  );
  it("are the same numbers, whatever is left out between them", () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 12 }), (numbers) => {
        const back = [];
        const text = joinNumbers(numbers.map(shortNumber));
        // Read by the grammar of SVG: the longest number at each place.
        for (const [each] of text.matchAll(/[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/g))
          back.push(Number(each));
        expect(back).toHaveLength(numbers.length);
        for (const [at, each] of back.entries()) {
          const wanted = Number(numbers[at]);
          expect(Math.abs(each - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 5e-8);
        }
      }),
    );
  });
  it("are read with spaces and single commas", () => {
    expect(numbersOf(" 1.0 , 2,3\n4 ")).toEqual(["1", "2", "3", "4"]);
    for (const broken of ["", "1,,2", "1 a", "1,", "url(#a)"]) expect(numbersOf(broken)).toBeUndefined();
  });
});

test.each([
  ["M 10.0 , 20.0 L 30 , 40 Z", "M10 20 30 40Z"],
  ["M0.50 0.50l0.5-0.5", "M.5.5l.5-.5"],
  ["m1 2 m3 4", "m1 2m3 4"],
  ["M1 2L3 4L5 6", "M1 2 3 4 5 6"],
  ["M1 2l3 4L5 6", "M1 2l3 4L5 6"],
  ["M0 0a5 5 0 1110 10", "M0 0a5 5 0 1 1 10 10"],
  ["M0 0A 5 5 0 0,1 .5 .5", "M0 0A5 5 0 0 1 .5.5"],
  ["M0 0z m1 1", "M0 0zm1 1"],
])("the path %s is written %s", (long, short) => {
  expect(shortPath(long)).toBe(short);
});

test.each(["L1 2", "M1", "M1 2,", "M1 2 L", "M1 2 X3", "M0 0a5 5 0 2 0 1 1", "M1 2 L3 4,L5 6"])(
  "the path %s is not by the rules and stays",
  (broken) => {
    expect(shortPath(broken)).toBeUndefined();
    expect(shortValue("d", broken)).toBe(broken);
  },
);

test.each([
  ["transform", "translate( 10.00 , -20.0 ) rotate(45.000)", "translate(10-20)rotate(45)"],
  ["transform", "translate(1px, 2px)", "translate(1px, 2px)"],
  ["width", " 100.00px ", "100px"],
  ["width", "1e2px", "1e2px"],
  ["viewBox", "0.0  0.0 60.0 40.0", "0 0 60 40"],
  ["stroke-dasharray", "none", "none"],
  ["fill", "#FF00aa", "#F0a"],
  ["fill", "#ff01aa", "#ff01aa"],
  ["id", "1.00", "1.00"],
  ["result", "0.50", "0.50"],
])("%s %s is written %s", (name, long, short) => {
  expect(shortValue(name, long)).toBe(short);
});

test.each([
  ["fill:#ff0000;stroke-width:1.0000000px;opacity:0.50", "fill:#f00;stroke-width:1px;opacity:.5"],
  ["stroke-dasharray:10.0.5 1.50", "stroke-dasharray:10 .5 1.5"],
  ["transform:translate(10.00px,calc(1.0px + 2px))", "transform:translate(10px,calc(1px + 2px))"],
  ["fill:rgb(10.0%, 0, 0)", "fill:rgb(10%, 0, 0)"],
])("the style %s is written %s", (long, short) => {
  expect(cleanDeclarations(long, { tokens: 100 })).toBe(short);
});

test("a selector stays as it is", () => {
  expect(cleanStyleSheet("#aabbcc:nth-child(2n+1){x:1.0}", { tokens: 100 })).toBe(
    "#aabbcc:nth-child(2n+1){x:1}",
  );
});

describe("a drawing that was written anew", () => {
  const number = fc
    .tuple(fc.double({ min: -40, max: 140, noNaN: true }), fc.constantFrom(0, 2, 6, 12))
    .map(([value, digits]) => value.toFixed(digits));
  const space = fc.constantFrom(" ", ",", " , ", "\n  ");
  const numbers = (count: number) =>
    fc
      .tuple(fc.array(number, { minLength: count, maxLength: count }), space)
      .map(([each, between]) => each.join(between));
  const flag = fc.constantFrom("0", "1");
  const size = fc.double({ min: 1, max: 60, noNaN: true }).map((each) => each.toFixed(4));
  const part = fc.oneof(
    fc
      .tuple(fc.constantFrom("M", "m", "L", "l", "T", "t"), numbers(2))
      .map(([name, each]) => `${name} ${each}`),
    fc.tuple(fc.constantFrom("H", "h", "V", "v"), numbers(1)).map(([name, each]) => `${name}${each}`),
    fc.tuple(fc.constantFrom("C", "c"), numbers(6)).map(([name, each]) => name + each),
    fc.tuple(fc.constantFrom("S", "s", "Q", "q", "L"), numbers(4)).map(([name, each]) => `${name} ${each} `),
    fc
      .tuple(fc.constantFrom("A", "a"), size, size, number, flag, flag, numbers(2))
      .map(
        ([name, rx, ry, turn, large, sweep, to]) => `${name}${rx},${ry} ${turn} ${large}${sweep}${to.trim()}`,
      ),
    fc.constantFrom("Z", " z "),
  );
  const path = fc
    .tuple(numbers(2), fc.array(part, { maxLength: 12 }))
    .map(([from, parts]) => `M ${from} ${parts.join("")}`);
  const shape = fc
    .record({
      path,
      turn: number,
      by: numbers(2),
      width: size,
      color: fc.constantFrom("#cc3333", "#1177AA", "none"),
    })
    .map(
      ({ path, turn, by, width, color }) =>
        `<g transform="translate( ${by} )  rotate(${turn})"><path d="${path}" fill="${color}" stroke="#000000" stroke-width="${width}" opacity="0.7500"/></g>`,
    );

  it("is the same picture to the pixel, at any size, and never longer", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(60, 400),
        async (shapes, width) => {
          const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0.00 0.00 100.0 100.0" width="${width}.00" height="${width}">\n${shapes.join("\n")}\n</svg>`;
          const before = new TextEncoder().encode(text);
          const after = await sanitiseSvg(before);
          if (!after) throw new Error("it was left out");
          expect(after.length).toBeLessThan(before.length);
          const [old, now] = await Promise.all([before, after].map((each) => sharp(each).raw().toBuffer()));
          const worst = old?.reduce(
            (most, value, at) => Math.max(most, Math.abs(value - (now?.[at] ?? 0))),
            0,
          );
          expect(worst).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 150 },
    );
  });
});
