import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import { type DevelopedFormat, isDeveloped } from "../../format.ts";
import { asked } from "../fixtures.test.support.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { probe } from "../probe.ts";
import { render } from "../render.ts";
import { sniffFormat } from "../sniff.ts";
import { survey } from "../survey.ts";
import {
  HOLED_HEIC,
  iconOfPngs,
  MagickFormat,
  pdfOf,
  SIGN,
  SIGN_HEIC,
  SIGN_PAGE,
  signDng,
  signPng,
  signWithPreview,
  turnedHeic,
  writtenSign,
} from "./fixtures.test.support.ts";
import { notInstalled } from "./not-installed.ts";

interface Sample {
  readonly format: DevelopedFormat;
  readonly bytes: Uint8Array;
  readonly scale?: number;
  readonly hasHole?: boolean;
}

const written = async (format: DevelopedFormat, as: MagickFormat, hasHole = false): Promise<Sample> => ({
  format,
  bytes: await writtenSign(as, hasHole),
  hasHole,
});

const SAMPLES: Readonly<Record<string, () => Promise<Sample>>> = {
  HEIC: async () => ({ format: "heic", bytes: SIGN_HEIC }),
  "HEIC with alpha": async () => ({ format: "heic", bytes: HOLED_HEIC, hasHole: true }),
  "JPEG XL": () => written("jxl", MagickFormat.Jxl),
  "JPEG XL with alpha": () => written("jxl", MagickFormat.Jxl, true),
  PSD: () => written("psd", MagickFormat.Psd),
  "PSD with alpha": () => written("psd", MagickFormat.Psd, true),
  BMP: () => written("bmp", MagickFormat.Bmp),
  "BMP of version 3": () => written("bmp", MagickFormat.Bmp3),
  "BMP with alpha": () => written("bmp", MagickFormat.Bmp, true),
  ICO: () => written("ico", MagickFormat.Ico, true),
  "ICO of PNGs": async () => ({
    format: "ico",
    bytes: iconOfPngs(
      [
        await sharp(await signPng(true))
          .resize(9)
          .png()
          .toBuffer(),
        await signPng(true),
      ],
      [9, 96],
    ),
    hasHole: true,
  }),
  "JPEG 2000": () => written("jp2", MagickFormat.Jp2),
  "JPEG 2000 with alpha": () => written("jp2", MagickFormat.Jp2, true),
  "a codestream of JPEG 2000": () => written("jp2", MagickFormat.J2k),
  DNG: async () => ({ format: "raw", bytes: await signDng(), scale: 4 }),
  "a camera's file with a picture of its own": async () => ({
    format: "raw",
    bytes: await signWithPreview(1, 12),
    scale: 12,
  }),
};
const NAMES = Object.keys(SAMPLES);
const sampleOf = (name: string) => (SAMPLES[name] as () => Promise<Sample>)();

/** The colours in the middle of the four quarters. */
async function quartersOf(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const place = (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * 4;
    return [...data.subarray(place, place + 4)].map((each) => (each > 128 ? 1 : 0)).join("");
  };
  return { topLeft: at(0.1, 0.15), bottomLeft: at(0.25, 0.8), right: at(0.75, 0.5) };
}

const GREEN = "0101";
const RED = "1001";
const BLUE = "0011";

describe.each(NAMES)("%s", (name) => {
  it("is told by its first bytes, and promises by its header what is drawn", async () => {
    const { format, bytes, scale = 1, hasHole = false } = await sampleOf(name);
    expect(sniffFormat(bytes)).toBe(format);
    const facts = await probe(bytes);
    const size = { width: SIGN.width * scale, height: SIGN.height * scale };
    expect(facts).toMatchObject({ format, ...size, pages: 1, pixels: size.width * size.height });
    expect(facts.hasAlpha).toBe(hasHole);
  });

  it("is drawn as it looks", async () => {
    const { bytes, hasHole = false } = await sampleOf(name);
    const { bytes: png, ...size } = await render(bytes, { resize: { w: 48 } }, { format: "png" });
    expect(size).toMatchObject({ format: "png", width: 48, height: 32 });
    const { right, ...left } = await quartersOf(png);
    expect(left).toEqual({ topLeft: GREEN, bottomLeft: RED });
    if (hasHole) expect(right.endsWith("0")).toBe(true);
    else expect(right).toBe(BLUE);
  });

  it("is never read beyond what was promised, and refused when it ends early", async () => {
    const { format, bytes } = await sampleOf(name);
    const limits = { ...DEFAULT_LIMITS, maxPixels: { ...DEFAULT_LIMITS.maxPixels, [format]: 100 } };
    await expect(render(bytes, {}, { format: "png", limits })).rejects.toMatchObject({
      code: "IMAGE_TOO_LARGE",
    });
    const head = bytes.subarray(0, 40);
    await expect(render(head, {}, { format: "png" })).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  });
});

test.each([1, 3, 6, 8])("a DNG that is turned (EXIF %i) stands upright", async (orientation) => {
  const isTurned = orientation > 4;
  for (const bytes of [await signDng({ orientation }), await signWithPreview(orientation, 12)]) {
    const { facts } = await survey(bytes);
    expect(facts.width > facts.height).toBe(!isTurned);
    const { bytes: upright } = await render(bytes, {}, { format: "png" });
    const stored = await sharp(upright)
      .rotate(-({ 1: 0, 3: 180, 6: 90, 8: 270 }[orientation] ?? 0))
      .png()
      .toBuffer();
    expect(await quartersOf(stored)).toEqual({ topLeft: GREEN, bottomLeft: RED, right: BLUE });
  }
});

test.each([1, 2, 3] as const)(
  "a HEIC that its container turns by %i quarters stands upright",
  async (quarters) => {
    const bytes = turnedHeic(quarters);
    const facts = await probe(bytes);
    expect(facts.width > facts.height).toBe(quarters === 2);
    const { bytes: upright, ...size } = await render(bytes, {}, { format: "png" });
    expect(size).toMatchObject({ width: facts.width, height: facts.height });
    const stored = await sharp(upright)
      .rotate(quarters * 90)
      .png()
      .toBuffer();
    expect(await quartersOf(stored)).toEqual({ topLeft: GREEN, bottomLeft: RED, right: BLUE });
  },
);

test("what is not installed is said, and nothing else is hidden", () => {
  const missing = Object.assign(new Error("gone"), { code: "ERR_MODULE_NOT_FOUND" });
  expect(notInstalled("a-package", missing)).toMatchObject({
    code: "FORMAT_NOT_INSTALLED",
    message: expect.stringContaining("a-package"),
  });
  const other = new Error("broken");
  expect(notInstalled("a-package", other)).toBe(other);
});

test("a watermark may be of such a format too, and no document", async () => {
  const transformation = asked("wat=1&wat_url=mark&wat_scale=100&wat_opacity=1&wat_gravity=northwest");
  const white = await sharp({ create: { ...SIGN, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  const marked = (mark: Uint8Array) =>
    render(white, transformation, { format: "png", images: new Map([["mark", mark]]) });
  expect(await quartersOf((await marked(SIGN_HEIC)).bytes)).toMatchObject({
    topLeft: GREEN,
    bottomLeft: RED,
  });
  await expect(marked(pdfOf([SIGN_PAGE]))).rejects.toMatchObject({
    message: "The watermark cannot be used. It is a document.",
  });
});

test("colours of a profile become those of sRGB", async () => {
  const wide = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#f00" } })
    .withIccProfile("p3")
    .tiff({ compression: "none" })
    .toBuffer();
  const { ImageMagick, MagickReadSettings } = await import("@imagemagick/magick-wasm");
  await writtenSign(MagickFormat.Png);
  const jp2 = ImageMagick.read(wide, new MagickReadSettings({ format: MagickFormat.Tiff }), (image) =>
    image.write(MagickFormat.Psd, (data) => data.slice()),
  );
  const drawn = await render(jp2, {}, { format: "png" });
  const [red, green, blue] = await sharp(drawn.bytes).raw().toBuffer();
  expect([red, green, blue]).toEqual([255, 0, 0]);
});

describe("what else ImageMagick reads", () => {
  test.each([
    [
      "MVG",
      "push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'http://127.0.0.1/x'\npop graphic-context",
    ],
    ["MSL", '<?xml version="1.0"?><image><read filename="/etc/passwd"/></image>'],
    ["a name of a file", "label:@/etc/passwd"],
    ["EPS", "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage"],
    ["PPM", "P6\n2 2\n255\n000000000000"],
    ["XPM", '/* XPM */\nstatic char *a[] = {"1 1 1 1","a c #f00","a"};'],
    ["PCX", "\x0a\x05\x01\x08\0\0\0\0"],
    ["FITS", "SIMPLE  =                    T"],
  ])("%s has no format here", (_, text) => {
    const bytes = Buffer.from(text, "latin1");
    expect(sniffFormat(bytes)).toBeUndefined();
  });

  test("a text behind the first bytes of a format is that format and nothing else", async () => {
    const { decodeByMagick } = await import("./magick.ts");
    const promised = { width: 640, height: 480, hasAlpha: false };
    const texts = [
      "push graphic-context\nviewbox 0 0 640 480\nfill 'red'\nrectangle 0,0 640,480\npop graphic-context",
      '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="9" height="9"/></svg>',
      "P6\n2 2\n255\n000000000000",
    ];
    const png = await signPng();
    for (const coder of ["heic", "jxl", "psd", "raw", "bmp", "ico", "jp2"] as const) {
      for (const bytes of [...texts.map((text) => Buffer.from(text)), png]) {
        await expect(decodeByMagick(coder, bytes, promised), coder).rejects.toMatchObject({
          code: "IMAGE_UNREADABLE",
        });
      }
    }
  });
});

test("every sample is of a format that has to be developed", async () => {
  for (const name of NAMES) expect(isDeveloped((await sampleOf(name)).format)).toBe(true);
});
