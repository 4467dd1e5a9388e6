import fc from "fast-check";
import { beforeAll, describe, expect, it, test } from "vitest";
import { font, fontSize } from "../codecs/font.ts";
import { line } from "../codecs/text.ts";
import { outline } from "./effects/typeface.ts";
import {
  animation,
  asked,
  decode,
  type Pixels,
  painted,
  pixelsOf,
  type Rgba,
} from "./fixtures.test.support.ts";
import { render } from "./render.ts";

const WHITE: Rgba = [255, 255, 255, 255];
let page: Buffer;

beforeAll(async () => {
  page = await painted(300, 120, () => WHITE);
});

/** The smallest rectangle around all ink. */
function inkOf({ width, height, at }: Pixels) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (at(x, y).every((channel, index) => channel === WHITE[index])) continue;
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}
const written = (query: string) => pixelsOf(page, `wat=1&${query}`);

describe("written watermarks", () => {
  // U+2588 fills its cell: 1575 of 2048 units wide, from 1556 above the line to 512 below, in a line of 1901 + 483.
  it("have the size that the units of the font say, in every colour and opacity", async () => {
    const face = await outline("█", "sans");
    const picture = await written(
      "wat_text=%E2%96%88&wat_fontsize=64&wat_color=ff8800&wat_gravity=northwest",
    );
    const ink = inkOf(picture);
    expect(Math.abs(ink.width - (face.width * 64) / face.em)).toBeLessThan(3);
    expect(ink.left).toBeLessThan(2);
    expect(ink.height).toBeGreaterThan(60);
    expect(ink.height).toBeLessThanOrEqual(Math.ceil((face.height * 64) / face.em));
    expect(picture.at(ink.left + 20, ink.top + 30)).toEqual([255, 136, 0, 255]);
    const faint = await written("wat_text=%E2%96%88&wat_fontsize=64&wat_opacity=0.5");
    expect(faint.at(150, 60)).toEqual([128, 128, 128, 255]);
  });

  it("grow with their size, keep it where it is fixed, and shrink where they are to fit", async () => {
    const [small, large] = [
      inkOf(await written("wat_text=Sample&wat_fontsize=20")),
      inkOf(await written("wat_text=Sample&wat_fontsize=40")),
    ];
    expect(Math.abs(large.width - 2 * small.width)).toBeLessThan(3);
    const fixed = inkOf(await written("wat_text=Sample&wat_fontsize=200"));
    expect([fixed.left, fixed.width]).toEqual([0, 300]);
    const fits = inkOf(await written("wat_text=Sample&wat_fontsize=200max"));
    expect(fits.width).toBeGreaterThan(250);
    expect(fits.left).toBeGreaterThan(0);
    expect(inkOf(await written("wat_text=Sample&wat_fontsize=20max"))).toEqual(small);
    const broad = inkOf(await written("wat_text=Sample&wat_scale=50p"));
    expect(Math.abs(broad.left + broad.width / 2 - 150)).toBeLessThan(4);
    expect(broad.width).toBeGreaterThan(135);
  });

  it("stand at the side they are asked to", async () => {
    const { left, top, width, height } = inkOf(
      await written("wat_text=Sample&wat_gravity=southeast&wat_pad=10,4"),
    );
    expect(left + width).toBeGreaterThan(280);
    expect(left + width).toBeLessThanOrEqual(290);
    expect(top + height).toBeLessThanOrEqual(116);
  });

  it("differ by face, and unknown faces are the usual one", async () => {
    const pictures = await Promise.all(
      ["sans", "sans-bold", "serif", "serif-italic", "mono"].map((face) =>
        outline("Sample", font.parse(face) ?? "sans"),
      ),
    );
    expect(new Set(pictures.map(({ paths }) => paths)).size).toBe(5);
    expect(font.parse("Wingdings")).toBeUndefined();
    expect([font.parse("Arial+Black"), font.parse("times new roman"), font.parse("Courier_New")]).toEqual([
      ...["sans-bold", "serif", "mono"],
    ]);
  });

  it("run from right to left where their letters do, beside others too", async () => {
    const letters = async (text: string) => (await outline(text, "sans")).paths.match(/d="[^"]*"/g) ?? [];
    const [hebrew, mixed, latin] = [await letters("של"), await letters("A של"), await letters("A")];
    expect(hebrew).toEqual([...(await letters("ל")), ...(await letters("ש"))]);
    expect(mixed).toEqual([...latin, ...hebrew]);
    expect(await letters("של A")).toEqual([...latin, ...hebrew]);
    // Joined letters are other shapes than lone ones.
    expect(await letters("بب")).not.toEqual([...(await letters("ب")), ...(await letters("ب"))]);
  });

  it("are an image less: with both the image counts", async () => {
    const images = new Map([["m", await painted(20, 10, () => [0, 0, 255, 255])]]);
    const { bytes } = await render(page, asked("wat=1&wat_text=Hi&wat_url=m"), { format: "png", images });
    expect(inkOf(await decode(bytes))).toEqual({ left: 140, top: 55, width: 20, height: 10 });
    const query = "wat=1&wat_url=m&wat_text[1]=%E2%96%88&wat_gravity[2]=southeast";
    const both = await decode((await render(page, asked(query), { format: "png", images })).bytes);
    expect([both.at(150, 60), both.at(299, 119)]).toEqual([
      [0, 0, 0, 255],
      [0, 0, 255, 255],
    ]);
  });

  it("are on every frame of an animation", async () => {
    const moving = await animation(60, 60, 2, "gif");
    const { bytes } = await render(moving, asked("wat=1&wat_text=%E2%96%88&wat_fontsize=40&q=100"), {
      format: "webp",
    });
    for (const frame of [0, 1]) expect((await decode(bytes, frame)).at(30, 30)[2]).toBeLessThan(8);
  });

  test.each(["日本", "नमस्ते", "😀👩‍👩‍👧", "\u202eabc", "<&\"'>", "%00"])(
    "%s is no reason to fail",
    async (text) => {
      const picture = await written(`wat_text=${encodeURIComponent(text)}`);
      expect(inkOf(picture).width).toBeGreaterThan(5);
    },
  );

  it("of any text are drawn", async () => {
    const any = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(any, async (text) => {
        const read = line.parse(text);
        if (read !== undefined) expect((await outline(read, "sans")).height).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });
});

it("texts, faces and sizes have one spelling each", () => {
  const piece = fc.constantFrom(" ", "a", "arial", "_", "-", "bold", "12", ".5", "max", "\n", "é");
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
  );
  fc.assert(
    fc.property(text, (any) => {
      for (const codec of [line, font, fontSize]) {
        const value = codec.parse(any);
        if (value !== undefined) expect(codec.parse(codec.format(value as never))).toStrictEqual(value);
      }
    }),
    { numRuns: 1_500 },
  );
});
