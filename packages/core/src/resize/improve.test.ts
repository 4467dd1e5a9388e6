import sharp from "sharp";
import { expect, test } from "vitest";
import type { OutputFormat } from "../format.ts";
import type { Transformation } from "../operations/index.ts";
import { painted, photo } from "./fixtures.test.support.ts";
import { improve, isImprovable } from "./improve.ts";
import { likenessTo } from "./quality/likeness.ts";
import { render } from "./render.ts";

/** Waves across waves: soft and hard slopes in all directions, as photographs have them. */
const picture = painted(420, 300, (x, y) => {
  const value =
    128 +
    50 * Math.sin(x / 9 + Math.sin(y / 23) * 3) +
    40 * Math.sin(y / 7 + x / 31) +
    20 * Math.sin((x * y) / 900);
  const colors = [value, 255 - value * 0.8, 90 + 0.4 * value + 20 * Math.sin(x / 5), 255];
  return colors.map((each) => Math.max(0, Math.min(255, Math.floor(each)))) as never;
});
const opaque = async () =>
  sharp(await picture)
    .removeAlpha()
    .png()
    .toBuffer();
const FOREVER = Number.POSITIVE_INFINITY;

async function rawOf(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes)
    .flatten({ background: "#fff" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3, pages: 1 } as const;
}

/** Bytes and points of both answers. */
async function both(bytes: Uint8Array, transformation: Transformation, format: OutputFormat) {
  const lossless = await render(bytes, transformation, { format: "png" });
  const pointsOf = await likenessTo(await rawOf(lossless.bytes), FOREVER);
  const first = await render(bytes, transformation, { format });
  const { better, firstBytes } = await improve(bytes, transformation, { format });
  expect(firstBytes, "is what render gives").toBe(first.bytes.length);
  const judged = async (each: { readonly bytes: Uint8Array }) => ({
    bytes: each.bytes.length,
    points: await pointsOf(await rawOf(each.bytes)),
  });
  return { first: await judged(first), better: better && { ...better, ...(await judged(better)) } };
}

test.each([
  ["avif", {}],
  ["avif", { encode: { q: 70 } }],
  ["avif", { encode: { optipress: 2 } }],
  ["jpeg", {}],
  ["jpeg", { encode: { q: 60 } }],
] as const)("%s %o takes fewer bytes and looks as good", async (format, wish) => {
  const { first, better } = await both(await opaque(), { resize: { w: 400 }, ...wish }, format);
  expect(better).toMatchObject({ format, width: 400 });
  expect(better?.bytes).toBeLessThan(0.97 * first.bytes);
  expect(better?.points).toBeGreaterThanOrEqual(first.points);
});

test("the same is made of the same, whatever was improved before", async () => {
  const bytes = await opaque();
  const wish = { resize: { w: 300 } };
  const [one, , other] = [
    await improve(bytes, wish, { format: "avif" }),
    await improve(bytes, { resize: { w: 200 } }, { format: "avif" }),
    await improve(bytes, wish, { format: "avif" }),
  ];
  expect(one.better).toBeDefined();
  expect(Buffer.compare(one.better?.bytes ?? Buffer.of(), other.better?.bytes ?? Buffer.of(1))).toBe(0);
});

test("transparency stays, and colours of Display P3", async () => {
  const see = await painted(200, 200, (x, y) => [x, y, (x * y) % 256, x > 100 ? 255 : 90]);
  const clear = await improve(see, {}, { format: "avif" });
  if (clear.better) expect(await sharp(clear.better.bytes).metadata()).toMatchObject({ hasAlpha: true });
  const wide = await sharp(await opaque())
    .withIccProfile("p3")
    .png()
    .toBuffer();
  const { better } = await improve(wide, { resize: { w: 400 } }, { format: "avif", gamut: "p3" });
  expect(better).toBeDefined();
  expect((await sharp(better?.bytes).metadata()).icc).toBeDefined();
});

test("where nothing can be gained there is nothing", async () => {
  const plain = await painted(100, 100, () => [200, 30, 30, 255]);
  expect((await improve(plain, {}, { format: "avif" })).better).toBeUndefined();
  expect((await improve(await opaque(), { resize: { w: 50 } }, { format: "avif" })).better).toBeUndefined();
});

test("what cannot be read is refused like a render", async () => {
  await expect(improve(Buffer.from("no picture"), {}, { format: "avif" })).rejects.toMatchObject({
    code: "IMAGE_UNREADABLE",
  });
});

test("only what more time makes smaller, neither tiny nor large, is improved", () => {
  const is = (format: OutputFormat, wish: Transformation = { resize: { w: 800 } }, rival?: OutputFormat) =>
    isImprovable(photo(), wish, format, { rival });
  expect([is("avif"), is("jpeg"), is("webp"), is("png"), is("gif")]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(is("avif", { resize: { w: 40 } })).toBe(false);
  expect(is("avif", { resize: { w: 3000 } })).toBe(false);
  expect(is("jpeg", { encode: { optipress: 1 }, resize: { w: 800 } })).toBe(false);
  expect(is("jpeg", undefined, "webp")).toBe(false);
});
