import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  animation,
  asked,
  decode,
  distance,
  painted,
  pixelsOf,
  type Rgba,
} from "../fixtures.test.support.ts";
import { render } from "../render.ts";
import { saturation } from "./recolor.ts";

type Rgb = readonly [number, number, number];
const A: Rgb = [100, 150, 200];
const B: Rgb = [200, 100, 50];

// Worked out with pen and paper from the formulas of the reference.
test.each<[string, Rgb, Rgb]>([
  ["bright=20", A, [151, 201, 251]], // + 51
  ["bright=-40", A, [0, 48, 98]], // − 102
  ["bright=255", A, [255, 255, 255]], // clamped to 100
  ["contrast=20", A, [88, 160, 232]], // 127.5 + 1.44 (c − 127.5)
  ["contrast=-100", A, [128, 128, 128]],
  ["contrast=100", A, [18, 218, 255]], // factor 4: 17.5, 217.5, 417.5
  ["saturate=-100", A, [150, 150, 150]], // (200 + 100) / 2
  ["saturate=60", A, [70, 150, 230]],
  ["saturate=100", [20, 30, 240], [5, 16, 255]], // saturation ends at 1: 250 / 220 of the way
  ["gray=1", A, [143, 143, 143]], // 21.26 + 107.28 + 14.44
  ["grey=1", B, [118, 118, 118]], // 42.52 + 71.52 + 3.61
  ["sepia=1", B, [165, 147, 114]],
  ["sepia=50", B, [182, 123, 82]],
  ["invert=1", A, [155, 105, 55]],
  ["negative=1", B, [55, 155, 205]],
  ["duotone=ff0000,0000ff", B, [137, 0, 118]], // 117.65 of 255
  ["duotone=ff0000,0000ff,0.5", B, [169, 50, 84]], // 168.7, 50, 83.8
  ["colorize=1e90ff,0.4", B, [132, 118, 132]],
  ["colorise=fff", B, [228, 178, 153]], // half way: 227.5, 177.5, 152.5
  ["f=bright:10,gray", B, [144, 144, 144]], // 226, 126, 76 first
  ["f=gray,bright:10", B, [144, 144, 144]], // the order of the table, not of the text
  ["f=bright:100,bright:10,gray", B, [144, 144, 144]], // the last of equals
  ["f=duotone:f00,00f,0.5,invert:0", B, [169, 50, 84]],
  ["bright=0&contrast=0&saturate=0&gray=0&sepia=0&invert=0&blur=0&pixelate=1&sharp=0&radius=0", A, A],
])("%s makes %j %j", async (query, from, to) => {
  const original = await painted(4, 3, () => [...from, 255]);
  for (const format of ["png", "webp"] as const) {
    const { bytes } = await render(original, { ...asked(query), encode: { q: 100 } }, { format });
    const tolerance = format === "png" ? 0 : 4;
    expect(distance((await decode(bytes)).at(2, 1), [...to, 255]), format).toBeLessThanOrEqual(tolerance);
  }
});

test("a blur of one colour is that colour", async () => {
  for (const value of [0.5, 1, 2, 3, 5, 6, 7, 9, 40, 100]) {
    const original = await painted(30, 20, () => [...A, 255]);
    for (const query of [`blur=${value}`, `f=blur:${value},sharp:2`]) {
      expect((await pixelsOf(original, query)).at(15, 10), query).toEqual([...A, 255]);
    }
  }
});

test("every filter leaves transparency alone", async () => {
  const original = await painted(8, 8, (x) => [200, 100, 50, x * 32]);
  for (const query of [
    "bright=20",
    "f=saturate:50,contrast:-20",
    "gray=1",
    "invert=1",
    "colorize=f00",
    "sharp=2",
  ]) {
    const { at } = await pixelsOf(original, query);
    expect(
      [0, 1, 4, 7].map((x) => at(x, 3)[3]),
      query,
    ).toEqual([0, 32, 128, 224]);
  }
});

test("saturation is HSL's, for every colour", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(byte, byte, byte, fc.integer({ min: -100, max: 100 }), (red, green, blue, value) => {
      const data = Uint8Array.of(red, green, blue);
      saturation({ kind: "saturation", factor: 1 + value / 100 })(data, 3, 0, 3);
      const [hue, saturated, light] = toHsl(red, green, blue);
      const expected = fromHsl(hue, Math.min(1, saturated * (1 + value / 100)), light);
      for (const [band, each] of expected.entries())
        expect(Math.abs((data[band] ?? 0) - each)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2000 },
  );
});

/** CSS Color Module Level 4 §7. */
function toHsl(...bytes: Rgb): Rgb {
  const [red, green, blue] = bytes.map((each) => each / 255) as unknown as Rgb;
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const light = (most + least) / 2;
  if (most === least) return [0, 0, light];
  const reach = most - least;
  const saturated = (most - light) / Math.min(light, 1 - light);
  const hue =
    most === red
      ? (green - blue) / reach + (green < blue ? 6 : 0)
      : most === green
        ? (blue - red) / reach + 2
        : (red - green) / reach + 4;
  return [hue * 60, saturated, light];
}

function fromHsl(hue: number, saturated: number, light: number): Rgb {
  const channel = (shift: number) => {
    const turn = (shift + hue / 30) % 12;
    const value =
      light - saturated * Math.min(light, 1 - light) * Math.max(-1, Math.min(turn - 3, 9 - turn, 1));
    return Math.round(255 * value);
  };
  return [channel(0), channel(8), channel(4)];
}

/** Dark left of 32, bright from there on. */
const edge = () => painted(64, 16, (x) => (x < 32 ? [60, 60, 60, 255] : [180, 180, 180, 255]));

/** How bright a blurred edge is at the middle of a column: the bell curve, summed up. */
function softEdge(column: number, sigma: number): number {
  const steps = 2000;
  let [sum, below] = [0, 0];
  for (let step = -steps; step < steps; step++) {
    const away = ((step + 0.5) * (6 * sigma)) / steps;
    const weight = Math.exp(-(away * away) / (2 * sigma * sigma));
    sum += weight;
    if (column + 0.5 + away >= 32) below += weight;
  }
  return 60 + (120 * below) / sum;
}

describe("neighbourhoods", () => {
  test.each([4, 10, 16])(
    "blur=%d spreads an edge as a bell curve with half of it as sigma",
    async (value) => {
      const { at } = await pixelsOf(await edge(), `blur=${value}`);
      for (const column of [20, 26, 30, 31, 32, 35, 42]) {
        expect(Math.abs(at(column, 8)[0] - softEdge(column, value / 2)), `column ${column}`).toBeLessThan(5);
      }
    },
  );

  it("pixelate gives each square its mean, those at the far edges too", async () => {
    const original = await painted(10, 7, (x, y) => [x * 20, y * 30, 100, 255]);
    const { at } = await pixelsOf(original, "pixelate=4");
    // Columns 0–3, 4–7, 8–9 and rows 0–3, 4–6.
    for (const [x, y, red, green] of [
      [0, 0, 30, 45],
      [3, 3, 30, 45],
      [4, 0, 110, 45],
      [9, 3, 170, 45],
      [0, 4, 30, 150],
      [9, 6, 170, 150],
    ] as const) {
      expect(at(x, y)).toEqual([red, green, 100, 255]);
    }
  });

  it("pixelate weighs by opacity", async () => {
    const original = await painted(2, 2, (x) => (x === 0 ? [200, 0, 0, 255] : [0, 200, 0, 0]));
    expect((await pixelsOf(original, "pixelate=2")).at(1, 1)).toEqual([200, 0, 0, 128]);
  });

  test.each([0.8, 1, 4])("sharp=%d adds so many times what a blur takes away", async (amount) => {
    const { at } = await pixelsOf(await edge(), `sharp=${amount}`);
    for (const column of [20, 29, 30, 31, 32, 33, 34, 50]) {
      const value = column < 32 ? 60 : 180;
      const expected = Math.min(255, Math.max(0, value + amount * (value - softEdge(column, 1))));
      expect(Math.abs(at(column, 8)[0] - expected), `column ${column}`).toBeLessThan(3 + 3 * amount);
    }
  });

  it("a blur does not bring the colour of what is transparent to light", async () => {
    const original = await painted(32, 8, (x) => (x < 16 ? [0, 255, 0, 0] : [200, 0, 0, 255]));
    const [red, green, , alpha] = (await pixelsOf(original, "blur=6")).at(14, 4);
    expect(green).toBeLessThan(4);
    expect(red).toBeGreaterThan(190);
    expect(alpha).toBeGreaterThan(20);
    expect(alpha).toBeLessThan(128);
  });
});

describe("on an animation", () => {
  const red = [255, 0, 0] as const;
  test.each<[string, Rgb]>([
    ["bright=-40", [153, 0, 0]],
    ["contrast=-20", [209, 46, 46]], // factor 0.64: 127.5 ± 81.6
    ["saturate=-100", [128, 128, 128]],
    ["gray=1", [54, 54, 54]],
    ["sepia=1", [100, 89, 69]],
    ["invert=1", [0, 255, 255]],
    ["duotone=000,fff", [54, 54, 54]],
    ["colorize=0f0,0.4", [153, 102, 0]],
    ["pixelate=5", red],
    ["blur=1", red],
    ["sharp=1", red],
  ])("%s does the same to every frame", async (query, expected) => {
    const original = await animation(40, 20, 4, "webp");
    const { bytes, pages } = await render(
      original,
      { ...asked(query), encode: { q: 100 } },
      { format: "webp" },
    );
    expect(pages).toBe(4);
    // The red quarter goes round clockwise from the top left.
    for (const [page, [x, y]] of (
      [
        [10, 5],
        [30, 5],
        [30, 15],
        [10, 15],
      ] as const
    ).entries()) {
      const pixel: Rgba = (await decode(bytes, page)).at(x, y);
      expect(distance(pixel, [...expected, 255]), `frame ${page}: ${pixel}`).toBeLessThan(14);
    }
  });
});
