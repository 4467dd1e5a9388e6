import { expect, test } from "vitest";
import type { Raw } from "../engine.ts";
import { textureOf } from "./texture.ts";

function grey(width: number, height: number, value: (x: number, y: number) => number): Raw {
  const data = Uint8Array.from({ length: width * height }, (_, at) =>
    value(at % width, Math.floor(at / width)),
  );
  return { data, width, height, channels: 1, pages: 1 };
}

test("nothing is seen in a plain colour", () => {
  const texture = textureOf(grey(64, 32, () => 77));
  const [least, none] = [Math.log(0.1), 0];
  expect(texture?.slice(0, 6).map((each) => Math.round(each * 1e6) / 1e6)).toEqual(
    [least, none, none, none, 1, least].map((each) => Math.round(each * 1e6) / 1e6),
  );
  expect(texture?.[6]).toBeCloseTo(Math.log2(64 * 32) / 2);
});

test("stripes of one pixel are fine detail, those of four are broad", () => {
  // 100 ± 20: every pixel is 20 from the mean of its four, and means of four are even.
  const fine = textureOf(grey(32, 32, (x) => (x % 2 === 0 ? 120 : 80)));
  expect(fine?.[5]).toBeCloseTo(Math.log(20.1));
  expect(fine?.[3]).toBeCloseTo(0);
  // Means of sixteen are 120 and 80 in turn.
  const broad = textureOf(grey(32, 32, (x) => (x % 8 < 4 ? 120 : 80)));
  expect(broad?.[5]).toBeCloseTo(Math.log(0.1));
  expect(broad?.[3]).toBeCloseTo(Math.log(401));
  expect(broad?.[4]).toBeCloseTo(20 / 420);
});

test("grey is the same in one channel, in three and in four", () => {
  const one = grey(48, 48, (x, y) => (x * 7 + y * 13) % 256);
  const spread = (channels: 2 | 3 | 4): Raw => ({
    ...one,
    channels,
    data: Uint8Array.from({ length: 48 * 48 * channels }, (_, at) =>
      channels % 2 === 0 && at % channels === channels - 1 ? 255 : (one.data[Math.floor(at / channels)] ?? 0),
    ),
  });
  for (const channels of [2, 3, 4] as const)
    for (const [at, each] of (textureOf(spread(channels)) ?? []).entries())
      expect(each).toBeCloseTo(textureOf(one)?.[at] ?? Number.NaN, 6);
});

test("what cannot be seen has no texture", () => {
  const noise = grey(32, 32, (x, y) => (x * 91 + y * 57) % 256);
  const data = Uint8Array.from({ length: 32 * 32 * 2 }, (_, at) =>
    at % 2 === 0 ? (noise.data[at / 2] ?? 0) : 0,
  );
  expect(textureOf({ ...noise, data, channels: 2 })).toEqual(textureOf(grey(32, 32, () => 255)));
});

test("below sixteen pixels a side there is none", () => {
  expect(textureOf(grey(15, 400, () => 1))).toBeUndefined();
});
