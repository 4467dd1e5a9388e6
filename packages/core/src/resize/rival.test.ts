import sharp from "sharp";
import { expect, test } from "vitest";
import { painted } from "./fixtures.test.support.ts";
import { render } from "./render.ts";
import { sniffFormat } from "./sniff.ts";

/** Hard noise: smaller as JPEG at low qualities, and as WebP at the highest. */
const opaque = async (picture: Promise<Buffer>) =>
  sharp(await picture)
    .removeAlpha()
    .png()
    .toBuffer();
const noise = opaque(
  painted(96, 96, (x, y) => {
    const value = (x * 7919 + y * 104_729 + ((x * y * 31) % 251) * 13) % 256;
    return [value, (value * 5) % 256, (value * 11) % 256, 255];
  }),
);
const smooth = opaque(painted(96, 96, (x, y) => [x, y, 60, 255]));

test.each([
  ["noise", noise, 100],
  ["noise", noise, 30],
  ["a gradient", smooth, 80],
  ["a gradient", smooth, 100],
])("of two formats the smaller one is given: %s at %#", async (_, picture, q) => {
  const bytes = await picture;
  const asked = { encode: { q } };
  const webp = await render(bytes, asked, { format: "webp" });
  const jpeg = await render(bytes, asked, { format: "jpeg" });
  const given = await render(bytes, asked, { format: "webp", rival: "jpeg" });
  const smaller = jpeg.bytes.length < webp.bytes.length ? jpeg : webp;
  expect(given.format).toBe(smaller.format);
  expect(given.bytes).toEqual(smaller.bytes);
  expect(sniffFormat(given.bytes)).toBe(given.format);
});

test("both formats win somewhere among these pictures", async () => {
  const formats = new Set<string>();
  for (const [picture, q] of [
    [noise, 100],
    [noise, 30],
    [smooth, 80],
  ] as const)
    formats.add((await render(await picture, { encode: { q } }, { format: "webp", rival: "jpeg" })).format);
  expect([...formats].toSorted()).toEqual(["jpeg", "webp"]);
});

test("what is transparent in the end stays WebP", async () => {
  const given = await render(
    await noise,
    { radius: { radius: ["max", "max", "max", "max"] }, encode: { q: 100 } },
    { format: "webp", rival: "jpeg" },
  );
  expect(given.format).toBe("webp");
  expect((await sharp(given.bytes).metadata()).hasAlpha).toBe(true);
});
