import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { BOTTLE, drawing, GRADIENT, GROUND, HEIGHT, photograph, WIDTH } from "./drawings.test.support.ts";
import { makeCutout, takeMask } from "./make.ts";

/** Two colours that differ from pixel to pixel, from a fixed seed. */
const grained = async (
  inside: string,
  ground: readonly [number, number, number],
  subject: readonly [number, number, number],
) => {
  const inked = await sharp(drawing(inside)).ensureAlpha().raw().toBuffer();
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed / 0x7fffffff - 0.5;
  };
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => {
    const share = (inked[Math.floor(at / 3) * 4 + 3] ?? 0) / 255;
    const value = share * (subject[at % 3] ?? 0) + (1 - share) * (ground[at % 3] ?? 0);
    return Math.max(0, Math.min(255, value + 40 * random()));
  });
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
};

async function maskOf(original: Uint8Array): Promise<Uint8Array> {
  const mask = await makeCutout({ original });
  if (!mask) throw new Error("no subject was seen");
  return sharp(mask).extractChannel(0).raw().toBuffer();
}

/** Overlap by union of the mask and of what was drawn: 1 where they are the same. */
async function likeness(mask: Uint8Array, truth: string): Promise<number> {
  const drawn = await sharp(drawing(truth)).ensureAlpha().extractChannel(3).raw().toBuffer();
  let [both, either] = [0, 0];
  for (const [at, value] of mask.entries()) {
    both += Math.min(value, drawn[at] ?? 0);
    either += Math.max(value, drawn[at] ?? 0);
  }
  return both / either;
}

const RING = '<circle cx="180" cy="135" r="70" fill="none" stroke="#7a3b1d" stroke-width="36"/>';

describe("makeCutout", () => {
  it.each([
    ["a shape on white", GROUND + BOTTLE, BOTTLE],
    ["a shape on a ground that changes evenly", GRADIENT + BOTTLE, BOTTLE],
    ["a shape with a hole", GROUND + RING, RING],
    [
      "several parts",
      `${GROUND}<g fill="#333"><circle cx="90" cy="120" r="40"/><rect x="200" y="80" width="90" height="70"/></g>`,
      '<circle cx="90" cy="120" r="40"/><rect x="200" y="80" width="90" height="70"/>',
    ],
  ])("finds %s, to a hundredth and a half of its area", async (_, picture, truth) => {
    expect(await likeness(await maskOf(await photograph(picture)), truth)).toBeGreaterThan(0.985);
  });

  it("finds by colours and edges what stands on no plain ground, to a twentieth of its area", async () => {
    const shape = '<ellipse cx="185" cy="140" rx="90" ry="75"/>';
    const original = await grained(shape, [70, 120, 60], [190, 90, 60]);
    expect(await likeness(await maskOf(original), shape)).toBeGreaterThan(0.95);
  });

  it("sees no subject in one colour, in what has the colour of its ground, and in noise", async () => {
    const pictures = [
      await photograph(GROUND),
      await photograph(`${GROUND}<circle cx="180" cy="135" r="70" fill="#fefefe"/>`),
      await grained("", [120, 120, 120], [0, 0, 0]),
    ];
    const masks = await Promise.all(pictures.map((original) => makeCutout({ original })));
    expect(masks.map((mask) => mask?.length)).toEqual([undefined, undefined, undefined]);
  });

  it("takes what is transparent already at its word", async () => {
    const original = await sharp(drawing(BOTTLE)).png().toBuffer();
    expect(await likeness(await maskOf(original), BOTTLE)).toBeGreaterThan(0.97);
  });

  it("answers the same for the same picture", async () => {
    const original = await photograph(GRADIENT + BOTTLE);
    const [one, other] = [await makeCutout({ original }), await makeCutout({ original })];
    expect(Buffer.compare(one ?? Buffer.from("1"), other ?? Buffer.from("2"))).toBe(0);
  });

  it("takes another's mask, and refuses one that does not fit", async () => {
    const original = await photograph(GROUND + BOTTLE);
    const half = {
      width: WIDTH / 2,
      height: HEIGHT / 2,
      data: new Uint8Array((WIDTH * HEIGHT) / 4).fill(255),
    };
    expect(await sharp(await makeCutout({ original }, () => half)).metadata()).toMatchObject({ width: 180 });
    const wide = { width: 300, height: 20, data: new Uint8Array(6_000) };
    await expect(makeCutout({ original }, () => wide)).rejects.toThrow("proportions");
    await expect(makeCutout({ original }, () => ({ ...wide, width: 299 }))).rejects.toThrow(
      "a byte for each",
    );
    const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: "#fff" } })
      .png()
      .toBuffer();
    const answer = await sharp({ create: { width: 80, height: 60, channels: 4, background: "#ffffff80" } })
      .png()
      .toBuffer();
    const taken = await sharp(await takeMask(answer, picture))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([taken.info.width, taken.data[0]]).toEqual([40, 128]);
    await expect(takeMask(Buffer.from("<html>"), picture)).rejects.toThrow();
  });
});
