import { crc32 } from "node:zlib";
import {
  directory,
  iconOfPngs,
  MagickFormat,
  SIGN_HEIC,
  signDng,
  signWithPreview,
  writtenSign,
} from "../../../packages/core/src/resize/develop/fixtures.test.support.ts";
import { blackPng, text, u32 } from "./containers.ts";
import { ANY, type HostileInput, TOO_LARGE, UNREADABLE } from "./input.ts";

const half = (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, bytes.length >> 1));
const zeros = (length: number) => Buffer.alloc(length);

/** The same bytes with those from a place on written over. */
function over(bytes: Uint8Array, at: number, ...parts: readonly Uint8Array[]): Buffer {
  const copy = Buffer.from(bytes);
  let place = at;
  for (const part of parts) {
    copy.set(part, place);
    place += part.length;
  }
  return copy;
}

/** Bytes without an order, the same each time. */
const chance = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, at) => crc32(u32(at)) & 255));

const ispe = (width: number, height: number) => {
  const at = SIGN_HEIC.indexOf("ispe") + 8;
  return over(SIGN_HEIC, at, u32(width), u32(height));
};
const mdat = SIGN_HEIC.indexOf("mdat") + 4;

/** Least bit first, as JPEG XL has them. */
function bits(...fields: readonly (readonly [value: number, count: number])[]): Buffer {
  const bytes = zeros(40);
  let at = 0;
  for (const [value, count] of fields) {
    for (let place = 0; place < count; place += 1, at += 1) {
      const bit = Math.floor(value / 2 ** place) % 2;
      bytes.writeUInt8(bytes.readUInt8(at >> 3) | (bit << (at & 7)), at >> 3);
    }
  }
  return bytes;
}
/** A codestream of JPEG XL of those sides, and what follows its header. */
const jxl = (width: number, height: number, rest: Uint8Array = zeros(0)) =>
  Buffer.concat([
    Buffer.from([0xff, 0x0a]),
    bits([0, 1], [3, 2], [height - 1, 30], [0, 3], [3, 2], [width - 1, 30], [1, 1]),
    rest,
  ]);

const psd = (width: number, height: number, channels: number, depth: number, rest: Uint8Array = zeros(14)) =>
  Buffer.concat([
    text("8BPS\0\x01\0\0\0\0\0\0"),
    Buffer.from([0, channels]),
    ...[u32(height), u32(width)],
    Buffer.from([0, depth, 0, 3]),
    rest,
  ]);

function bmp(width: number, height: number, depth: number, compression: number, pixels: Uint8Array): Buffer {
  const head = zeros(54 + (depth <= 8 ? 4 << depth : 0));
  head.write("BM");
  head.writeUInt32LE(head.length + pixels.length, 2);
  head.writeUInt32LE(head.length, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(depth, 28);
  head.writeUInt32LE(compression, 30);
  return Buffer.concat([head, pixels]);
}

/** A codestream of JPEG 2000 that ends behind what it promises. */
function j2k(width: number, height: number, channels: number, tile: number): Buffer {
  const size = Buffer.concat([
    Buffer.from([0, 0]),
    ...[width, height, 0, 0, tile, tile, 0, 0].map((each) => u32(each)),
    Buffer.from([channels >> 8, channels & 255]),
    Buffer.alloc(channels * 3, Buffer.from([7, 1, 1])),
  ]);
  const length = Buffer.from([(size.length + 2) >> 8, (size.length + 2) & 255]);
  const coding = Buffer.from([0xff, 0x52, 0, 12, 0, 0, 0, 1, 0, 5, 4, 4, 0, 0]);
  const quantities = Buffer.from([0xff, 0x5c, 0, 19, 0x40, ...Array.from({ length: 16 }, () => 0x48)]);
  const tilePart = Buffer.from([0xff, 0x90, 0, 10, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0x93]);
  return Buffer.concat([
    Buffer.from([0xff, 0x4f, 0xff, 0x51]),
    length,
    size,
    coding,
    quantities,
    tilePart,
    zeros(64),
  ]);
}

type Entry = readonly [tag: number, type: number, values: readonly number[]];
const camera = (width: number, height: number, more: readonly Entry[] = []) =>
  Buffer.concat([
    text("II*\0\x08\0\0\0"),
    directory(8, [
      [256, 4, [width]],
      [257, 4, [height]],
      [258, 3, [16]],
      [259, 3, [1]],
      [262, 3, [32803]],
      [277, 3, [1]],
      ...more,
      [50706, 1, [1, 4, 0, 0]],
    ]),
    zeros(64),
  ]);
const dib = (width: number, height: number) =>
  Buffer.concat([
    u32(40, true),
    u32(width, true),
    u32(height * 2, true),
    Buffer.from([1, 0, 32, 0]),
    zeros(1_000),
  ]);

/** Files of formats that are developed: small ones that promise much, such that lie, and such that are cut off or wound up. */
export async function hostileDeveloped(): Promise<readonly HostileInput[]> {
  const [realJxl, realPsd, realJp2] = await Promise.all(
    [MagickFormat.Jxl, MagickFormat.Psd, MagickFormat.Jp2].map((format) => writtenSign(format)),
  );
  const [jxlFile, psdFile, jp2File] = [realJxl ?? zeros(0), realPsd ?? zeros(0), realJp2 ?? zeros(0)];
  const dng = await signDng();
  const preview = await signWithPreview(1, 12);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
  return [
    { name: "HEIC that promises 65,000 by 65,000", bytes: ispe(65_000, 65_000), refused: TOO_LARGE },
    {
      name: "HEIC of 14 megapixels that has 96 by 64",
      bytes: ispe(3_700, 3_700),
      refused: ANY,
      mayShow: true,
    },
    { name: "HEIC that says it has one pixel", bytes: ispe(1, 1), refused: ANY, mayShow: true },
    { name: "HEIC that ends early", bytes: half(SIGN_HEIC), refused: UNREADABLE },
    {
      name: "HEIC of bytes of chance",
      bytes: over(SIGN_HEIC, mdat, chance(SIGN_HEIC.length - mdat)),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "HEIC of a hundred thousand boxes",
      bytes: Buffer.concat([
        SIGN_HEIC.subarray(0, 28),
        ...Array.from({ length: 100_000 }, () => Buffer.concat([u32(8), text("free")])),
      ]),
      refused: UNREADABLE,
    },
    { name: "JPEG XL of 2^60 pixels", bytes: jxl(2 ** 30, 2 ** 30), refused: TOO_LARGE },
    { name: "JPEG XL of 11 megapixels that has none", bytes: jxl(3_400, 3_300), refused: UNREADABLE },
    {
      name: "JPEG XL of 11 megapixels of chance",
      bytes: jxl(3_400, 3_300, chance(200_000)),
      refused: ANY,
      mayShow: true,
    },
    { name: "JPEG XL that ends early", bytes: half(jxlFile), refused: ANY, mayShow: true },
    { name: "PSD of 900 megapixels", bytes: psd(30_000, 30_000, 3, 8), refused: TOO_LARGE },
    { name: "PSD of 13 megapixels that has none", bytes: psd(3_700, 3_600, 3, 8), refused: ANY },
    { name: "PSD of 56 deep channels", bytes: psd(3_700, 3_600, 56, 16), refused: UNREADABLE },
    { name: "PSD that ends early", bytes: half(psdFile), refused: UNREADABLE, mayShow: true },
    {
      name: "PSD of layers of chance",
      bytes: psd(600, 600, 4, 8, Buffer.concat([zeros(8), u32(100_000), chance(100_000)])),
      refused: ANY,
      mayShow: true,
    },
    { name: "BMP of 2^62 pixels", bytes: bmp(2 ** 31 - 1, 2 ** 31 - 1, 8, 1, zeros(9)), refused: TOO_LARGE },
    {
      name: "BMP that promises rows that are not there",
      bytes: bmp(3_000, 3_000, 24, 0, zeros(9)),
      refused: UNREADABLE,
    },
    {
      name: "BMP of 15 megapixels in nine bytes",
      bytes: bmp(4_000, 3_900, 8, 1, zeros(9)),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "BMP with run lengths of chance",
      bytes: bmp(900, 900, 8, 1, chance(50_000)),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "icon with a PNG of 400 megapixels",
      bytes: iconOfPngs([blackPng({ width: 20_000, height: 20_000, depth: 1, kind: 0 })], [16]),
      refused: TOO_LARGE,
    },
    {
      name: "icon that promises 60,000 by 60,000",
      bytes: iconOfPngs([dib(60_000, 60_000)], [16]),
      refused: TOO_LARGE,
    },
    {
      name: "icon of 3 megapixels in a kilobyte",
      bytes: iconOfPngs([dib(1_700, 1_700)], [16]),
      refused: ANY,
      mayShow: true,
    },
    { name: "JPEG 2000 of 3,600 megapixels", bytes: j2k(60_000, 60_000, 3, 60_000), refused: TOO_LARGE },
    { name: "JPEG 2000 of millions of tiles", bytes: j2k(2_600, 2_600, 3, 1), refused: ANY, mayShow: true },
    { name: "JPEG 2000 of 16,000 channels", bytes: j2k(2_600, 2_600, 16_000, 2_600), refused: UNREADABLE },
    {
      name: "JPEG 2000 of 6 megapixels that has none",
      bytes: j2k(2_500, 2_500, 3, 2_500),
      refused: ANY,
      mayShow: true,
    },
    { name: "JPEG 2000 that ends early", bytes: half(jp2File), refused: ANY, mayShow: true },
    { name: "DNG of 3,600 megapixels", bytes: camera(60_000, 60_000), refused: TOO_LARGE },
    {
      name: "DNG of 9 megapixels that are not there",
      bytes: camera(3_000, 3_000, [
        [273, 4, [200]],
        [279, 4, [18_000_000]],
      ]),
      refused: ANY,
      mayShow: true,
    },
    {
      name: "DNG of directories that hold themselves",
      bytes: camera(900, 900, [[330, 4, [8, 8, 8]]]),
      refused: ANY,
      mayShow: true,
    },
    { name: "DNG that ends early", bytes: half(dng), refused: ANY, mayShow: true },
    { name: "camera's file with half of a picture", bytes: half(preview), refused: ANY },
    {
      name: "Fuji's file with a picture beyond its end",
      bytes: Buffer.concat([text("FUJIFILMCCD-RAW "), zeros(68), u32(4_000_000_000), u32(4_000_000_000)]),
      refused: UNREADABLE,
    },
    {
      name: "drawing behind the name of a PSD",
      bytes: Buffer.concat([text("8BPS\0\x01"), text(svg)]),
      refused: UNREADABLE,
    },
    {
      name: "script of ImageMagick",
      bytes: text(
        "push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'label:@/etc/passwd'\npop graphic-context",
      ),
      type: "image/x-mvg",
      refused: UNREADABLE,
    },
    {
      name: "PostScript",
      bytes: text("%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file"),
      type: "image/x-eps",
      refused: UNREADABLE,
    },
  ];
}
