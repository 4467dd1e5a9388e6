import fc from "fast-check";
import { expect, test } from "vitest";
import type { Writer } from "./curves.ts";
import { hold } from "./hold.ts";

/** An encoder whose points and bytes grow with its quality: points by a straight line, bytes by the square. */
function encoder(slope: number, at50: number) {
  const tried: number[] = [];
  return {
    tried,
    pointsAt: (quality: number) => Math.min(100, at50 + slope * (quality - 50)),
    async write(quality: number) {
      tried.push(quality);
      return { bytes: new Uint8Array(100 + quality ** 2), quality };
    },
  };
}

const writer = fc.constantFrom<Writer>("avif", "mozjpeg");
const slope = fc.double({ min: 0.2, max: 1.2, noNaN: true });
const at50 = fc.double({ min: 30, max: 80, noNaN: true });
const points = fc.double({ min: 40, max: 92, noNaN: true });
const quality = fc.integer({ min: 1, max: 100 });

test("what is found has the points and no more bytes than allowed, in a few encodings", async () => {
  await fc.assert(
    fc.asyncProperty(writer, slope, at50, points, quality, quality, async (by, a, b, held, from, most) => {
      const { write, pointsAt, tried } = encoder(a, b);
      const pointsOf = async (encoded: { readonly quality: number }) => pointsAt(encoded.quality);
      const wanted = { points: held, most: 100 + most ** 2, writer: by, from, write, pointsOf };
      const found = await hold(wanted);
      expect(tried.length).toBeLessThanOrEqual(4);
      expect(new Set(tried).size).toBe(tried.length);
      if (found === undefined) return;
      expect(pointsAt(found.quality)).toBeGreaterThanOrEqual(held);
      expect(found.bytes.length).toBeLessThanOrEqual(wanted.most);
      // None of those that were tried would have been smaller and good enough.
      for (const each of tried.filter((one) => pointsAt(one) >= held)) {
        expect(each).toBeGreaterThanOrEqual(found.quality);
      }
    }),
  );
});

test("nothing more is encoded when too little has too many bytes already", async () => {
  const { write, tried } = encoder(1, 10);
  const pointsOf = async () => 10;
  expect(await hold({ points: 80, most: 500, writer: "avif", from: 60, write, pointsOf })).toBeUndefined();
  expect(tried).toEqual([60]);
});
