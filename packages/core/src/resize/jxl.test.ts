import sharp from "sharp";
import { expect, it, test } from "vitest";
import { readHead } from "./develop/heads.ts";
import type { Raw } from "./engine.ts";
import { animation, asked } from "./fixtures.test.support.ts";
import { likenessTo } from "./quality/likeness.ts";
import { render } from "./render.ts";

const WIDTH = 240;
const HEIGHT = 160;

/** Soft hills under fine noise, as photographs are. */
async function photograph(): Promise<Buffer> {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [Math.floor(at / 3) % WIDTH, Math.floor(at / 3 / WIDTH)];
    const hill = 120 + 80 * Math.sin(x / 23 + (at % 3)) * Math.cos(y / 17);
    data[at] = hill + (Math.imul(at, 2_654_435_761) >>> 28);
  }
  return sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toBuffer();
}

/** What a JPEG XL shows: by the other library, which reads it. */
async function seen(jxl: Uint8Array): Promise<Raw> {
  const { bytes } = await render(jxl, {}, { format: "png" });
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels, pages: 1 };
}

it("is written with the size, and looks as it should, the more so the higher its quality", async () => {
  const png = await photograph();
  const judge = await likenessTo(await rawOf(png), performance.now() + 60_000);
  const points: number[] = [];
  const lengths: number[] = [];
  for (const q of [40, 75, 95]) {
    const { bytes, ...facts } = await render(png, asked(`q=${q}`), { format: "jxl" });
    expect(facts).toEqual({ format: "jxl", width: WIDTH, height: HEIGHT, pages: 1 });
    points.push(await judge(await seen(bytes)));
    lengths.push(bytes.length);
  }
  expect(points).toEqual(points.toSorted((one, other) => one - other));
  expect(lengths).toEqual(lengths.toSorted((one, other) => one - other));
  const jpeg = await render(png, asked("q=75"), { format: "jpeg" });
  const [, atJpegs = 0] = points;
  expect(Math.abs(atJpegs - (await judge(await rawOf(jpeg.bytes))))).toBeLessThan(8);
  expect(lengths[1]).toBeLessThan(jpeg.bytes.length);
});

const rawOf = async (bytes: Uint8Array): Promise<Raw> => {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3, pages: 1 };
};

it("gets a quality by its look where none is asked for, and by trial", async () => {
  const png = await photograph();
  const sizes = await Promise.all(
    ["", "optipress=1", "optipress=3"].map(async (query) => {
      const { bytes } = await render(png, asked(query), { format: "jxl" });
      return bytes.length;
    }),
  );
  expect(Math.min(...sizes)).toBeGreaterThan(500);
  expect(sizes[2]).toBeLessThan(sizes[1] ?? 0);
});

it("keeps what is transparent, and the same picture is the same bytes", async () => {
  const hole = await sharp({ create: { width: 40, height: 30, channels: 4, background: "#f008" } })
    .png()
    .toBuffer();
  const [one, other] = [await render(hole, {}, { format: "jxl" }), await render(hole, {}, { format: "jxl" })];
  expect(Buffer.compare(one.bytes, other.bytes)).toBe(0);
  expect(readHead("jxl", one.bytes)).toMatchObject({ width: 40, height: 30, hasAlpha: true });
  const { data, channels } = await seen(one.bytes);
  expect(channels).toBe(4);
  expect(Math.abs((data[3] ?? 0) - 0x88)).toBeLessThan(4);
});

test("of an animation the first frame is shown, and greys stay grey", async () => {
  const { pages, width } = await render(await animation(40, 30, 3, "gif"), {}, { format: "jxl" });
  expect([pages, width]).toEqual([1, 40]);
  const grey = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#777" } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  const { data } = await seen((await render(grey, {}, { format: "jxl" })).bytes);
  expect(Math.abs((data[0] ?? 0) - 0x77)).toBeLessThan(3);
});

it("says that its colours are those of Display P3 where they are", async () => {
  const wide = await sharp({ create: { width: 16, height: 16, channels: 3, background: "#f00" } })
    .withIccProfile("p3", { attach: false })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const png = await sharp(
    Buffer.from(wide.data)
      .fill(0)
      .map((_, at) => (at % 3 === 1 ? 255 : 0)),
    {
      raw: { width: 16, height: 16, channels: 3 },
    },
  )
    .pipelineColourspace("rgb16")
    .withIccProfile("p3")
    .png()
    .toBuffer();
  const srgb = await render(png, {}, { format: "jxl" });
  const p3 = await render(png, {}, { format: "jxl", gamut: "p3" });
  expect(p3.bytes.length).toBeGreaterThan(srgb.bytes.length);
});
