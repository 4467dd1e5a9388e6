import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import type { Transformation } from "../operations/index.ts";
import { animation, asked, decode, distance, type Rgba } from "./fixtures.test.support.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { render } from "./render.ts";

const FRAMES = 5;
const isRed = ([red, green, blue]: Rgba) => red > 180 && green < 80 && blue < 80;

/** For each frame the number of the quarter that is red, clockwise from the top left. */
async function redQuarters(bytes: Uint8Array): Promise<readonly number[]> {
  const { pages = 1 } = await sharp(bytes).metadata();
  const found: number[] = [];
  for (let page = 0; page < pages; page++) {
    const { width, height, at } = await decode(bytes, page);
    const [left, right, top, bottom] = [
      width >> 2,
      width - (width >> 2) - 1,
      height >> 2,
      height - (height >> 2) - 1,
    ];
    const places = [at(left, top), at(right, top), at(right, bottom), at(left, bottom)];
    found.push(places.findIndex(isRed));
  }
  return found;
}

describe.each(["gif", "webp"] as const)("an animated %s", (input) => {
  test.each(["gif", "webp"] as const)(
    "keeps its frames, their order, delays and loop as %s",
    async (format) => {
      const original = await animation(40, 20, FRAMES, input);
      const variant = await render(original, { resize: { w: 20 } }, { format });
      expect(variant).toMatchObject({ width: 20, height: 10, pages: FRAMES });
      const metadata = await sharp(variant.bytes).metadata();
      expect(metadata).toMatchObject({
        width: 20,
        height: 10,
        pages: FRAMES,
        loop: 3,
        delay: [100, 110, 120, 130, 140],
      });
      expect(await redQuarters(variant.bytes)).toEqual([0, 1, 2, 3, 0]);
    },
  );

  test.each<[string, Transformation, readonly number[], readonly [number, number]]>([
    ["flip h", { flip: { flip: "h" } }, [1, 0, 3, 2, 1], [40, 20]],
    ["flip v", { flip: { flip: "v" } }, [3, 2, 1, 0, 3], [40, 20]],
    ["flip hv", { flip: { flip: "hv" } }, [2, 3, 0, 1, 2], [40, 20]],
    ["a quarter turn", { rotate: { r: 90 } }, [3, 0, 1, 2, 3], [20, 40]],
    ["a half turn", { rotate: { r: 180 } }, [2, 3, 0, 1, 2], [40, 20]],
    ["a small turn", { rotate: { r: 360 - 5 } }, [0, 1, 2, 3, 0], [42, 23]],
    ["a crop", { resize: { w: 20, h: 20 } }, [0, 1, 2, 3, 0], [20, 20]],
    ["a fit", { resize: { w: 60, h: 24, func: "fit" } }, [0, 1, 2, 3, 0], [60, 24]],
    ["cover", { resize: { w: 20, h: 40, func: "cover" } }, [0, 1, 2, 3, 0], [20, 40]],
    [
      "an extract",
      { extract: { tl_px: { x: 10, y: 5 }, br_px: { x: 30, y: 15 } } },
      [0, 1, 2, 3, 0],
      [20, 10],
    ],
    [
      "all at once",
      {
        extract: { tl_px: { x: 10, y: 2 } },
        resize: { w: 30, h: 19, func: "fit" },
        flip: { flip: "v" },
        rotate: { r: 270 },
      },
      [0, 3, 2, 1, 0],
      [19, 30],
    ],
  ])("goes through %s frame by frame", async (_, transformation, quarters, [width, height]) => {
    const variant = await render(await animation(40, 20, FRAMES, input), transformation, { format: "webp" });
    expect(variant).toMatchObject({ width, height, pages: FRAMES });
    const metadata = await sharp(variant.bytes).metadata();
    expect(metadata).toMatchObject({
      width,
      height,
      pages: FRAMES,
      loop: 3,
      delay: [100, 110, 120, 130, 140],
    });
    expect(await redQuarters(variant.bytes)).toEqual(quarters);
  });

  test.each(["jpeg", "png", "avif"] as const)("shows its first frame as %s", async (format) => {
    const variant = await render(
      await animation(40, 20, FRAMES, input),
      { resize: { w: 20 }, rotate: { r: 90 } },
      { format },
    );
    expect(variant).toMatchObject({ width: 10, height: 20, pages: 1 });
    expect(await redQuarters(variant.bytes)).toEqual([3]);
  });
});

it("keeps all frames together within the output limit", async () => {
  const limits = {
    ...DEFAULT_LIMITS,
    maxOutputPixels: { ...DEFAULT_LIMITS.maxOutputPixels, webp: 40 * 20 * FRAMES },
  };
  const variant = await render(await animation(80, 40, FRAMES, "gif"), {}, { format: "webp", limits });
  expect(variant).toMatchObject({ width: 40, height: 20, pages: FRAMES });
});

describe("each frame of an animation", () => {
  test.each([
    "tl_px=4,2&br_px=50,30",
    "w=30",
    "w=90&h=20",
    "w=40&h=40&gravity=southeast",
    "w=40&h=40&gravity=20p,80p",
    "w=80&h=80&func=fit&bg_color=0f0&margin=4",
    "w=80&h=60&func=fit&bg_img_fit=1&bg_blur=5&bg_opacity=0.5",
    "w=80&h=60&func=fit&bg_img_fit=1&bg_colorize=0f0,0.5&bg_gravity=north",
    "w=50&h=30&func=bound",
    "w=50&h=30&func=cover",
    "aspect_ratio=1:1",
    "flip=hv",
    "r=90",
    "r=30&bg_color=fff",
    "bright=30&contrast=-20&saturate=40",
    "gray=1",
    "sepia=70",
    "invert=1",
    "duotone=102040,ffe0c0",
    "colorize=0f0,0.4",
    "pixelate=8",
    "blur=6",
    "sharp=2",
    "radius=max",
    "radius=20,0,10,5&bg_color=ff0",
    "wat=1&wat_text=Sample&wat_fontsize=12&wat_color=fff&wat_gravity=south",
    "f=gray,blur:3,contrast:20&r=270&radius=9&wat=1&wat_text=a&wat_color=0f0",
  ])("is what %s makes of it alone", async (query) => {
    const [width, height] = [64, 40];
    const original = await animation(width, height, 4, "webp");
    const variant = await render(original, asked(`${query}&q=100`), { format: "webp" });
    expect(variant.pages).toBe(4);
    for (const page of [0, 1, 3]) {
      const frame = await sharp(original, { page }).png().toBuffer();
      const alone = await render(frame, asked(`${query}&q=100`), { format: "webp" });
      expect([variant.width, variant.height]).toEqual([alone.width, alone.height]);
      const [moving, still] = [await decode(variant.bytes, page), await decode(alone.bytes)];
      let sum = 0;
      for (let y = 0; y < still.height; y += 1) {
        for (let x = 0; x < still.width; x += 1) sum += distance(moving.at(x, y), still.at(x, y));
      }
      // Both went through a lossy encoder.
      expect(sum / (still.width * still.height), `frame ${page}`).toBeLessThan(8);
    }
  });
});
