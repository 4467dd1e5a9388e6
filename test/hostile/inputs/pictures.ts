import { deflateSync } from "node:zlib";
import sharp from "sharp";
import {
  blackPng,
  gif,
  JPEG_START,
  jpegFrame,
  jpegSegment,
  PNG_START,
  pngChunk,
  pngHeader,
  text,
  tiff,
  u32,
  webp,
  webpCanvas,
  webpFrame,
} from "./containers.ts";
import { ANY, type HostileInput, TOO_LARGE, UNREADABLE } from "./input.ts";

const create = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: "#345" } });
const noise = () =>
  sharp({
    create: {
      width: 300,
      height: 200,
      channels: 3,
      background: "#888",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  });
const half = (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1);
/** The first occurrence of `from` becomes `to`. */
function patched(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const at = bytes.indexOf(from);
  if (at === -1) throw new Error("nothing to patch");
  return Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)]);
}
const ispe = (width: number, height: number) =>
  Buffer.concat([text("ispe"), u32(0), u32(width), u32(height)]);

/** Pictures of pixels: small files that unpack to much, headers that lie, and files that are cut off or wound up. */
export async function hostilePictures(): Promise<readonly HostileInput[]> {
  const grey = { depth: 1, kind: 0 } as const;
  const jpeg = await noise().jpeg().toBuffer();
  const small = await create(8, 8).webp({ lossless: true }).toBuffer();
  const avif = await create(64, 64).avif({ effort: 0 }).toBuffer();
  const large = await create(4_500, 4_500).avif({ effort: 0 }).toBuffer();
  const wide = await create(6_400, 6_400).gif({ effort: 1 }).toBuffer();
  const deep = { width: 7_000, height: 7_000, depth: 16, kind: 6, isInterlaced: true } as const;
  return [
    {
      name: "PNG of 400 megapixels",
      bytes: blackPng({ width: 20_000, height: 20_000, ...grey }),
      refused: TOO_LARGE,
    },
    {
      name: "PNG of 81 megapixels, interlaced",
      bytes: blackPng({ width: 9_000, height: 9_000, ...grey, isInterlaced: true }),
      refused: TOO_LARGE,
    },
    { name: "PNG of 49 megapixels, interlaced, 8 bytes each", bytes: blackPng(deep), refused: TOO_LARGE },
    {
      name: "PNG that promises 2^31 by 2^31",
      bytes: Buffer.concat([
        PNG_START,
        pngHeader({ width: 2 ** 31 - 1, height: 2 ** 31 - 1, depth: 16, kind: 6 }),
      ]),
      refused: ANY,
    },
    {
      name: "PNG of 98 megapixels that ends early",
      bytes: half(blackPng({ width: 9_900, height: 9_900, depth: 8, kind: 2 })),
      refused: UNREADABLE,
    },
    {
      name: "PNG with a profile that unpacks to 100 MB",
      bytes: blackPng({ width: 10, height: 10, depth: 8, kind: 2 }, [
        pngChunk("iCCP", Buffer.concat([text("x\0\0"), deflateSync(Buffer.alloc(100_000_000))])),
      ]),
    },
    {
      name: "PNG with a text that unpacks to 100 MB and no picture",
      bytes: Buffer.concat([
        ...[PNG_START, pngHeader({ width: 9, height: 9, depth: 8, kind: 2 })],
        pngChunk("zTXt", Buffer.concat([text("x\0\0"), deflateSync(Buffer.alloc(100_000_000))])),
      ]),
      refused: UNREADABLE,
    },
    {
      name: "PNG of a hundred thousand chunks and no picture",
      bytes: Buffer.concat([
        ...[PNG_START, pngHeader({ width: 9, height: 9, depth: 8, kind: 2 })],
        ...Array.from({ length: 100_000 }, () => pngChunk("tEXt", text("a\0b"))),
      ]),
      refused: UNREADABLE,
    },
    {
      name: "JPEG that promises 65,500 by 65,500",
      bytes: patched(jpeg, Buffer.from([8, 0, 200, 1, 44]), Buffer.from([8, 0xff, 0xdc, 0xff, 0xdc])),
      refused: TOO_LARGE,
    },
    {
      name: "JPEG of 99 megapixels that has none",
      bytes: patched(jpeg, Buffer.from([8, 0, 200, 1, 44]), Buffer.from([8, 0x26, 0xac, 0x26, 0xac])),
      refused: ANY,
      mayShow: true,
    },
    { name: "JPEG that ends early", bytes: half(jpeg), refused: UNREADABLE },
    { name: "JPEG of twenty thousand scans", bytes: manyScans(20_000), refused: ANY },
    {
      name: "JPEG of nothing but markers",
      bytes: Buffer.concat([JPEG_START, Buffer.alloc(2_000_000, 0xff)]),
      refused: UNREADABLE,
    },
    {
      name: "JPEG with a profile of garbage",
      bytes: Buffer.concat([
        ...[
          JPEG_START,
          jpegSegment(0xe2, Buffer.concat([text("ICC_PROFILE\0\x01\x01"), Buffer.alloc(6_000, 0xa5)])),
        ],
        jpeg.subarray(2),
      ]),
    },
    {
      name: "JPEG with EXIF that leads in circles",
      bytes: Buffer.concat([
        ...[
          JPEG_START,
          jpegSegment(
            0xe1,
            Buffer.concat([
              text("Exif\0\0"),
              tiff(
                [
                  [0x8769, 4, 8],
                  [0x0112, 3, 99],
                ],
                { next: 8 },
              ),
            ]),
          ),
        ],
        jpeg.subarray(2),
      ]),
    },
    { name: "WebP of 268 megapixels", bytes: webp(["VP8L", vp8l(16_383, 16_383)]), refused: TOO_LARGE },
    { name: "WebP of 98 megapixels that has none", bytes: webp(["VP8L", vp8l(9_900, 9_900)]), refused: ANY },
    {
      name: "WebP of ten thousand frames",
      bytes: webp(
        webpCanvas(8, 8, 2),
        ["ANIM", Buffer.alloc(6)],
        ...Array.from({ length: 10_000 }, () => webpFrame(8, 8, small.subarray(12))),
      ),
      refused: ANY,
    },
    {
      name: "WebP of a hundred frames on 64 megapixels",
      bytes: webp(
        webpCanvas(8_000, 8_000, 2),
        ["ANIM", Buffer.alloc(6)],
        ...Array.from({ length: 100 }, () => webpFrame(8, 8, small.subarray(12))),
      ),
      refused: TOO_LARGE,
    },
    { name: "WebP that ends early", bytes: half(await noise().webp().toBuffer()), refused: UNREADABLE },
    {
      name: "WebP that promises four gigabytes",
      bytes: Buffer.concat([
        text("RIFF"),
        u32(0xffff_fff0, true),
        text("WEBPVP8 "),
        u32(0xffff_fff0, true),
        Buffer.alloc(64),
      ]),
      refused: UNREADABLE,
    },
    { name: "GIF of 4,295 megapixels", bytes: gif(65_535, 65_535, 1), refused: TOO_LARGE },
    { name: "GIF of fifty thousand frames", bytes: gif(1, 1, 50_000), refused: TOO_LARGE },
    { name: "GIF of 400 frames on 9 megapixels", bytes: gif(3_000, 3_000, 400), refused: TOO_LARGE },
    { name: "GIF of 98 megapixels", bytes: gif(9_900, 9_900, 1), refused: TOO_LARGE },
    { name: "GIF of 41 megapixels that ends early", bytes: half(wide), refused: UNREADABLE },
    {
      name: "GIF without an end",
      bytes: Buffer.concat([gif(9, 9, 1).subarray(0, 19), Buffer.alloc(1_000_000, 0x2c)]),
      refused: ANY,
    },
    {
      name: "TIFF of 3,600 megapixels",
      bytes: tiff([
        [256, 4, 60_000],
        [257, 4, 60_000],
        [258, 3, 8],
        [259, 3, 1],
        [262, 3, 1],
        [273, 4, 8],
        [278, 4, 60_000],
        [279, 4, 100],
      ]),
      refused: TOO_LARGE,
    },
    {
      name: "TIFF of 65,535 channels",
      bytes: tiff([
        [256, 4, 3_000],
        [257, 4, 3_000],
        [258, 3, 8],
        [259, 3, 1],
        [262, 3, 1],
        [273, 4, 8],
        [277, 3, 65_535],
        [278, 4, 3_000],
        [279, 4, 100],
      ]),
      refused: ANY,
    },
    {
      name: "TIFF that follows itself",
      bytes: tiff(
        [
          [256, 4, 10],
          [257, 4, 10],
          [258, 3, 8],
          [259, 3, 1],
          [262, 3, 1],
          [273, 4, 90_000],
          [278, 4, 10],
          [279, 4, 100],
        ],
        { next: 8 },
      ),
      refused: ANY,
    },
    {
      name: "TIFF of strips that are not there",
      bytes: tiff([
        [256, 4, 6_000],
        [257, 4, 6_000],
        [258, 3, 8],
        [259, 3, 8],
        [262, 3, 1],
        [273, 4, 4_000_000_000],
        [278, 4, 6_000],
        [279, 4, 4_000_000_000],
      ]),
      refused: UNREADABLE,
    },
    {
      name: "TIFF of 49 megapixels, 8 bytes each",
      bytes: await create(7_000, 7_000, 4).toColourspace("rgb16").tiff({ compression: "deflate" }).toBuffer(),
      refused: TOO_LARGE,
    },
    {
      name: "TIFF that ends early",
      bytes: half(await noise().tiff({ compression: "lzw" }).toBuffer()),
      refused: ANY,
    },
    { name: "AVIF of 20 megapixels in a few hundred bytes", bytes: large, refused: TOO_LARGE },
    {
      name: "AVIF of 20 megapixels that says it has a hundred by a hundred",
      bytes: patched(large, ispe(4_500, 4_500), ispe(100, 100)),
      refused: ANY,
    },
    {
      name: "AVIF that promises 65,000 by 65,000",
      bytes: patched(avif, ispe(64, 64), ispe(65_000, 65_000)),
      refused: ANY,
    },
    {
      name: "AVIF of 14 megapixels that has 64 by 64",
      bytes: patched(avif, ispe(64, 64), ispe(3_700, 3_700)),
      refused: ANY,
    },
    {
      name: "AVIF that ends early",
      bytes: half(await noise().avif({ effort: 0 }).toBuffer()),
      refused: UNREADABLE,
    },
    {
      name: "AVIF of nothing but its name",
      bytes: Buffer.concat([u32(20), text("ftypavif"), u32(0), text("avif")]),
      refused: UNREADABLE,
    },
    {
      name: "AVIF boxes within boxes",
      bytes: Buffer.concat([u32(20), text("ftypavif"), u32(0), text("avif"), nestedBoxes(20_000)]),
      refused: UNREADABLE,
    },
    {
      name: "a harmless photograph of 16 megapixels, asked for at 40",
      bytes: await create(4_000, 4_000).jpeg().toBuffer(),
      query: "?w=8000&f=blur:30,gray&force_format=png",
    },
  ];
}

/** The header of a lossless WebP with nothing behind it. */
function vp8l(width: number, height: number): Buffer {
  const bits = (BigInt(height - 1) << 14n) | BigInt(width - 1);
  return Buffer.concat([Buffer.from([0x2f]), u32(Number(bits), true), Buffer.alloc(40)]);
}

/** A progressive JPEG of 49 megapixels whose every scan says "no change" to all of it. */
function manyScans(count: number): Buffer {
  const table = jpegSegment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)]));
  // One code of one bit, for an end-of-band run of the longest length.
  const codes = (kind: number, symbol: number) =>
    jpegSegment(0xc4, Buffer.concat([Buffer.from([kind, 1]), Buffer.alloc(15), Buffer.from([symbol])]));
  const first = jpegSegment(0xda, Buffer.from([1, 1, 0x00, 0, 0, 0]));
  const scan = Buffer.concat([
    jpegSegment(0xda, Buffer.from([1, 1, 0x00, 1, 63, 0])),
    Buffer.alloc(60, 0x55),
  ]);
  return Buffer.concat([
    ...[JPEG_START, table, jpegFrame(0xc2, 7_000, 7_000), codes(0x00, 0), codes(0x10, 0xe0), first],
    Buffer.alloc(100_000),
    ...Array.from({ length: count }, () => scan),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function nestedBoxes(depth: number): Buffer {
  const heads = Array.from({ length: depth }, (_, level) =>
    Buffer.concat([u32((depth - level) * 8), text("meta")]),
  );
  return Buffer.concat(heads);
}
