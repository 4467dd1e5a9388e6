import sharp from "sharp";
import { beforeAll, describe, expect, it, test } from "vitest";
import { placeMark } from "./effects/overlay.ts";
import {
  animation,
  asked,
  decode,
  orientedMap,
  type Pixels,
  painted,
  type Rgba,
} from "./fixtures.test.support.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { render } from "./render.ts";

const WHITE: Rgba = [255, 255, 255, 255];
const BLUE: Rgba = [0, 0, 255, 255];

let page: Buffer;
/** Flat blue, 20 × 10. */
let mark: Buffer;

beforeAll(async () => {
  page = await painted(200, 100, () => WHITE);
  mark = await painted(20, 10, () => BLUE);
});

async function marked(query: string, images: Record<string, Uint8Array> = { m: mark }, original = page) {
  const options = { format: "png", images: new Map(Object.entries(images)) } as const;
  return decode((await render(original, asked(query), options)).bytes);
}

/** The smallest rectangle around every pixel that is not of a colour: left, top, width, height. */
function extentOf({ width, height, at }: Pixels, ground = WHITE): readonly number[] {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (at(x, y).every((channel, index) => channel === ground[index])) continue;
      xs.push(x);
      ys.push(y);
    }
  }
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1];
}

describe("a watermark of 20x10 on 200x100", () => {
  test.each<[string, readonly [number, number, number, number]]>([
    ["", [90, 45, 20, 10]],
    ["wat_gravity=northwest", [0, 0, 20, 10]],
    ["wat_gravity=north", [90, 0, 20, 10]],
    ["wat_gravity=northeast", [180, 0, 20, 10]],
    ["wat_gravity=west", [0, 45, 20, 10]],
    ["wat_gravity=centre", [90, 45, 20, 10]],
    ["wat_gravity=east", [180, 45, 20, 10]],
    ["wat_gravity=southwest", [0, 90, 20, 10]],
    ["wat_gravity=south", [90, 90, 20, 10]],
    ["wat_gravity=southeast", [180, 90, 20, 10]],
    // Distances hold from the sides it stands at, after scaling; in percent of the picture's own sides.
    ["wat_gravity=southeast&wat_pad=7", [173, 83, 20, 10]],
    ["wat_gravity=southeast&wat_pad=7,3", [173, 87, 20, 10]],
    ["wat_gravity=northwest&wat_pad=10p", [20, 10, 20, 10]],
    ["wat_gravity=south&wat_pad=30,5", [90, 85, 20, 10]],
    ["wat_gravity=southeast&wat_pad=10&wat_scale=50", [180, 85, 10, 5]],
    // Of its own size, of the picture's width, of a box in the picture.
    ["wat_scale=50", [95, 48, 10, 5]],
    ["wat_scale=50,20", [98, 49, 4, 2]],
    ["wat_scale=50p", [50, 25, 100, 50]],
    ["wat_scale=50p,20p", [80, 40, 40, 20]],
    ["wat_scale=100p", [0, 0, 200, 100]],
    // The corner at 25 %, 50 % of the picture; then its own point there.
    ["wat_gravity=absolute&wat_pos=25p,50p", [50, 50, 20, 10]],
    ["wat_gravity=absolute&wat_pos=25,50&wat_pad=4", [54, 54, 20, 10]],
    ["wat_gravity=relative&wat_pos=25p,50p", [45, 45, 20, 10]],
    ["wat_gravity=relative&wat_pos=100", [180, 90, 20, 10]],
    // What hangs over the side is cut.
    ["wat_gravity=absolute&wat_pos=95p,95p", [190, 95, 10, 5]],
    ["wat_gravity=east&wat_pad=190,0", [0, 45, 10, 10]],
  ])("%s stands where arithmetic says", async (query, [left, top, width, height]) => {
    const picture = await marked(`wat=1&wat_url=m&${query}`);
    expect(extentOf(picture)).toEqual([left, top, width, height]);
    expect(picture.at(left + Math.floor(width / 2), top + Math.floor(height / 2))).toEqual(BLUE);
  });

  it("is scaled down first where it is larger than the picture, and scaled after that", async () => {
    const large = await painted(800, 200, () => BLUE);
    expect(extentOf(await marked("wat=1&wat_url=m", { m: large }))).toEqual([0, 25, 200, 50]);
    expect(extentOf(await marked("wat=1&wat_url=m&wat_scale=50", { m: large }))).toEqual([50, 38, 100, 25]);
    const tall = await painted(10, 400, () => BLUE);
    expect(extentOf(await marked("wat=1&wat_url=m&wat_scale=90p", { m: tall }))).toEqual([99, 0, 3, 100]);
  });

  it("has at least a pixel, however thin it is", () => {
    const scale = { x: 1, unit: "plain" } as const;
    const placing = { gravity: "center", position: scale, pad: { x: 0, unit: "p" }, scale } as const;
    expect(placeMark(placing, { width: 2_000, height: 3 }, { width: 30, height: 20 })).toMatchObject({
      width: 1,
      height: 1,
    });
  });
});

describe("a watermark", () => {
  it("is mixed by its own transparency and its opacity", async () => {
    const half = await painted(20, 10, () => [0, 0, 255, 128]);
    const at = async (query: string, image: Buffer) =>
      (await marked(`wat=1&wat_url=m&${query}`, { m: image })).at(100, 50);
    expect(await at("wat_opacity=0.5", mark)).toEqual([128, 128, 255, 255]);
    // 1 − 128/255 of white is left, then 1 − 64/255.
    expect(await at("", half)).toEqual([127, 127, 255, 255]);
    expect(await at("wat_opacity=0.5", half)).toEqual([191, 191, 255, 255]);
  });

  it("lies on transparency as itself, and adds to half of it", async () => {
    const clear = await painted(200, 100, (x) => [255, 255, 255, x < 100 ? 0 : 128]);
    const picture = await marked("wat=1&wat_url=m&wat_opacity=0.5", { m: mark }, clear);
    // 128/255 of alpha alone; with 128/255 below: 1/2 + 1/2 × 128/255 = 191.5 of 255, colour by shares.
    expect(picture.at(95, 50)).toEqual([0, 0, 255, 128]);
    expect(picture.at(105, 50)).toEqual([85, 85, 255, 192]);
    expect(picture.at(10, 10)[3]).toBe(0);
  });

  it("stands above filters and is rounded with the picture", async () => {
    const query = "wat=1&wat_url=m&wat_gravity=northwest&invert=1&gray=1&radius=40";
    const picture = await marked(query);
    expect(picture.at(19, 9)).toEqual(BLUE);
    expect(picture.at(0, 0)[3]).toBe(0);
    expect(picture.at(100, 50)).toEqual([0, 0, 0, 255]);
  });

  it("is measured by the picture that is delivered", async () => {
    const picture = await marked("w=100&r=90&wat=1&wat_url=m&wat_gravity=southeast");
    expect([picture.width, picture.height]).toEqual([50, 100]);
    expect(extentOf(picture)).toEqual([30, 90, 20, 10]);
  });

  it("may be several, the later above, each with its own or the shared image", async () => {
    const red = await painted(20, 10, () => [255, 0, 0, 255]);
    const query = "wat[1]=1&wat_url[1]=m&wat[2]=1&wat_url[2]=r&wat_gravity[2]=absolute&wat_pos[2]=50p,50p";
    const picture = await marked(query, { m: mark, r: red });
    expect([picture.at(92, 47), picture.at(105, 52)]).toEqual([BLUE, [255, 0, 0, 255]]);
    const corners = await marked("wat=1&wat_url=m&wat_gravity[1]=northwest&wat_gravity[2]=southeast");
    expect([corners.at(0, 0), corners.at(199, 99), corners.at(100, 50)]).toEqual([BLUE, BLUE, WHITE]);
  });

  it("is on every frame of an animation, which keeps its own", async () => {
    const moving = await animation(40, 40, 3, "gif");
    const options = { format: "webp", images: new Map([["m", mark]]) } as const;
    const { bytes, pages } = await render(moving, asked("wat=1&wat_url=m&wat_gravity=south&q=100"), options);
    expect(pages).toBe(3);
    for (const page of [0, 1, 2]) {
      const frame = await decode(bytes, page);
      expect(frame.at(20, 36)[2]).toBeGreaterThan(250);
      expect(frame.at(20, 36)[0]).toBeLessThan(6);
    }
    const [one, two] = [await decode(bytes, 0), await decode(bytes, 1)];
    expect([one.at(5, 5)[0] > 250, two.at(5, 5)[0] > 250]).toEqual([true, false]);
  });

  it("may itself be turned by EXIF, grey, a drawing or an animation, of which the first frame counts", async () => {
    const turned = await marked("wat=1&wat_url=m", { m: await orientedMap(30, 20, 6) });
    expect(extentOf(turned)).toEqual([85, 40, 30, 20]);
    const grey = await sharp(await painted(20, 10, () => [90, 90, 90, 255]))
      .greyscale()
      .png()
      .toBuffer();
    expect((await marked("wat=1&wat_url=m", { m: grey })).at(100, 50)).toEqual([90, 90, 90, 255]);
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><path fill="#00f" d="M0 0h4v2H0z"/></svg>',
    );
    const drawn = await marked("wat=1&wat_url=m&wat_scale=50p", { m: svg });
    expect([extentOf(drawn), drawn.at(100, 50)]).toEqual([[50, 25, 100, 50], BLUE]);
    const first = await marked("wat=1&wat_url=m", { m: await animation(40, 40, 3, "gif") });
    expect([extentOf(first), first.at(85, 35)[0]]).toEqual([[80, 30, 40, 40], 255]);
  });

  it("of the project is left out where it has none", async () => {
    expect(extentOf(await marked("wat=1", { "": mark }))).toEqual([90, 45, 20, 10]);
    expect(extentOf(await marked("wat=1", {}))[0]).toBe(Number.POSITIVE_INFINITY);
  });

  it("that is missing, unreadable or too large is an error that names it, never a picture without it", async () => {
    const asking = asked("wat=1&wat_url=m");
    const images = (bytes: Uint8Array) => ({ format: "png", images: new Map([["m", bytes]]) }) as const;
    await expect(render(page, asking, { format: "png" })).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
    const words = expect.stringContaining("watermark");
    await expect(render(page, asking, images(Buffer.from("no image")))).rejects.toMatchObject({
      code: "IMAGE_UNREADABLE",
      message: words,
    });
    await expect(render(page, asking, images(mark.subarray(0, 40)))).rejects.toMatchObject({
      code: "IMAGE_UNREADABLE",
      message: words,
    });
    const limits = { ...DEFAULT_LIMITS, maxPixels: { ...DEFAULT_LIMITS.maxPixels, png: 30_000 } };
    const large = await painted(200, 200, () => BLUE);
    await expect(render(page, asking, { ...images(large), limits })).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
      message: words,
    });
  });
});
