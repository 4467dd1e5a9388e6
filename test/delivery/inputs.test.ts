import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  HOLED_HEIC,
  iconOfPngs,
  MagickFormat,
  SIGN_HEIC,
  signDng,
  signPng,
  signWithPreview,
  writtenSign,
} from "../../packages/core/src/resize/develop/fixtures.test.support.ts";
import { ask } from "../support/ask.ts";
import { demoOf } from "../support/demo.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";

interface Input {
  readonly name: string;
  /** What `ci_info` calls it. */
  readonly format: string;
  readonly type: string;
  readonly bytes: () => Promise<Uint8Array>;
  /** Its right half is transparent. */
  readonly hasHole?: boolean;
}

const INPUTS: readonly Input[] = [
  { name: "a.heic", format: "heic", type: "image/heic", bytes: async () => SIGN_HEIC },
  { name: "b.heif", format: "heic", type: "image/heif", bytes: async () => HOLED_HEIC, hasHole: true },
  { name: "a.jxl", format: "jxl", type: "image/jxl", bytes: () => writtenSign(MagickFormat.Jxl) },
  {
    name: "a.psd",
    format: "psd",
    type: "application/octet-stream",
    bytes: () => writtenSign(MagickFormat.Psd),
  },
  { name: "a.bmp", format: "bmp", type: "image/bmp", bytes: () => writtenSign(MagickFormat.Bmp3) },
  { name: "a.jp2", format: "jp2", type: "image/jp2", bytes: () => writtenSign(MagickFormat.Jp2) },
  { name: "a.dng", format: "raw", type: "image/x-adobe-dng", bytes: () => signDng() },
  { name: "a.nef", format: "raw", type: "application/octet-stream", bytes: () => signWithPreview(1, 12) },
  {
    name: "favicon.ico",
    format: "ico",
    type: "image/x-icon",
    bytes: async () => iconOfPngs([await signPng(true)], [96]),
    hasHole: true,
  },
  {
    name: "old.ico",
    format: "ico",
    type: "image/vnd.microsoft.icon",
    bytes: () => writtenSign(MagickFormat.Ico, true),
    hasHole: true,
  },
];

let origin: Origin;
let freshet: Freshet;

beforeAll(async () => {
  origin = await startOrigin();
  for (const { name, type, bytes } of INPUTS) {
    origin.put(`/${name}`, await bytes(), { "content-type": type });
  }
  freshet = await startFreshet({ config: demoOf(origin) });
});
afterAll(async () => {
  await freshet?.stop();
  await origin?.close();
});

const get = (target: string, accept = "*/*") => ask(freshet, "demo", `/v7/_site_/${target}`, { accept });

/** Red, green and blue of four quarters, each as on or off, and whether the last can be seen. */
async function looks(bytes: Uint8Array): Promise<readonly string[]> {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return [
    [0.1, 0.15],
    [0.25, 0.8],
    [0.75, 0.5],
  ].map(([x = 0, y = 0]) => {
    const at = (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * 4;
    const [red, green, blue, alpha] = [...data.subarray(at, at + 4)].map((each) => (each > 128 ? 1 : 0));
    return alpha ? `${red}${green}${blue}` : "hole";
  });
}

const WHOLE = ["010", "100", "001"];
const HOLED = ["010", "100", "hole"];

it.each(INPUTS)(
  "$name is delivered in a format that every client shows",
  async ({ name, hasHole = false }) => {
    const plain = await get(name);
    expect([plain.status, plain.headers.get("freshet-error")]).toEqual([200, null]);
    expect(plain.headers.get("content-type")).toBe(hasHole ? "image/png" : "image/jpeg");
    expect(await looks(plain.bytes)).toEqual(hasHole ? HOLED : WHOLE);
    const own = await get(`${name}?force_format=original`);
    expect(own.headers.get("content-type")).toBe(plain.headers.get("content-type"));
  },
);

it.each(INPUTS)("$name is resized, negotiated and described", async ({ name, format, hasHole = false }) => {
  const webp = await get(`${name}?w=48`, "image/webp,*/*");
  expect(webp.headers.get("freshet-error")).toBeNull();
  expect([webp.status, webp.headers.get("content-type"), webp.headers.get("vary")]).toEqual([
    200,
    "image/webp",
    "Accept",
  ]);
  expect(await sharp(webp.bytes).metadata()).toMatchObject({ width: 48, height: 32 });
  expect(await looks(webp.bytes)).toEqual(hasHole ? HOLED : WHOLE);
  const cropped = await get(`${name}?w=12&h=24&gravity=east&force_format=png`);
  expect((await looks(cropped.bytes))[0]).toBe(hasHole ? "hole" : "001");
  const about = JSON.parse((await get(`${name}?ci_info=json`)).bytes.toString());
  expect(about.original).toMatchObject({ format, alpha: hasHole });
});

it("asks the origin once for all of it", () => {
  for (const { name } of INPUTS) expect(origin.requests.get(`/${name}`), name).toBe(1);
});

/** As cameras give them and programs save them: neither is too large, whatever is asked of it. */
it.each([
  ["as a camera gives it", { progressive: false, chromaSubsampling: "4:2:0" }],
  ["progressive, in full colour", { progressive: true, chromaSubsampling: "4:4:4" }],
])(
  "a photograph of 24 megapixels %s is sent in every size and format",
  async (name, how) => {
    const size = { width: 6_000, height: 4_000 };
    const noise = { type: "gaussian", mean: 128, sigma: 20 } as const;
    const photograph = sharp({ create: { ...size, channels: 3, background: "#888", noise } });
    const path = `${name.replaceAll(/\W+/g, "-")}.jpg`;
    const bytes = await photograph.jpeg({ quality: 85, ...how }).toBuffer();
    origin.put(`/${path}`, bytes, { "content-type": "image/jpeg" });
    const answers = [
      ["w=600", "heif", 600],
      ["q=80&force_format=_webp", "webp", 4_000],
      ["q=80&force_format=avif", "heif", 2_000],
      ["gray=1&force_format=jpeg", "jpeg", 4_000],
      ["w=3000&radius=90&force_format=_webp", "webp", 2_500],
    ] as const;
    for (const [query, format, least] of answers) {
      const answer = await get(`${path}?${query}`, "image/avif,*/*");
      expect(answer.status, query).toBe(200);
      const made = await sharp(answer.bytes).metadata();
      expect(made.format, query).toBe(format);
      expect(made.width, query).toBeGreaterThanOrEqual(least);
    }
  },
  120_000,
);
