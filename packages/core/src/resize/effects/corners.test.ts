import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import { animation, asked, decode, distance, painted, pixelsOf } from "../fixtures.test.support.ts";
import { render } from "../render.ts";
import { reachesOf } from "./corners.ts";

const solid = (width: number, height: number) => painted(width, height, () => [0, 0, 200, 255]);

describe("reaches of corners", () => {
  const words = (...from: Parameters<typeof reachesOf>) =>
    reachesOf(...from)
      .map(({ x, y }) => `${x}x${y}`)
      .join(" ");
  const size = { width: 200, height: 100 };
  test.each<[Parameters<typeof reachesOf>[0], string]>([
    [[10, 10, 10, 10], "10x10 10x10 10x10 10x10"],
    [[10, 20, 30, 40], "10x10 20x20 30x30 40x40"],
    [["max", 0, 0, 0], "100x100 0x0 0x0 0x0"],
    [[0, 0, "max", 0], "0x0 0x0 100x100 0x0"],
    // From half of each side on an ellipse.
    [[200, 200, 200, 200], "100x50 100x50 100x50 100x50"],
    [[8192, 8192, 8192, 8192], "100x50 100x50 100x50 100x50"],
    [["max", "max", "max", "max"], "100x50 100x50 100x50 100x50"],
    // Two that would overlap share their side in proportion.
    [[150, 50, 0, 0], "150x75 50x25 0x0 0x0"],
  ])("%j", (radii, expected) => expect(words(radii, size)).toBe(expected));
});

describe("rounded corners", () => {
  it("come in the order top left, bottom left, bottom right, top right", async () => {
    const original = await solid(60, 40);
    const corners = [
      [0, 0],
      [0, 39],
      [59, 39],
      [59, 0],
    ] as const;
    for (const place of [0, 1, 2, 3]) {
      const { at } = await pixelsOf(
        original,
        `radius=${corners.map((_, each) => (each === place ? 12 : 0))}`,
      );
      expect(corners.map(([x, y]) => at(x, y)[3])).toEqual(
        corners.map((_, each) => (each === place ? 0 : 255)),
      );
    }
  });

  it("cut off what lies outside of a circle, with soft edges", async () => {
    const { at } = await pixelsOf(await solid(100, 80), "radius=30");
    let cut = 0;
    for (let y = 0; y < 30; y++) {
      for (let x = 0; x < 30; x++) {
        const away = Math.hypot(30 - (x + 0.5), 30 - (y + 0.5));
        const alpha = at(x, y)[3];
        if (away > 30.8) expect(alpha).toBe(0);
        if (away < 29.2) expect(alpha).toBe(255);
        cut += 1 - alpha / 255;
      }
    }
    expect(Math.abs(cut - 900 * (1 - Math.PI / 4))).toBeLessThan(3);
    expect([at(31, 0)[3], at(0, 31)[3], at(50, 40)[3]]).toEqual([255, 255, 255]);
  });

  it("make an ellipse of a large radius", async () => {
    const { at } = await pixelsOf(await solid(80, 40), "radius=80");
    let shown = 0;
    for (let y = 0; y < 40; y++) for (let x = 0; x < 80; x++) shown += at(x, y)[3] / 255;
    expect(Math.abs(shown - Math.PI * 40 * 20)).toBeLessThan(25);
  });

  it("take bg_color when it is given, and white where there is no transparency", async () => {
    const original = await solid(60, 40);
    expect(distance((await pixelsOf(original, "radius=20&bg_color=f80")).at(0, 0), [255, 136, 0, 255])).toBe(
      0,
    );
    expect((await pixelsOf(original, "radius=20")).at(0, 0)[3]).toBe(0);
    expect(
      distance((await pixelsOf(original, "radius=20&q=100", "jpeg")).at(0, 0), [255, 255, 255, 255]),
    ).toBeLessThan(4);
    expect(
      distance(
        (await pixelsOf(original, "radius=20&bg_color=f80&q=100", "jpeg")).at(1, 1),
        [255, 136, 0, 255],
      ),
    ).toBeLessThan(20);
  });

  it("are counted in pixels of the output, after turns and resizes", async () => {
    const { width, height, at } = await pixelsOf(await solid(400, 200), "w=100&r=90&radius=10,0,0,0");
    expect([width, height]).toEqual([50, 100]);
    expect([at(0, 0)[3], at(11, 11)[3], at(49, 0)[3], at(0, 99)[3]]).toEqual([0, 255, 255, 255]);
  });

  it("stay transparent under filters, and a JPEG shows the same on white", async () => {
    const original = await painted(40, 40, (x) => (x < 20 ? [0, 0, 0, 0] : [200, 0, 0, 255]));
    const clear = await pixelsOf(original, "invert=1");
    expect([clear.at(5, 5)[3], ...clear.at(30, 5)]).toEqual([0, 55, 255, 255, 255]);
    const opaque = await pixelsOf(original, "invert=1&q=100", "jpeg");
    expect(distance(opaque.at(5, 5), [255, 255, 255, 255])).toBeLessThan(4);
    expect(distance(opaque.at(30, 5), [55, 255, 255, 255])).toBeLessThan(8);
  });

  it("cut every frame of an animation", async () => {
    const { bytes, pages } = await render(await animation(40, 20, 3, "gif"), asked("radius=8"), {
      format: "webp",
    });
    expect(pages).toBe(3);
    expect((await sharp(bytes).metadata()).delay).toEqual([100, 110, 120]);
    for (const page of [0, 1, 2]) {
      const { at } = await decode(bytes, page);
      expect([at(0, 0)[3], at(39, 19)[3], at(20, 10)[3]]).toEqual([0, 0, 255]);
    }
  });
});
