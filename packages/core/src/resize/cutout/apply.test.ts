import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { render } from "../render.ts";
import { BOTTLE, drawing, GROUND, photograph } from "./drawings.test.support.ts";
import { CUTOUT_MASK } from "./mask.ts";

describe("a render with a mask", () => {
  const alphaOf = async (original: Uint8Array, transformation: object, mask: Uint8Array) => {
    const images = new Map([[CUTOUT_MASK, mask]]);
    const { bytes, width } = await render(
      original,
      { cutout: { bg_remove: true }, ...transformation },
      { format: "png", images },
    );
    const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return { width, at: (x: number, y: number) => data[(y * info.width + x) * 4 + 3] ?? -1 };
  };
  /** The left half stays. */
  const leftHalf = sharp(drawing('<rect width="50%" height="100%" fill="white"/>'))
    .flatten({ background: "#000" })
    .png()
    .toBuffer();

  it("cuts what is left after extract, at the size that is asked for, and pads and turns it afterwards", async () => {
    const original = await photograph(`${GROUND}<rect width="50%" height="100%" fill="#c33"/>`);
    const mask = await leftHalf;
    const whole = await alphaOf(original, { resize: { w: 90 } }, mask);
    expect([whole.width, whole.at(10, 30), whole.at(80, 30)]).toEqual([90, 255, 0]);
    const part = await alphaOf(
      original,
      { extract: { tl_px: { x: 90, y: 0 }, br_px: { x: 270, y: 270 } } },
      mask,
    );
    expect([part.width, part.at(80, 9), part.at(100, 9)]).toEqual([180, 255, 0]);
    const flipped = await alphaOf(original, { resize: { w: 90 }, flip: { flip: "h" } }, mask);
    expect([flipped.at(10, 30), flipped.at(80, 30)]).toEqual([0, 255]);
    const turned = await alphaOf(original, { resize: { w: 90 }, rotate: { r: 90 } }, mask);
    expect([turned.at(30, 10), turned.at(30, 80)]).toEqual([0, 255]);
    const padded = await alphaOf(original, { resize: { w: 200, h: 90, func: "fit", margin: 10 } }, mask);
    expect([padded.at(5, 45), padded.at(80, 45), padded.at(120, 45)]).toEqual([0, 255, 0]);
    const square = await alphaOf(original, { resize: { w: 90, h: 90, gravity: "west" } }, mask);
    expect([square.at(30, 45), square.at(85, 45)]).toEqual([255, 0]);
  });

  it("lies as the original is turned upright", async () => {
    const upright = await photograph(`${GROUND}<rect width="50%" height="100%" fill="#c33"/>`);
    const stored = await sharp(upright).rotate(270).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const turned = await alphaOf(stored, { resize: { w: 90 } }, await leftHalf);
    expect([turned.width, turned.at(10, 30), turned.at(80, 30)]).toEqual([90, 255, 0]);
  });

  it("keeps what was transparent so, and marks what was cut out", async () => {
    const original = await sharp(drawing('<rect width="50%" height="50%" fill="#c33"/>')).png().toBuffer();
    const { at } = await alphaOf(original, {}, await leftHalf);
    expect([at(20, 20), at(20, 200), at(300, 20)]).toEqual([255, 0, 0]);
  });

  it("looks for what stands out in what was cut out", async () => {
    // What glows on the right is ground.
    const original = await photograph(
      `<rect width="100%" height="100%" fill="#777"/><circle cx="60" cy="135" r="30" fill="#999"/><circle cx="300" cy="135" r="40" fill="#f20"/>`,
    );
    const { at } = await alphaOf(original, { resize: { w: 60, h: 120, gravity: "auto" } }, await leftHalf);
    expect(at(30, 60)).toBe(255);
  });

  it("has five megapixels at most", async () => {
    const original = await sharp({ create: { width: 4_000, height: 2_000, channels: 3, background: "#c33" } })
      .jpeg()
      .toBuffer();
    const { width } = await alphaOf(original, {}, await leftHalf);
    expect(width).toBe(Math.round(4_000 * Math.sqrt(5 / 8)));
  });

  it("is the plain picture without a mask", async () => {
    const original = await photograph(GROUND + BOTTLE);
    const [one, other] = await Promise.all([
      render(original, { cutout: { bg_remove: true }, resize: { w: 90 } }, { format: "png" }),
      render(original, { resize: { w: 90 } }, { format: "png" }),
    ]);
    expect(Buffer.compare(one.bytes, other.bytes)).toBe(0);
  });
});
