import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { OutputFormat } from "../format.ts";
import { asked, distance, type Rgba } from "./fixtures.test.support.ts";
import { inP3 } from "./gamut.ts";
import { probe } from "./probe.ts";
import { ADOBE_RGB, P3, profileOf, type Space, tagged, WIDE } from "./profiles.test.support.ts";
import { render } from "./render.ts";

type Triple = readonly [number, number, number];

const P3_CURVE = (share: number) => (share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055);

/** Solves `matrix · x = wanted` by Cramer's rule. */
function solve(matrix: Space["toXyz"], wanted: Triple): Triple {
  const det = ([[a, b, c], [d, e, f], [g, h, i]]: Space["toXyz"]) =>
    a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const whole = det(matrix);
  const column = (at: number) =>
    det(matrix.map((row, y) => row.map((each, x) => (x === at ? wanted[y] : each))) as never) / whole;
  return [column(0), column(1), column(2)];
}

/** The bytes that show a colour of a space in Display P3; what that does not have is clipped. */
function shownInP3({ toXyz, gamma }: Space, color: Triple): Rgba {
  const linear = color.map((each) => each ** gamma);
  const xyz = toXyz.map((row) => row.reduce((sum, each, at) => sum + each * (linear[at] ?? 0), 0));
  const [r, g, b] = solve(P3.toXyz, xyz as unknown as Triple);
  const byte = (light: number) => Math.round(255 * P3_CURVE(Math.min(1, Math.max(0, light))));
  return [byte(r), byte(g), byte(b), 255];
}

// sRGB colours by the published numbers of CSS Color 4: color(display-p3 0.9175 0.2003 0.1386) is red.
const RED_IN_P3: Rgba = [234, 51, 35, 255];
const ORANGE = { red: 255, green: 128, blue: 0 };

async function plain(color: Triple, deep = false, size = { width: 40, height: 20 }): Promise<Buffer> {
  const most = deep ? 65_535 : 255;
  const numbers = Array.from({ length: size.width * size.height * 3 }, (_, at) =>
    Math.round((color[at % 3] ?? 0) * most),
  );
  const data = deep ? Uint16Array.from(numbers) : Uint8Array.from(numbers);
  return sharp(data, { raw: { ...size, channels: 3 } })
    .toColourspace(deep ? "rgb16" : "srgb")
    .png()
    .toBuffer();
}

/** The numbers as they are written, whatever the profile says, and the profile. */
async function written(bytes: Uint8Array) {
  const { icc, exif, pages = 1 } = await sharp(bytes).metadata();
  const { data, info } = await sharp(bytes)
    .keepIccProfile()
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const from = (y * info.width + x) * 4;
    return [...data.subarray(from, from + 4)] as unknown as Rgba;
  };
  return { icc, exif, pages, at, middle: at(info.width >> 1, info.height >> 1), corner: at(1, 1) };
}

const inP3Of = async (bytes: Uint8Array, query: string, format: OutputFormat = "png", more = {}) =>
  written((await render(bytes, asked(query), { format, gamut: "p3", ...more })).bytes);

const WAYS = ["", "w=20", "r=30&w=20", "r=90&radius=2", "trim=1", "bg_img_fit=1&func=fit&w=60&h=60"];

describe.each([ADOBE_RGB, P3, WIDE])("an original in $name", (space) => {
  test.each([false, true])("keeps the colours that Display P3 has (16 bits: %s)", async (deep) => {
    const colors: readonly Triple[] = [
      [1, 0, 0],
      [0.9, 0.2, 0.1],
      [0.2, 0.6, 0.4],
    ];
    for (const color of colors) {
      const bytes = tagged(await plain(color, deep), profileOf(space));
      for (const query of WAYS) {
        const { icc, exif, middle } = await inP3Of(bytes, query);
        const wanted = shownInP3(
          space,
          color.map((each) => (deep ? each : Math.round(each * 255) / 255)) as unknown as Triple,
        );
        expect(distance(middle, wanted), `${color} ${query}: ${middle} for ${wanted}`).toBeLessThanOrEqual(4);
        expect(icc?.length, query).toBeLessThan(600);
        expect(exif).toBeUndefined();
      }
    }
  });
});

test.each([
  ["jpeg", 4],
  ["webp", 4],
  ["avif", 6],
  ["png", 1],
] as const)("%s shows the red that sRGB has not", async (format, error) => {
  const bytes = tagged(await plain([1, 0, 0]), profileOf(P3));
  for (const query of ["q=90", "w=20&q=90", "bright=0&q=90", "w=20"]) {
    const { icc, middle } = await inP3Of(bytes, query, format);
    expect(icc?.toString("latin1")).toContain("acsp");
    expect(distance(middle, [255, 0, 0, 255]), `${query}: ${middle}`).toBeLessThanOrEqual(error);
  }
});

test("what is not wanted, is not wide or cannot say so is sRGB without a profile, to the byte", async () => {
  const wide = tagged(await plain([1, 0.2, 0]), profileOf(P3));
  const bare = await plain([1, 0.2, 0]);
  const garbage = tagged(bare, Buffer.alloc(500, 0xa5));
  for (const [bytes, format, gamut] of [
    [wide, "png", "srgb"],
    [wide, "gif", "p3"],
    [bare, "webp", "p3"],
    [garbage, "avif", "p3"],
  ] as const) {
    const variant = await render(bytes, asked("w=20"), { format, gamut });
    expect((await written(variant.bytes)).icc).toBeUndefined();
    expect(variant.bytes).toEqual((await render(bytes, asked("w=20"), { format })).bytes);
  }
  expect(await probe(wide)).toMatchObject({ isWide: true });
  expect(await probe(bare)).not.toHaveProperty("isWide");
});

describe("colours of a URL are sRGB", () => {
  test("a known one has its published numbers", () => {
    const { red, green, blue } = inP3({ red: 255, green: 0, blue: 0 });
    expect([red, green, blue, 255]).toEqual(RED_IN_P3);
    for (const grey of [0, 1, 10, 128, 255]) {
      expect(inP3({ red: grey, green: grey, blue: grey })).toEqual({ red: grey, green: grey, blue: grey });
    }
  });

  test.each([false, true])("behind, over and in the place of a picture (16 bits: %s)", async (deep) => {
    const bytes = tagged(await plain([0, 1, 0], deep), profileOf(P3));
    for (const [query, place] of [
      ["w=60&h=60&func=fit&bg_color=f00", "corner"],
      ["r=30&bg_color=f00", "corner"],
      ["radius=max&bg_color=f00", "corner"],
      ["colorize=f00,100", "middle"],
      ["duotone=f00,f00", "middle"],
    ] as const) {
      const { [place]: seen } = await inP3Of(bytes, query);
      expect(distance(seen, RED_IN_P3), `${query}: ${seen}`).toBeLessThanOrEqual(2);
    }
  });

  test("as that which the picture itself has most of is", async () => {
    const { corner } = await inP3Of(
      tagged(await plain([0.8, 0.5, 0.2]), profileOf(P3)),
      "w=60&h=60&func=fit&bg_color=auto",
    );
    const wanted = shownInP3(P3, [0.8, 0.5, 0.2]);
    expect(distance(corner, wanted)).toBeLessThanOrEqual(6);
  });
});

describe("a watermark over a wide picture", () => {
  const over = async (mark: Buffer, deep = false) => {
    const images = new Map([["m", mark]]);
    const bytes = tagged(await plain([0, 1, 0], deep), profileOf(P3));
    return (await inP3Of(bytes, "wat=1&wat_url=m&wat_scale=100p", "png", { images })).middle;
  };

  test("has its own colours, with a profile or without one", async () => {
    expect(distance(await over(await plain([1, 0, 0])), RED_IN_P3)).toBeLessThanOrEqual(2);
    expect(distance(await over(await plain([1, 0, 0], true)), RED_IN_P3)).toBeLessThanOrEqual(2);
    for (const deep of [false, true]) {
      const wide = tagged(await plain([1, 0, 0], deep), profileOf(P3));
      expect(distance(await over(wide, deep), [255, 0, 0, 255])).toBeLessThanOrEqual(2);
    }
  });

  test("over one in sRGB it is sRGB, however deep it is", async () => {
    const page = await plain([0, 0, 1]);
    const mark = tagged(await plain([0.8, 0.5, 0.3], true), profileOf(P3));
    const options = { format: "png", gamut: "p3", images: new Map([["m", mark]]) } as const;
    const { bytes } = await render(page, asked("wat=1&wat_url=m&wat_scale=100p"), options);
    const shallow = {
      ...options,
      images: new Map([["m", tagged(await plain([0.8, 0.5, 0.3]), profileOf(P3))]]),
    };
    const other = await render(page, asked("wat=1&wat_url=m&wat_scale=100p"), shallow);
    const [one, two] = [await written(bytes), await written(other.bytes)];
    expect(one.icc).toBeUndefined();
    expect(distance(one.middle, two.middle)).toBeLessThanOrEqual(2);
  });

  test("text has the colour that the URL says", async () => {
    const bytes = tagged(await plain([0, 0, 0], false, { width: 120, height: 120 }), profileOf(P3));
    const { bytes: made } = await render(
      bytes,
      asked("wat=1&wat_text=%E2%96%88MMM&wat_fontsize=100&wat_color=ff8000"),
      { format: "png", gamut: "p3" },
    );
    const { at } = await written(made);
    const { red, green, blue } = inP3(ORANGE);
    const near = Array.from({ length: 120 * 120 }, (_, each) => at(each % 120, Math.floor(each / 120)));
    expect(near.filter((each) => distance(each, [red, green, blue, 255]) <= 2).length).toBeGreaterThan(50);
    expect(near.filter((each) => distance(each, [255, 128, 0, 255]) <= 2).length).toBe(0);
  });
});

test("filters are arithmetic on the numbers of the space that is delivered", async () => {
  const bytes = tagged(await plain([1, 0, 0]), profileOf(P3));
  expect((await inP3Of(bytes, "invert=1")).middle).toEqual([0, 255, 255, 255]);
  expect((await inP3Of(bytes, "gray=1")).middle).toEqual([54, 54, 54, 255]);
});

test("transparency is what it was, and lies on white where a format has none", async () => {
  for (const deep of [false, true]) {
    const clear = await sharp(await plain([1, 0, 0], deep))
      .ensureAlpha(0.5)
      .toColourspace(deep ? "rgb16" : "srgb")
      .png()
      .toBuffer();
    const bytes = tagged(clear, profileOf(P3));
    for (const query of ["", "w=20"]) {
      const { middle } = await inP3Of(bytes, query);
      expect(distance(middle, [255, 0, 0, 128]), `${query} ${middle}`).toBeLessThanOrEqual(2);
      const { middle: flat } = await inP3Of(bytes, `${query}&q=95`, "jpeg");
      expect(distance(flat, [255, 127, 127, 255]), `${query} ${flat}`).toBeLessThanOrEqual(4);
    }
  }
});

test("every frame of an animation is wide, painted whole or frame by frame", async () => {
  const frames = await sharp(
    Buffer.concat(
      [255, 200].map((red) => Buffer.from(Array.from({ length: 40 * 20 }, () => [red, 0, 0]).flat())),
    ),
    { raw: { width: 40, height: 40, channels: 3, pageHeight: 20 } },
  )
    .pipelineColourspace("rgb16")
    .withIccProfile("p3")
    .webp({ lossless: true, delay: [100, 200] })
    .toBuffer();
  expect((await probe(frames)).isWide).toBe(true);
  for (const query of ["w=20&q=95", "w=20&r=90&q=95", "w=20&radius=3&q=95", "w=20&optipress=1"]) {
    const { bytes } = await render(frames, asked(query), { format: "webp", gamut: "p3" });
    const { icc, delay, pages } = await sharp(bytes, { pages: -1 }).metadata();
    expect([pages, delay, icc?.length], query).toEqual([2, [100, 200], 480]);
    for (const [page, red] of [255, 200].entries()) {
      const one = await sharp(bytes, { page })
        .keepIccProfile()
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const from = ((one.info.height >> 1) * one.info.width + (one.info.width >> 1)) * 3;
      const [r = 0, g = 0, b = 0] = one.data.subarray(from, from + 3);
      expect(distance([r, g, b, 255], [red, 0, 0, 255]), `${query}: ${r} ${g} ${b}`).toBeLessThanOrEqual(8);
    }
  }
});

test("what was seen in an original is the same for both gamuts, so that they may share it", async () => {
  const bytes = tagged(await plain([0.9, 0.3, 0.1], false, { width: 128, height: 128 }), profileOf(P3));
  const seen = { p3: new Map<string, readonly number[]>(), srgb: new Map<string, readonly number[]>() };
  for (const gamut of ["p3", "srgb"] as const) {
    const known = seen[gamut];
    const memory = {
      recall: (question: string) => known.get(question),
      remember: (question: string, answer: readonly number[]) => void known.set(question, answer),
    };
    const query = asked("w=64&h=90&func=fit&bg_color=auto&trim=5&optipress=2");
    await render(bytes, query, { format: "webp", rival: "jpeg", gamut, memory });
  }
  expect(seen.p3.size).toBeGreaterThan(1);
  expect(seen.p3).toEqual(seen.srgb);
});

test("the smaller of two formats is wide as well, and every time the same", async () => {
  const bytes = tagged(await plain([0, 1, 0]), profileOf(WIDE));
  const both = { format: "webp", rival: "jpeg", gamut: "p3" } as const;
  const first = await render(bytes, asked("w=20"), both);
  expect((await written(first.bytes)).icc?.length).toBe(480);
  expect((await render(bytes, asked("w=20"), both)).bytes).toEqual(first.bytes);
});
