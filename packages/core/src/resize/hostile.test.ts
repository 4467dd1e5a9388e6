import { deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, it, test } from "vitest";
import type { Parameter } from "../codec.ts";
import { OUTPUT_FORMATS, type OutputFormat } from "../format.ts";
import { OPERATIONS, type Transformation } from "../operations/index.ts";
import { canonicalTransformation, readTransformation } from "../transformation.ts";
import { readQuery } from "../url/query.ts";
import { watermarkImages } from "../watermarks.ts";
import type { Rendered } from "./contract.ts";
import { isRenderError, type RenderError } from "./errors.ts";
import { animation, asked, placeMap } from "./fixtures.test.support.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { probe } from "./probe.ts";
import { render } from "./render.ts";

/** A picture or one of our errors; anything else fails the test. */
async function attempt(
  bytes: Uint8Array,
  transformation: Transformation = {},
  format: OutputFormat = "webp",
) {
  return render(bytes, transformation, { format }).catch((error: unknown): RenderError => {
    if (isRenderError(error)) return error;
    throw error;
  });
}
const isPicture = (result: Rendered | RenderError): result is Rendered => "bytes" in result;

const noise = () => {
  const data = new Uint8Array(64 * 48 * 3).map((_, index) => (index * 7919) % 251);
  return sharp(data, { raw: { width: 64, height: 48, channels: 3 } });
};

describe("damaged files", () => {
  const samples = new Map<string, Buffer>();
  beforeAll(async () => {
    for (const format of ["jpeg", "png", "webp", "avif", "gif", "tiff"] as const) {
      samples.set(format, await noise().toFormat(format).toBuffer());
    }
    samples.set(
      "progressive",
      await noise().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    );
    samples.set("interlaced", await noise().png({ progressive: true }).toBuffer());
    samples.set("animated", await animation(32, 24, 4, "webp"));
    samples.set("moving", await animation(32, 24, 4, "gif"));
    const drawing =
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><circle r="12" cx="20" cy="15"/></svg>';
    samples.set("svg", Buffer.from(drawing));
  });
  const sample = fc.constantFrom(
    "jpeg",
    "png",
    "webp",
    "avif",
    "gif",
    "tiff",
    "progressive",
    "interlaced",
    "animated",
    "moving",
    "svg",
  );
  const bytesOf = (name: string) => Buffer.from(samples.get(name) ?? []);
  const wish: Transformation = { resize: { w: 20, h: 20 }, flip: { flip: "v" } };

  it("give a picture or a RenderError wherever they end", async () => {
    await fc.assert(
      fc.asyncProperty(sample, fc.double({ min: 0, max: 1, noNaN: true }), async (name, share) => {
        const whole = bytesOf(name);
        await attempt(whole.subarray(0, Math.floor(whole.length * share)), wish);
      }),
      { numRuns: 300 },
    );
  });

  it("give a picture or a RenderError whatever bits are flipped", async () => {
    const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(7)), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(sample, flips, async (name, places) => {
        const bytes = bytesOf(name);
        for (const [share, bit] of places) {
          const at = Math.floor(share * (bytes.length - 1));
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        }
        await attempt(bytes, wish);
      }),
      { numRuns: 300 },
    );
  });

  it("give a RenderError when half of the file is missing, not a half grey picture", async () => {
    for (const name of ["jpeg", "png", "webp", "avif", "progressive", "interlaced"]) {
      const whole = bytesOf(name);
      const result = await attempt(whole.subarray(0, whole.length >> 1));
      expect(result, name).toMatchObject({ code: "IMAGE_UNREADABLE" });
    }
  });

  it("give a RenderError for any bytes behind a true signature", async () => {
    const signature = fc.constantFrom("jpeg", "png", "webp", "avif", "gif", "tiff");
    await fc.assert(
      fc.asyncProperty(signature, fc.uint8Array({ maxLength: 400 }), async (name, tail) => {
        await attempt(Buffer.concat([bytesOf(name).subarray(0, 24), tail]));
      }),
      { numRuns: 200 },
    );
  });

  it("give a RenderError for any bytes at all", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(await attempt(bytes)).toMatchObject({ code: "IMAGE_UNREADABLE" });
      }),
    );
  });
});

describe("any query", () => {
  const parameters = OPERATIONS.flatMap((operation) =>
    Object.entries<Parameter<unknown>>(operation.parameters),
  );
  const words = [
    "0",
    "1",
    "-1",
    "3.7",
    "99999999",
    "-1e9",
    "NaN",
    "max",
    "auto",
    "trim",
    "face",
    "red",
    "f00,0.3",
    "1,2",
    "9,9,9,9",
    "0p,100p",
    "",
  ];
  const value = (example: string) =>
    fc.oneof(
      fc.constant(example),
      fc.constantFrom(...words),
      fc.integer({ min: -300, max: 300 }).map(String),
    );
  const item = fc.oneof(
    fc
      .constantFrom(...parameters)
      .chain(([name, { example }]) => value(example).map((text) => `${name}=${text}`)),
    fc
      .array(fc.constantFrom(...parameters), { maxLength: 5 })
      .map((some) => `f=${some.map(([name, { example }]) => `${name}:${example}`)}`),
  );
  const query = fc.array(item, { maxLength: 12 }).map((items) => items.join("&"));
  // Small outputs, so that many can be tried; what is larger is scaled down by the same rules.
  const some = 40_000;
  const limits = {
    ...DEFAULT_LIMITS,
    maxOutputPixels: { jpeg: some, png: some, webp: some, avif: some, jxl: some, gif: some },
  };
  const originals = new Map<string, Buffer>();
  beforeAll(async () => {
    originals.set("map", await placeMap(90, 60));
    originals.set(
      "clear",
      await sharp({
        create: { width: 40, height: 30, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
      })
        .png()
        .toBuffer(),
    );
    originals.set("grey", await noise().greyscale().jpeg().withMetadata({ orientation: 7 }).toBuffer());
    originals.set("deep", await noise().toColourspace("rgb16").png().toBuffer());
    originals.set("print", await noise().toColourspace("cmyk").jpeg().toBuffer());
    originals.set("moving", await animation(32, 24, 3, "gif"));
    originals.set("dot", await placeMap(1, 1));
    const drawing =
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><circle r="9" cx="20" cy="15"/></svg>';
    originals.set("svg", Buffer.from(drawing));
  });

  it("makes a picture of any good original, in any format, again and again the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        query,
        fc.constantFrom("map", "clear", "grey", "deep", "print", "moving", "dot", "svg"),
        fc.constantFrom(...OUTPUT_FORMATS.filter((each) => each !== "jxl")),
        async (text, name, format) => {
          const { transformation } = readTransformation(readQuery(text));
          const original = originals.get(name) ?? Buffer.alloc(0);
          const mark = originals.get("clear") ?? original;
          const images = new Map(watermarkImages(transformation).map((image) => [image, mark]));
          const options = { format, limits, images };
          const { bytes, width, height, pages } = await render(original, transformation, options);
          expect(await sharp(bytes).metadata()).toMatchObject({ width });
          // A turn by odd degrees needs some room beyond the limit, and no side is thinner than a pixel.
          expect(width * height * pages).toBeLessThanOrEqual(some * 1.1 + 8192);
          // What stands in a variant's key is all that decides its pixels.
          const key = readTransformation(readQuery(canonicalTransformation(transformation))).transformation;
          const again = await render(original, key, options);
          expect(Buffer.compare(bytes, again.bytes), text).toBe(0);
        },
      ),
      { numRuns: 250 },
    );
  }, 120_000);
});

describe("odd sizes", () => {
  test.each<[number, number]>([
    [1, 1],
    [1, 3000],
    [16_000, 1],
    [3, 2],
  ])("a picture of %dx%d goes through everything", async (width, height) => {
    const original = await placeMap(width, height);
    for (const format of OUTPUT_FORMATS) {
      for (const transformation of [
        {},
        { resize: { w: 10 } },
        { resize: { h: 3 } },
        { resize: { w: 30, h: 20 } },
        { resize: { w: 30, h: 20, func: "fit" }, rotate: { r: 33 } },
        { resize: { aspect_ratio: { min: 1, max: 1 } }, flip: { flip: "hv" } },
        asked("trim=5&w=30&h=20&gravity=auto&radius=max"),
        asked("w=30&h=20&func=fit&bg_img_fit=1&bg_opacity=0.5&margin=9&bg_color=auto&r=5"),
        asked("w=40&f=blur:100,pixelate:30,sharp:4,saturate:80,sepia,duotone:f00,0f0,0.5&radius=3,max,0,9"),
      ] as const satisfies readonly Transformation[]) {
        const result = await attempt(original, transformation, format);
        expect(isPicture(result), `${format} ${JSON.stringify(transformation)}: ${result}`).toBe(true);
        if (isPicture(result)) expect(Math.max(result.width, result.height)).toBeLessThanOrEqual(8192);
      }
    }
  });
});

/** A PNG header with nothing worth the name behind it: the promise of pixels is all a bomb needs. */
function pngOf(width: number, height: number, interlaced: boolean): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, interlaced ? 1 : 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const framed = Buffer.alloc(named.length + 8);
    framed.writeUInt32BE(data.length, 0);
    framed.set(named, 4);
    framed.writeUInt32BE(crc32(named), named.length + 4);
    return framed;
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

describe("bombs", () => {
  it.each([
    ["20000² PNG", pngOf(20_000, 20_000, false)],
    ["8000² interlaced PNG", pngOf(8000, 8000, true)],
  ])("%s is refused on its header, before its missing pixels are missed", async (_, bytes) => {
    expect(await attempt(bytes, { resize: { w: 100 } })).toMatchObject({ code: "IMAGE_TOO_LARGE" });
  });

  it("lets the same file pass the header when its size is allowed, and misses the pixels then", async () => {
    const bytes = pngOf(8000, 8000, false);
    expect(await probe(bytes)).toMatchObject({ width: 8000, height: 8000 });
    expect(await attempt(bytes, { resize: { w: 100 } })).toMatchObject({ code: "IMAGE_UNREADABLE" });
  });

  it("8000² AVIF is refused on its header", async () => {
    // A small AVIF whose header promises 8000 × 8000: its size stands in the `ispe` box.
    const bytes = await noise().avif({ effort: 0 }).toBuffer();
    const at = bytes.indexOf("ispe") + 8;
    expect([bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]).toEqual([64, 48]);
    bytes.writeUInt32BE(8000, at);
    bytes.writeUInt32BE(8000, at + 4);
    expect(await attempt(bytes, { resize: { w: 100 } })).toMatchObject({ code: "IMAGE_TOO_LARGE" });
  });

  it("an SVG of more than a megabyte is refused, and one that promises a giant too", async () => {
    const giant = '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>';
    expect(await attempt(Buffer.from(giant), { resize: { w: 100 } })).toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
    const fat = `<svg xmlns="http://www.w3.org/2000/svg" width="30" height="30"><!--${"x".repeat(1_000_001)}--></svg>`;
    expect(await attempt(Buffer.from(fat))).toMatchObject({ code: "IMAGE_TOO_LARGE" });
  });

  it("an animation with too many frames is refused", async () => {
    const limits = { ...DEFAULT_LIMITS, maxPages: 3 };
    const refusal = render(await animation(16, 16, 4, "gif"), {}, { format: "webp", limits });
    await expect(refusal).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
  });

  it("a render beyond its time is IMAGE_TOO_SLOW", async () => {
    const limits = { ...DEFAULT_LIMITS, timeoutMs: 0 };
    const refusal = render(await placeMap(20, 20), {}, { format: "webp", limits });
    await expect(refusal).rejects.toMatchObject({ code: "IMAGE_TOO_SLOW" });
  });
});

describe("SVG", () => {
  const circle =
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="10" height="10" fill="red"/></svg>';

  it("is drawn at the size that was asked, not enlarged from a small one", async () => {
    const { bytes, width, height } = await render(
      Buffer.from(circle),
      { resize: { w: 2000 } },
      { format: "png" },
    );
    expect([width, height]).toEqual([2000, 1000]);
    const { data } = await sharp(bytes)
      .ensureAlpha()
      .extract({ left: 990, top: 500, width: 20, height: 1 })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const alphas = Array.from({ length: 20 }, (_, x) => data[x * 4 + 3] ?? -1);
    // A vector edge is sharp within two pixels; one enlarged a hundredfold would fade over a hundred.
    expect(alphas.filter((alpha) => alpha > 5 && alpha < 250).length).toBeLessThanOrEqual(2);
  });

  it("never reads what it points at", async () => {
    const spy =
      '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="20" height="20"><image x:href="file:///etc/hostname" width="20" height="20"/><image x:href="http://127.0.0.1:9/a.png" width="20" height="20"/></svg>';
    const { bytes } = await render(Buffer.from(spy), {}, { format: "png" });
    const { data } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(data.every((value) => value === 0)).toBe(true);
  });
});
