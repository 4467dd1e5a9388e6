import fc from "fast-check";
import { expect, test } from "vitest";
import { NAME_KINDS, nameId } from "./names.ts";
import { Sketch } from "./sketch.ts";

const idOf = (number: number) => nameId(NAME_KINDS.url, "demo", `/picture/${number}.jpg`);
const sketchOf = (numbers: Iterable<number>): Sketch => {
  const sketch = new Sketch();
  for (const number of numbers) sketch.add(idOf(number));
  return sketch;
};
const range = (first: number, count: number) => Array.from({ length: count }, (_, place) => first + place);

test("few things are counted exactly, however often they come", () => {
  const sketch = sketchOf([...range(0, 1_024), ...range(0, 1_024)]);
  expect(sketch.isExact).toBe(true);
  expect(sketch.size).toBe(1_024);
});

test.each([1_500, 5_000, 12_000, 40_000, 100_000])(
  "%i things are counted within five standard errors",
  (count) => {
    const sketch = sketchOf(range(0, count));
    expect(sketch.isExact).toBe(false);
    expect(Math.abs(sketch.size / count - 1)).toBeLessThan(0.08);
  },
);

test("sketches join to that of everything, in any order, twice or once, kept or not", () => {
  const some = fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 1_500 });
  fc.assert(
    fc.property(some, some, some, (a, b, c) => {
      const whole = sketchOf([...a, ...b, ...c]).toString();
      const [one, two, three] = [sketchOf(a), sketchOf(b), sketchOf(c)] as const;
      const forth = Sketch.of(one.toString());
      forth.join(Sketch.of(two.toString()));
      forth.join(three);
      forth.join(two);
      const back = sketchOf(c);
      back.join(two);
      back.join(one);
      expect(forth.toString()).toBe(whole);
      expect(back.toString()).toBe(whole);
      expect(forth.join(one)).toBe(false);
    }),
    { numRuns: 60 },
  );
});
