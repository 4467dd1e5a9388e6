import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

let origin: Origin;
let freshet: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  const plain = sharp({ create: { width: 60, height: 40, channels: 3, background: "#c86432" } });
  origin.put("/a.png", await plain.png().toBuffer());
  const spot = { create: { width: 60, height: 30, channels: 3 as const, background: "#c86432" } };
  const card = sharp({ create: { width: 200, height: 100, channels: 3, background: "#fff" } });
  origin.put(
    "/card.png",
    await card
      .composite([{ input: spot, left: 130, top: 10 }])
      .png()
      .toBuffer(),
  );
  const strip = Buffer.alloc(20 * 20 * 3 * 3).map((_, at) => 40 + 60 * Math.floor(at / 1200));
  origin.put(
    "/moving.gif",
    await sharp(strip, { raw: { width: 20, height: 60, channels: 3, pageHeight: 20 } })
      .gif({ delay: [70, 80, 90] })
      .toBuffer(),
  );
  const more = { presets: { old: "f=sepia,bright:0&radius=8&force_format=png" }, v6: true };
  freshet = await startFreshet({ config: demoOf(origin, more) });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

async function get(target: string, accept = "image/png") {
  const { status, bytes, headers } = await ask(freshet, "demo", target, { accept });
  expect(status, target).toBe(200);
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4),
  ];
  return { bytes, headers, size: [info.width, info.height], at };
}

describe("operations over HTTP", () => {
  // By the formulas of the reference, on (200, 100, 50).
  test.each<[string, readonly number[]]>([
    ["gray=1", [118, 118, 118, 255]],
    ["f=sepia", [165, 147, 114, 255]],
    ["f=bright:10,gray", [144, 144, 144, 255]],
    ["f=duotone:ff0000,0000ff,0.5,invert:0", [169, 50, 84, 255]],
    ["f=duotone%3Aff0000%2C0000ff", [137, 0, 118, 255]],
    ["colorise=1e90ff,0.4&amp;blur=3", [132, 118, 132, 255]],
  ])("%s", async (query, pixel) => {
    expect((await get(`/v7/_site_/a.png?${query}`)).at(30, 20)).toEqual(pixel);
  });

  it("take part in presets and in URLs of the form before v7", async () => {
    const preset = await get("/v7/_site_/a.png?p=old&gray=0");
    expect([preset.at(30, 20), preset.at(0, 0)[3]]).toEqual([[165, 147, 114, 255], 0]);
    const old = await get("/width/30/fgrey.fradius5/_site_/a.png");
    expect([old.size, old.at(15, 10), old.at(0, 0)[3]]).toEqual([[30, 20], [118, 118, 118, 255], 0]);
  });

  it("trim, crop to what stands out and pad with the image itself", async () => {
    expect((await get("/v7/_site_/card.png?trim=2")).size).toEqual([60, 30]);
    const crop = await get("/v7/_site_/card.png?w=60&h=60&gravity=auto");
    expect([crop.size, crop.at(30, 15)]).toEqual([
      [60, 60],
      [200, 100, 50, 255],
    ]);
    const padded = await get("/v7/_site_/a.png?w=100&h=40&func=fit&bg_img_fit=1&bg_colorize=000,0.5");
    expect([padded.at(5, 20), padded.at(50, 20)]).toEqual([
      [100, 50, 25, 255],
      [200, 100, 50, 255],
    ]);
  });

  it("go through every frame of an animation", async () => {
    const { bytes } = await get("/v7/_site_/moving.gif?invert=1&radius=5", "image/webp");
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "webp", pages: 3, delay: [70, 80, 90] });
  });

  it("pass over what they cannot read, and say so", async () => {
    const { headers, at } = await get(
      "/v7/_site_/a.png?blur=much&f=huh,gray,bright:x&radius=1,2&force_format=png",
    );
    expect(at(30, 20)).toEqual([118, 118, 118, 255]);
    expect(headers.get("freshet-remarks")?.split(", ").sort()).toEqual(["blur", "bright", "f", "radius"]);
  });

  it("give one variant to all spellings of one wish", async () => {
    const [one, other] = await Promise.all([
      get("/v7/_site_/a.png?f=grey,blur:4.0&w=20&dpr=2"),
      get("/v7/_site_/a.png?blur=4&gray=1&width=40&func=cover&x=3&margin=7"),
    ]);
    expect(one.headers.get("etag")).toBe(other.headers.get("etag"));
  });
});
