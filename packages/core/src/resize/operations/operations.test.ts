import { describe, expect, it, test } from "vitest";
import { OPERATIONS, type Transformation } from "../../operations/index.ts";
import { asked } from "../fixtures.test.support.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { uprighting } from "../symmetry.ts";
import { APPLY, draw } from "./index.ts";

const passesFor = (
  transformation: Transformation,
  header: { orientation?: number; pages?: number; isGrey?: boolean } = {},
) => {
  const { orientation = 1, pages = 1, isGrey = false } = header;
  const drawable = {
    width: 4000,
    height: 3000,
    pages,
    isGrey,
    isDeep: false,
    uprighting: uprighting(orientation),
  };
  return draw(drawable, { transformation, format: "webp", limits: DEFAULT_LIMITS }).passes;
};

const ORANGE = { red: 255, green: 128, blue: 0 };

describe("a drawing", () => {
  it("has a half for every declared operation and no other", () => {
    expect(Object.keys(APPLY).sort()).toEqual(OPERATIONS.map(({ name }) => name).sort());
  });

  // JPEG and WebP are decoded at a fraction of their size only when nothing is cut or turned before scaling.
  test.each<[string, Transformation, number]>([
    ["a resize", { resize: { w: 800 } }, 1],
    ["a crop", { resize: { w: 800, h: 800, gravity: { x: 10, y: 10, unit: "px" } } }, 1],
    ["a crop of an oriented photograph", { resize: { w: 800, h: 800 } }, 6],
    [
      "a fit, flipped and turned",
      { resize: { w: 800, h: 800, func: "fit" }, flip: { flip: "v" }, rotate: { r: 90 } },
      8,
    ],
    ["a crop turned by a few degrees", { resize: { w: 800, h: 800 }, rotate: { r: 3 } }, 5],
  ])("scales first for %s", (_, transformation, orientation) => {
    const [first] = passesFor(transformation, { orientation });
    expect(first.extract).toEqual({ left: 0, top: 0, ...first.incoming });
    expect(first.scaled.width).toBeLessThan(first.incoming.width);
  });

  it("is smaller where its pixels have to be held to be retouched", () => {
    const pixels = (query: string) => {
      const size = {
        width: 8000,
        height: 6000,
        pages: 1,
        isGrey: false,
        isDeep: false,
        uprighting: uprighting(1),
      };
      const wish = { transformation: asked(query), format: "jpeg", limits: DEFAULT_LIMITS } as const;
      const { width, height } = draw(size, wish).size;
      return width * height;
    };
    expect(pixels("")).toBeGreaterThan(25e6);
    for (const query of ["gray=1", "radius=9", "w=8000&h=8000&func=fit&bg_img_fit=1"]) {
      expect(pixels(query)).toBeLessThanOrEqual(16e6);
      expect(pixels(query)).toBeGreaterThan(15e6);
    }
    expect(pixels("gray=0&radius=0&blur=0")).toBeLessThanOrEqual(40e6);
  });

  test.each<[string, Transformation, number, { orientation?: number; pages?: number; isGrey?: boolean }?]>([
    [
      "flips and quarter turns",
      { resize: { w: 80, h: 80 }, flip: { flip: "hv" }, rotate: { r: 270 } },
      1,
      { orientation: 7 },
    ],
    [
      "extract, crop and turn",
      { extract: { tl_px: { x: 9, y: 9 } }, resize: { w: 80, h: 80 }, rotate: { r: 90 } },
      1,
    ],
    ["a tilt of a resized picture", { resize: { w: 80 }, rotate: { r: 5 } }, 1],
    ["a tilt of a cropped picture", { resize: { w: 80, h: 80 }, rotate: { r: 5 } }, 2],
    ["a tilt of a turned picture", { resize: { w: 80 }, rotate: { r: 5 } }, 2, { orientation: 6 }],
    [
      "colour around a grey picture",
      { resize: { w: 80, h: 80, func: "fit", bg_color: ORANGE } },
      2,
      { isGrey: true },
    ],
    [
      "grey around a grey picture",
      { resize: { w: 80, bg_color: { red: 9, green: 9, blue: 9 } } },
      1,
      { isGrey: true },
    ],
    ["a left-right mirror of an animation", { flip: { flip: "h" } }, 1, { pages: 3 }],
    ["a turn of an animation", { rotate: { r: 90 } }, 2, { pages: 3 }],
  ])("runs through sharp as often as needed for %s", (_, transformation, passes, header) => {
    expect(passesFor(transformation, header)).toHaveLength(passes);
  });
});
