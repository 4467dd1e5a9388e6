import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import type { Color } from "../codecs/color.ts";
import type { Transformation } from "../operations/index.ts";
import { asked, decode, distance, painted, type Rgba } from "./fixtures.test.support.ts";
import { render } from "./render.ts";

const ORANGE: Color = { red: 255, green: 128, blue: 0 };
const ORANGE_PIXEL: Rgba = [255, 128, 0, 255];
const WHITE: Rgba = [255, 255, 255, 255];

/** Left half transparent, right half blue. */
const halfClear = (width: number, height: number) =>
  painted(width, height, (x) => (x < width / 2 ? [0, 0, 0, 0] : [0, 0, 255, 255]));

const solid = (background: string | object, channels: 3 | 4 = 3) =>
  sharp({ create: { width: 40, height: 20, channels, background } });

async function corners(
  original: Uint8Array,
  transformation: Transformation,
  format: "jpeg" | "png" | "webp" | "avif",
) {
  const { at, width, height } = await decode((await render(original, transformation, { format })).bytes);
  return { topLeft: at(2, 2), middle: at(width >> 1, height >> 1), right: at(width - 3, height >> 1) };
}

describe("transparency", () => {
  it("is white in a JPEG, or bg_color", async () => {
    const original = await halfClear(40, 20);
    const plain = await corners(original, {}, "jpeg");
    expect(distance(plain.topLeft, WHITE)).toBeLessThan(8);
    expect(distance(plain.right, [0, 0, 255, 255])).toBeLessThan(8);
    const filled = await corners(original, { resize: { bg_color: ORANGE } }, "jpeg");
    expect(distance(filled.topLeft, ORANGE_PIXEL)).toBeLessThan(12);
  });

  test.each(["png", "webp", "avif"] as const)(
    "is kept in %s, and filled when bg_color is given",
    async (format) => {
      const original = await halfClear(40, 20);
      expect((await corners(original, { resize: { w: 30 } }, format)).topLeft[3]).toBe(0);
      const filled = await corners(original, { resize: { w: 30, bg_color: ORANGE } }, format);
      expect(distance(filled.topLeft, ORANGE_PIXEL)).toBeLessThan(12);
    },
  );

  it("does not darken edges where it is scaled", async () => {
    const original = await painted(64, 64, (x, y) => ((x + y) % 2 ? [255, 255, 255, 255] : [0, 0, 0, 0]));
    const { middle } = await corners(original, { resize: { w: 16 } }, "png");
    expect(middle[0]).toBeGreaterThan(250);
    expect(Math.abs(middle[3] - 128)).toBeLessThan(6);
  });
});

describe("padding", () => {
  const fit: Transformation = { resize: { w: 100, h: 100, func: "fit" } };
  test.each(["png", "webp", "avif"] as const)("is transparent in %s", async (format) => {
    const original = await solid("#00f").jpeg().toBuffer();
    expect((await corners(original, fit, format)).topLeft[3]).toBe(0);
    expect(distance((await corners(original, fit, format)).middle, [0, 0, 255, 255])).toBeLessThan(8);
  });

  it("is white in a JPEG", async () => {
    expect(
      distance((await corners(await solid("#00f").png().toBuffer(), fit, "jpeg")).topLeft, WHITE),
    ).toBeLessThan(4);
  });

  test.each(["jpeg", "png", "webp", "avif"] as const)("takes bg_color in %s", async (format) => {
    const { topLeft } = await corners(
      await solid("#00f").png().toBuffer(),
      { resize: { ...fit.resize, bg_color: ORANGE } },
      format,
    );
    expect(distance(topLeft, ORANGE_PIXEL)).toBeLessThan(12);
  });

  it("shows in the corners a turn bares", async () => {
    const original = await solid("#00f").png().toBuffer();
    expect((await corners(original, { rotate: { r: 45 } }, "png")).topLeft[3]).toBe(0);
    expect(distance((await corners(original, { rotate: { r: 45 } }, "jpeg")).topLeft, WHITE)).toBeLessThan(
      12,
    );
    const colored = await corners(original, { rotate: { r: 45 }, resize: { bg_color: ORANGE } }, "png");
    expect(distance(colored.topLeft, ORANGE_PIXEL)).toBeLessThan(4);
  });
});

describe("inputs that are not 8-bit sRGB", () => {
  const grey = (alpha: boolean) => {
    const image = alpha ? solid({ r: 100, g: 100, b: 100, alpha: 0.5 }, 4) : solid("#646464");
    return image.toColourspace("b-w").png().toBuffer();
  };

  test.each(["jpeg", "png", "webp", "avif"] as const)("grey stays grey in %s", async (format) => {
    const { middle } = await corners(await grey(false), { resize: { w: 20 } }, format);
    expect(distance(middle, [100, 100, 100, 255])).toBeLessThan(4);
  });

  test.each(["jpeg", "png", "webp", "avif"] as const)(
    "grey takes coloured padding, corners and ground in %s",
    async (format) => {
      const resize = { w: 100, h: 100, func: "fit", bg_color: ORANGE } as const;
      const padded = await corners(await grey(false), { resize }, format);
      expect(distance(padded.topLeft, ORANGE_PIXEL)).toBeLessThan(12);
      expect(distance(padded.middle, [100, 100, 100, 255])).toBeLessThan(6);
      const turned = await corners(
        await grey(false),
        { resize: { bg_color: ORANGE }, rotate: { r: 45 } },
        format,
      );
      expect(distance(turned.topLeft, ORANGE_PIXEL)).toBeLessThan(16);
      const behind = await corners(await grey(true), { resize: { w: 20, bg_color: ORANGE } }, format);
      expect(distance(behind.middle, [178, 114, 50, 255])).toBeLessThan(12);
    },
  );

  it("16 bits come out as 8, padding and ground included", async () => {
    const deep = await solid("#c86432").toColourspace("rgb16").png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    const { middle, topLeft } = await corners(
      deep,
      { resize: { w: 100, h: 100, func: "fit", bg_color: ORANGE } },
      "png",
    );
    expect(distance(middle, [200, 100, 50, 255])).toBeLessThan(3);
    expect(distance(topLeft, ORANGE_PIXEL)).toBeLessThan(3);
    const deepGrey = await solid("#646464").toColourspace("grey16").png().toBuffer();
    const greyed = await corners(
      deepGrey,
      { resize: { w: 100, h: 100, func: "fit", bg_color: ORANGE } },
      "webp",
    );
    expect(distance(greyed.middle, [100, 100, 100, 255])).toBeLessThan(6);
    expect(distance(greyed.topLeft, ORANGE_PIXEL)).toBeLessThan(12);
    for (const format of ["jpeg", "png", "webp", "avif"] as const) {
      const variant = await render(deep, {}, { format });
      expect((await sharp(variant.bytes).metadata()).depth).toBe("uchar");
    }
  });

  it("CMYK becomes sRGB", async () => {
    const cmyk = await solid("#2060c0").toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe("cmyk");
    for (const format of ["jpeg", "png", "webp", "avif"] as const) {
      const variant = await render(cmyk, { resize: { w: 20 } }, { format });
      expect((await sharp(variant.bytes).metadata()).space).toBe("srgb");
      const { at } = await decode(variant.bytes);
      // CMYK holds fewer blues than sRGB, so the colour is near and not the same.
      expect(distance(at(10, 5), [32, 96, 192, 255])).toBeLessThan(60);
      expect(at(10, 5)[2]).toBeGreaterThan(at(10, 5)[0] + 60);
      const resize = { w: 100, h: 100, func: "fit", bg_color: ORANGE } as const;
      expect(distance((await corners(cmyk, { resize }, format)).topLeft, ORANGE_PIXEL)).toBeLessThan(12);
    }
  });

  it("Display P3 becomes sRGB and the profile is dropped", async () => {
    const raw = new Uint8Array(40 * 20 * 3).map((_, index) => [200, 100, 50][index % 3] ?? 0);
    const tagged = await sharp(raw, { raw: { width: 40, height: 20, channels: 3 } })
      .withIccProfile("p3", { attach: true })
      .png()
      .toBuffer();
    const p3 = (await sharp(tagged, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3);
    const expected = toSrgb([p3[0] ?? 0, p3[1] ?? 0, p3[2] ?? 0]);
    for (const format of ["jpeg", "png", "webp", "avif"] as const) {
      const variant = await render(tagged, { resize: { w: 20 } }, { format });
      const metadata = await sharp(variant.bytes).metadata();
      expect(metadata.icc).toBeUndefined();
      expect(distance((await decode(variant.bytes)).at(10, 5), expected)).toBeLessThan(6);
    }
  });
});

describe("filters on inputs that are not 8-bit sRGB", () => {
  const middleOf = async (original: Uint8Array, query: string) =>
    (await corners(original, asked(query), "png")).middle;

  it("see the sRGB colour of Display P3", async () => {
    const raw = new Uint8Array(40 * 20 * 3).map((_, index) => [200, 100, 50][index % 3] ?? 0);
    const tagged = await sharp(raw, { raw: { width: 40, height: 20, channels: 3 } })
      .withIccProfile("p3", { attach: true })
      .png()
      .toBuffer();
    const p3 = (await sharp(tagged, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3);
    const [red, green, blue] = toSrgb([p3[0] ?? 0, p3[1] ?? 0, p3[2] ?? 0]);
    const inverted = await middleOf(tagged, "invert=1");
    expect(distance(inverted, [255 - red, 255 - green, 255 - blue, 255])).toBeLessThan(6);
  });

  it("see 16 bits as 8, and give grey pictures colour", async () => {
    const deep = await solid("#c86432").toColourspace("rgb16").png().toBuffer();
    expect(await middleOf(deep, "invert=1")).toEqual([55, 155, 205, 255]);
    const grey = await solid("#646464").toColourspace("b-w").png().toBuffer();
    expect(await middleOf(grey, "colorize=f00,0.5")).toEqual([178, 50, 50, 255]);
    const jpeg = await solid("#646464").greyscale().jpeg({ quality: 100 }).toBuffer();
    expect(await middleOf(jpeg, "duotone=000,0f0")).toEqual([0, 100, 0, 255]);
  });
});

/** Display P3 to sRGB by the published primaries; both use the same curve and white. */
function toSrgb(p3: readonly [number, number, number]): Rgba {
  const linear = p3.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [r = 0, g = 0, b = 0] = linear;
  const mixed = [1.2249 * r - 0.2247 * g, -0.042 * r + 1.0419 * g, -0.0197 * r - 0.0786 * g + 1.0979 * b];
  const [red = 0, green = 0, blue = 0] = mixed.map((value) => {
    const share = Math.min(1, Math.max(0, value));
    return Math.round(255 * (share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055));
  });
  return [red, green, blue, 255];
}
