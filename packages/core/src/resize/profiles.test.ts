import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { asked, decode, distance, type Rgba } from "./fixtures.test.support.ts";
import {
  ADOBE_RGB,
  greyInSrgb,
  greyProfile,
  inSrgb,
  P3,
  profileOf,
  tagged,
  WIDE,
} from "./profiles.test.support.ts";
import { render } from "./render.ts";

type Triple = readonly [number, number, number];
/** Colours that sRGB has too, and ones that it has not: those come out as the nearest of each channel. */
const COLORS: readonly Triple[] = [
  [0.5, 0.5, 0.5],
  [0.6, 0.4, 0.3],
  [0.3, 0.5, 0.4],
  [1, 1, 1],
  [0, 1, 0],
  [0.9, 0.2, 0.1],
];
const SPACES = [ADOBE_RGB, P3, WIDE];
const WAYS = [
  "",
  "?w=20",
  "?w=30&h=30&func=fit&bg_color=ff8000",
  "?r=30&bg_color=0080ff",
  "?r=5&w=20&pixelate=2",
  "?r=90",
  "?r=90&w=20&radius=2",
  "?trim=1",
];

/** A PNG of one colour, 8 or 16 bits a channel, with numbers as they are. */
async function plain(color: readonly number[], deep: boolean): Promise<Buffer> {
  const most = deep ? 65_535 : 255;
  const [width, height, channels] = [40, 20, color.length as 1 | 3];
  const numbers = Array.from({ length: width * height * channels }, (_, at) =>
    Math.round((color[at % channels] ?? 0) * most),
  );
  const data = deep ? Uint16Array.from(numbers) : Uint8Array.from(numbers);
  const image = sharp(data, { raw: { width, height, channels } });
  const space = channels === 1 ? (deep ? "grey16" : "b-w") : deep ? "rgb16" : "srgb";
  return image.toColourspace(space).png().toBuffer();
}

async function middleOf(
  bytes: Uint8Array,
  query: string,
): Promise<{ readonly middle: Rgba; readonly corner: Rgba }> {
  const variant = await render(bytes, asked(query.slice(1)), { format: "png" });
  expect((await sharp(variant.bytes).metadata()).icc).toBeUndefined();
  const { at, width, height } = await decode(variant.bytes);
  return { middle: at(width >> 1, height >> 1), corner: at(1, 1) };
}

describe.each(SPACES)("a picture in $name", (space) => {
  test.each([
    ["8 bits", false],
    ["16 bits", true],
  ] as const)("of %s has the colours that its profile means", async (_, deep) => {
    for (const color of COLORS) {
      const bytes = tagged(await plain(color, deep), profileOf(space));
      for (const query of WAYS) {
        const { middle, corner } = await middleOf(bytes, query);
        const wanted = inSrgb(
          space,
          color.map((each) => (deep ? each : Math.round(each * 255) / 255)) as unknown as Triple,
        );
        expect(distance(middle, wanted), `${color} ${query}: ${middle} for ${wanted}`).toBeLessThanOrEqual(4);
        const [, ground] = /bg_color=([0-9a-f]+)/.exec(query) ?? [];
        if (ground === undefined) continue;
        const padding = [0, 2, 4].map((from) => Number.parseInt(ground.slice(from, from + 2), 16));
        expect(
          distance(corner, [...padding, 255] as unknown as Rgba),
          `${color} ${query}`,
        ).toBeLessThanOrEqual(2);
      }
    }
  });
});

test.each([
  ["8 bits", false],
  ["16 bits", true],
] as const)("a grey picture of %s with a curve of its own has the greys that it means", async (_, deep) => {
  for (const value of [0.2, 0.5, 0.8]) {
    const bytes = tagged(await plain([value], deep), greyProfile(1.8));
    for (const query of WAYS) {
      const { middle } = await middleOf(bytes, query);
      const wanted = greyInSrgb(1.8, value);
      expect(distance(middle, wanted), `${value} ${query}: ${middle} for ${wanted}`).toBeLessThanOrEqual(4);
    }
  }
});

test.each([false, true])("without a profile numbers are sRGB (16 bits: %s)", async (deep) => {
  for (const color of COLORS) {
    const { middle } = await middleOf(await plain(color, deep), "?w=20");
    const wanted = [...color.map((each) => Math.round(each * 255)), 255] as unknown as Rgba;
    expect(distance(middle, wanted)).toBeLessThanOrEqual(2);
  }
});

test("a profile of garbage is no profile", async () => {
  const bytes = tagged(await plain([0.6, 0.4, 0.3], false), Buffer.alloc(500, 0xa5));
  expect(distance((await middleOf(bytes, "?w=20")).middle, [153, 102, 77, 255])).toBeLessThanOrEqual(2);
});
