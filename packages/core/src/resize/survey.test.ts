import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { orientedMap, painted, type Rgba } from "./fixtures.test.support.ts";
import { survey } from "./survey.ts";

const ORANGE: Rgba = [200, 100, 50, 255];

describe("survey", () => {
  test("facts, colour and an upright sketch of no more than 100 pixels a side", async () => {
    const seen = await survey(await orientedMap(300, 150, 6));
    expect([seen.orientation, seen.facts.width, seen.facts.height]).toEqual([6, 300, 150]);
    const { width, height, rgba } = seen.sketch;
    expect([width, height, rgba.length]).toEqual([100, 50, 20_000]);
    // Red grows to the right, green downwards.
    const at = (x: number, y: number) => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
    expect((at(95, 5)[0] ?? 0) - (at(5, 5)[0] ?? 0)).toBeGreaterThan(200);
    expect((at(50, 46)[1] ?? 0) - (at(50, 3)[1] ?? 0)).toBeGreaterThan(180);
    expect(at(50, 25)[3]).toBe(255);
  });

  test("transparency is in the sketch and not in the colour", async () => {
    const bytes = await painted(40, 40, (x) => (x < 30 ? [0, 0, 255, 0] : ORANGE));
    const { color, sketch } = await survey(bytes);
    expect(color).toEqual([200, 100, 50]);
    expect([sketch.rgba[3], sketch.rgba[39 * 4 + 3]]).toEqual([0, 255]);
    const nothing = await survey(await painted(4, 4, () => [9, 9, 9, 0]));
    expect(nothing.color).toBeUndefined();
  });

  test("a grey picture has three equal channels, an animation its first frame", async () => {
    const grey = await sharp({ create: { width: 9, height: 9, channels: 3, background: "#808080" } })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    expect([...(await survey(grey)).sketch.rgba.subarray(0, 4)]).toEqual([128, 128, 128, 255]);
    const strip = Buffer.alloc(20 * 40 * 3).map((_, at) => (at < 1200 ? 40 : 200));
    const moving = await sharp(strip, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } })
      .gif()
      .toBuffer();
    const { facts, sketch } = await survey(moving);
    expect([facts.pages, sketch.width, sketch.height]).toEqual([2, 20, 20]);
    expect(Math.abs((sketch.rgba[0] ?? 0) - 40)).toBeLessThan(6);
  });

  test("what is no picture is a RenderError", async () => {
    await expect(survey(new TextEncoder().encode("no"))).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  });
});
