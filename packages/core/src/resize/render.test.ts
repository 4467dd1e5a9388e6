import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import { COMPASS } from "../codecs/gravity.ts";
import { OUTPUT_FORMATS } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import {
  colorAt,
  decode,
  distance,
  orientedMap,
  painted,
  placeMap,
  type Rgba,
} from "./fixtures.test.support.ts";
import { turnedSize } from "./geometry.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { planResize } from "./plan.ts";
import { render } from "./render.ts";

const RED: Rgba = [255, 0, 0, 255];
const GREEN: Rgba = [0, 255, 0, 255];
const BLUE: Rgba = [0, 0, 255, 255];
const WHITE: Rgba = [255, 255, 255, 255];
const NAMES = new Map([
  ["red", RED],
  ["green", GREEN],
  ["blue", BLUE],
  ["white", WHITE],
]);

/** Red, green; blue, white. */
const quadrants = (width: number, height: number) =>
  painted(width, height, (x, y) =>
    y < height / 2 ? (x < width / 2 ? RED : GREEN) : x < width / 2 ? BLUE : WHITE,
  );

/** Names of the colours in the middle of the four quarters, in reading order. */
async function quarters(bytes: Uint8Array): Promise<string> {
  const { width, height, at } = await decode(bytes);
  const name = (x: number, y: number) => {
    const pixel = at(Math.floor(width * x), Math.floor(height * y));
    return [...NAMES].find(([, color]) => distance(color, pixel) < 40)?.[0] ?? pixel.join();
  };
  return [name(0.25, 0.25), name(0.75, 0.25), name(0.25, 0.75), name(0.75, 0.75)].join(" ");
}

describe("render", () => {
  test.each<[string, Transformation, string]>([
    ["nothing", {}, "red green blue white"],
    ["a resize", { resize: { w: 20 } }, "red green blue white"],
    ["flip h", { flip: { flip: "h" } }, "green red white blue"],
    ["flip v", { flip: { flip: "v" } }, "blue white red green"],
    ["flip hv", { flip: { flip: "hv" } }, "white blue green red"],
    ["a quarter counter-clockwise", { rotate: { r: 90 } }, "green white red blue"],
    ["a half turn", { rotate: { r: 180 } }, "white blue green red"],
    ["a quarter clockwise", { rotate: { r: 270 } }, "blue red white green"],
    ["a flip before the turn", { flip: { flip: "h" }, rotate: { r: 90 } }, "red blue green white"],
    ["an extract", { extract: { tl_px: { x: 20, y: 0 } } }, "green green white white"],
    ["the other corner", { extract: { br_px: { x: 40, y: 10 } } }, "red green red green"],
    [
      "both corners",
      { extract: { tl_px: { x: 20, y: 10 }, br_px: { x: 40, y: 20 } } },
      "white white white white",
    ],
    ["an extract outside, ignored", { extract: { tl_px: { x: 90, y: 90 } } }, "red green blue white"],
    [
      "an extract upside down, ignored",
      { extract: { tl_px: { x: 9, y: 9 }, br_px: { x: 3, y: 3 } } },
      "red green blue white",
    ],
    ["a crop to the west", { resize: { w: 10, h: 20, gravity: "west" } }, "red red blue blue"],
    [
      "a crop to the south-east",
      { resize: { w: 10, h: 20, gravity: "southeast" } },
      "green green white white",
    ],
    [
      "a crop to a point",
      { resize: { w: 10, h: 20, gravity: { x: 1, y: 0.5, unit: "c" } } },
      "green green white white",
    ],
    ["cover, stretched", { resize: { w: 20, h: 60, func: "cover" } }, "red green blue white"],
  ])("does %s", async (_, transformation, expected) => {
    const original = await quadrants(40, 20);
    const { bytes } = await render(original, transformation, { format: "png" });
    expect(await quarters(bytes)).toBe(expected);
  });

  // JPEG XL, which sharp does not read, has a test of its own.
  const readable = OUTPUT_FORMATS.filter((format) => format !== "jxl");
  test.each(readable)("writes %s in the size that was asked, without metadata", async (format) => {
    const original = await orientedMap(64, 48, 6);
    const variant = await render(original, { resize: { w: 31, h: 17 } }, { format });
    expect(variant).toMatchObject({ format, width: 31, height: 17, pages: 1 });
    const metadata = await sharp(variant.bytes).metadata();
    expect(metadata).toMatchObject({ format: format === "avif" ? "heif" : format, width: 31, height: 17 });
    expect([metadata.exif, metadata.icc, metadata.xmp, metadata.orientation ?? 1]).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ]);
  });

  it("makes a lower quality smaller, in each format that has one", async () => {
    const noise = await painted(96, 96, (x, y) => [
      (x * y * 7) % 256,
      (x * 31) % 256,
      (y * x * 3) % 256,
      255,
    ]);
    for (const format of ["jpeg", "webp", "avif"] as const) {
      const size = async (encode: Transformation["encode"]) =>
        (await render(noise, encode ? { encode } : {}, { format })).bytes.length;
      const [low, usual, high] = [await size({ q: 20 }), await size(undefined), await size({ q: 100 })];
      expect(low).toBeLessThan(usual);
      expect(usual).toBeLessThan(high);
    }
  });

  it("answers the same bytes to the same question", async () => {
    const original = await placeMap(50, 40);
    for (const format of OUTPUT_FORMATS) {
      const [one, other] = [
        await render(original, { resize: { w: 20 } }, { format }),
        await render(original, { resize: { w: 20 } }, { format }),
      ];
      expect(Buffer.compare(one.bytes, other.bytes)).toBe(0);
    }
  });

  it("scales down what exceeds the output limits", async () => {
    const limits = { ...DEFAULT_LIMITS, maxOutputPixels: { ...DEFAULT_LIMITS.maxOutputPixels, png: 5000 } };
    const variant = await render(await placeMap(100, 50), { resize: { w: 200 } }, { format: "png", limits });
    expect([variant.width, variant.height]).toEqual([100, 50]);
  });

  it("cuts a sliver out of what would be a giant", async () => {
    const thin = await placeMap(1, 2000);
    const variant = await render(thin, { resize: { w: 500, h: 10 } }, { format: "png" });
    expect([variant.width, variant.height]).toEqual([500, 10]);
    expect(distance((await decode(variant.bytes)).at(250, 5), [128, 127, 128, 255])).toBeLessThan(6);
  });
});

describe("every pixel", () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 70 }), y: fc.integer({ min: 0, max: 50 }) });
  const box = fc.integer({ min: 12, max: 90 });
  const transformations: fc.Arbitrary<Transformation> = fc.record(
    {
      extract: fc.record({ tl_px: point, br_px: point }, { requiredKeys: [] }),
      resize: fc.record(
        {
          w: box,
          h: box,
          dpr: fc.constantFrom(1, 1.5),
          func: fc.constantFrom(
            "crop" as const,
            "fit" as const,
            "cropfit" as const,
            "bound" as const,
            "boundmin" as const,
            "cover" as const,
          ),
          gravity: fc.oneof(
            fc.constantFrom(...COMPASS),
            fc.record({
              x: fc.integer({ min: 0, max: 100 }),
              y: fc.integer({ min: 0, max: 100 }),
              unit: fc.constantFrom("px" as const, "p" as const, "s" as const),
            }),
          ),
          aspect_ratio: fc.constantFrom({ min: 1, max: 1 }, { min: 0.5, max: 0.6 }, { min: 2, max: 3 }),
          org_if_sml: fc.boolean(),
          bg_color: fc.constant({ red: 255, green: 255, blue: 0 }),
        },
        { requiredKeys: [] },
      ),
      flip: fc.record({ flip: fc.constantFrom("h" as const, "v" as const, "hv" as const) }),
      rotate: fc.record({ r: fc.constantFrom(0, 90, 180, 270, 30, 200) }),
    },
    { requiredKeys: [] },
  );
  const originals = fc.record({
    width: fc.integer({ min: 20, max: 90 }),
    height: fc.integer({ min: 20, max: 90 }),
    orientation: fc.integer({ min: 1, max: 8 }),
  });

  // An oracle that walks back from a point of the output to the point of the original it must show, step by step, by
  // school geometry; it shares only the plan of the resize, which has its own tests.
  type Point = readonly [x: number, y: number];

  function walkBack(
    { extract = {}, resize = {}, flip = {}, rotate = {} }: Transformation,
    size: { width: number; height: number },
  ) {
    const tl = extract.tl_px ?? { x: 0, y: 0 };
    const br = extract.br_px ?? { x: size.width, y: size.height };
    const right = Math.min(br.x, size.width);
    const bottom = Math.min(br.y, size.height);
    const isCut = right > tl.x && bottom > tl.y;
    const cut = isCut
      ? { left: tl.x, top: tl.y, width: right - tl.x, height: bottom - tl.y }
      : { left: 0, top: 0, ...size };
    const plan = planResize(resize, { ...cut, within: { ...cut, original: size } });
    const turn = rotate.r ?? 0;
    const output = turnedSize(plan.output, turn);
    const radians = (turn * Math.PI) / 180;
    const back = ([x, y]: Point): {
      readonly point: Point;
      readonly isPicture: boolean;
      readonly margin: number;
    } => {
      // Counter-clockwise on a screen whose y grows downwards, undone about the centres.
      const [dx, dy] = [x - output.width / 2, y - output.height / 2];
      const unturned: Point = [
        plan.output.width / 2 + dx * Math.cos(radians) - dy * Math.sin(radians),
        plan.output.height / 2 + dx * Math.sin(radians) + dy * Math.cos(radians),
      ];
      const mirror = flip.flip ?? "";
      const fx = mirror.includes("h") ? plan.output.width - unturned[0] : unturned[0];
      const fy = mirror.includes("v") ? plan.output.height - unturned[1] : unturned[1];
      const [px, py] = [fx - plan.placement.left, fy - plan.placement.top];
      const margin = Math.min(px, py, plan.window.width - px, plan.window.height - py);
      return {
        margin,
        isPicture: margin > 0,
        point: [
          cut.left + ((px + plan.window.left) * cut.width) / plan.scaled.width,
          cut.top + ((py + plan.window.top) * cut.height) / plan.scaled.height,
        ],
      };
    };
    const perPixel = Math.max(cut.width / plan.scaled.width, cut.height / plan.scaled.height);
    return { output, back, perPixel };
  }

  it("shows the place it should, through any transformation and orientation, in the planned size", async () => {
    await fc.assert(
      fc.asyncProperty(transformations, originals, async (transformation, { width, height, orientation }) => {
        const original = await orientedMap(width, height, orientation);
        const variant = await render(original, transformation, { format: "png" });
        const { output, back, perPixel } = walkBack(transformation, { width, height });
        expect([variant.width, variant.height]).toEqual([output.width, output.height]);
        const pixels = await decode(variant.bytes);
        expect([pixels.width, pixels.height]).toEqual([output.width, output.height]);
        for (const [column, row] of [
          [0.1, 0.1],
          [0.9, 0.15],
          [0.5, 0.5],
          [0.2, 0.8],
          [0.85, 0.9],
          [0.02, 0.5],
        ] as const) {
          const x = Math.floor(column * output.width);
          const y = Math.floor(row * output.height);
          const { point, isPicture, margin } = back([x + 0.5, y + 0.5]);
          // Edges are blended within a kernel's reach, which is no question of place.
          if (Math.abs(margin) < 3) continue;
          const isOpaque = transformation.resize?.bg_color !== undefined;
          const outside: Rgba = isOpaque ? [255, 255, 0, 255] : [0, 0, 0, 0];
          // libvips lays a tilted picture off by up to two pixels; the colours of neighbours differ by so much.
          const step = (255 * perPixel) / Math.min(width, height);
          const tolerance = 6 + step * ((transformation.rotate?.r ?? 0) % 90 === 0 ? 0.5 : 2);
          const expected = isPicture ? colorAt(...point, { width, height }) : outside;
          expect(distance(pixels.at(x, y), expected), `${x},${y} of ${JSON.stringify(output)}`).toBeLessThan(
            tolerance,
          );
        }
      }),
      { numRuns: 250 },
    );
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "orientation %i gives the upright picture, whole, shrunk and cut",
  async (orientation) => {
    const size = { width: 640, height: 400 };
    const original = await orientedMap(size.width, size.height, orientation);
    const upright = async (
      transformation: Transformation,
      place: (x: number, y: number) => readonly [number, number],
    ) => {
      const { bytes } = await render(original, transformation, { format: "png" });
      const { width, height, at } = await decode(bytes);
      for (const [x, y] of [
        [3, 3],
        [width - 4, 3],
        [3, height - 4],
        [width >> 1, height >> 1],
      ] as const) {
        expect(distance(at(x, y), colorAt(...place(x + 0.5, y + 0.5), size))).toBeLessThan(8);
      }
      return [width, height];
    };
    expect(await upright({}, (x, y) => [x, y])).toEqual([640, 400]);
    expect(await upright({ resize: { w: 64 } }, (x, y) => [x * 10, y * 10])).toEqual([64, 40]);
    expect(
      await upright({ resize: { w: 20, h: 40, gravity: "east" } }, (x, y) => [440 + x * 10, y * 10]),
    ).toEqual([20, 40]);
    const part = { tl_px: { x: 100, y: 40 }, br_px: { x: 500, y: 140 } };
    expect(await upright({ extract: part, resize: { w: 100 } }, (x, y) => [100 + x * 4, 40 + y * 4])).toEqual(
      [100, 25],
    );
  },
);

// Decoders that read at a fraction of the size round in their own way: the promised size must not depend on it.
test.each(["jpeg", "webp"] as const)("a %s read at a fraction of its size comes out exact", async (input) => {
  const plain = sharp({ create: { width: 1999, height: 1333, channels: 3, background: "#468" } });
  const original = await plain.toFormat(input).withMetadata({ orientation: 6 }).toBuffer();
  const side = fc.integer({ min: 1, max: 900 });
  await fc.assert(
    fc.asyncProperty(side, fc.option(side, { nil: undefined }), async (w, h) => {
      const resize = h === undefined ? { w } : { w, h };
      const { width, height } = await render(original, { resize }, { format: "jpeg" });
      expect({ width, height }).toEqual(planResize(resize, { width: 1333, height: 1999 }).output);
    }),
    { numRuns: 60 },
  );
});
