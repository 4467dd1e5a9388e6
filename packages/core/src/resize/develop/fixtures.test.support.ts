import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  ImageMagick,
  initializeImageMagick,
  MagickFormat,
  MagickReadSettings,
  ResourceLimits,
} from "@imagemagick/magick-wasm";
import sharp from "sharp";

export { MagickFormat };

/** Left half red, right half blue, with a green square in the upper left corner: turned or mirrored it is another picture. */
export const SIGN = { width: 96, height: 64 } as const;

const drawing = (hole: boolean) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64">
    <rect width="48" height="64" fill="#f00"/>${hole ? "" : '<rect x="48" width="48" height="64" fill="#00f"/>'}
    <rect width="24" height="24" fill="#0c0"/></svg>`);

/** The sign as a PNG; with a hole its right half is transparent. */
export const signPng = (hole = false): Promise<Buffer> =>
  (hole ? sharp(drawing(true)) : sharp(drawing(false)).removeAlpha()).png().toBuffer();

let ready: Promise<void> | undefined;

/** The sign in a format that ImageMagick writes. */
export async function writtenSign(format: MagickFormat, hole = false): Promise<Uint8Array> {
  ready ??= initializeImageMagick(
    readFileSync(fileURLToPath(import.meta.resolve("@imagemagick/magick-wasm/magick.wasm"))),
  );
  await ready;
  // What is read by the same library in this process has bounds, which are too narrow to write by.
  ResourceLimits.maxMemoryRequest = 2_000_000_000n;
  ResourceLimits.memory = 2_000_000_000n;
  const settings = new MagickReadSettings({ format: "PNG" });
  return ImageMagick.read(await signPng(hole), settings, (image) => {
    image.quality = 90;
    return image.write(format, (data) => data.slice());
  });
}

const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const SIGNED_RATIONAL = 10;
const ASCII = 2;
const BYTE = 1;
const BYTES: Readonly<Record<number, number>> = { [BYTE]: 1, [ASCII]: 1, [SHORT]: 2, [LONG]: 4 };

type Entry = readonly [tag: number, type: number, values: readonly number[]];

/** A directory of a TIFF at a place in a file, and what it points to behind it. */
export function directory(at: number, entries: readonly Entry[], next = 0): Buffer {
  const head = Buffer.alloc(2 + entries.length * 12 + 4);
  head.writeUInt16LE(entries.length);
  head.writeUInt32LE(next, head.length - 4);
  const behind: Buffer[] = [];
  let free = at + head.length;
  for (const [place, [tag, type, values]] of entries.entries()) {
    const isPair = type === RATIONAL || type === SIGNED_RATIONAL;
    const size = BYTES[type] ?? 4;
    const bytes = Buffer.alloc(Math.max(4, values.length * size));
    for (const [index, value] of values.entries()) {
      if (size === 1) bytes.writeUInt8(value, index);
      else if (size === 2) bytes.writeUInt16LE(value, index * 2);
      else if (value < 0) bytes.writeInt32LE(value, index * 4);
      else bytes.writeUInt32LE(value, index * 4);
    }
    const from = 2 + place * 12;
    head.writeUInt16LE(tag, from);
    head.writeUInt16LE(type, from + 2);
    head.writeUInt32LE(isPair ? values.length / 2 : values.length, from + 4);
    if (bytes.length <= 4) bytes.copy(head, from + 8);
    else {
      head.writeUInt32LE(free, from + 8);
      behind.push(bytes);
      free += bytes.length;
    }
  }
  return Buffer.concat([head, ...behind]);
}

const text = (words: string): number[] => [...Buffer.from(`${words}\0`)];
const DAYLIGHT = 21;
/** XYZ to linear sRGB, so that the sensor of this camera sees what a screen shows. */
const MATRIX = [32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10573].flatMap((each) => [each, 10_000]);

/** A photograph as a sensor saw it: one red, two green and one blue pixel in each square, 16 bits, as DNG without compression. */
export async function signDng(options: { readonly orientation?: number; readonly scale?: number } = {}) {
  const { orientation = 1, scale = 4 } = options;
  const [width, height] = [SIGN.width * scale, SIGN.height * scale];
  const pixels = await sharp(drawing(false)).resize(width, height).removeAlpha().raw().toBuffer();
  const sensor = Buffer.alloc(width * height * 2);
  for (let at = 0; at < width * height; at += 1) {
    const color = (Math.floor(at / width) % 2) + ((at % width) % 2);
    sensor.writeUInt16LE((pixels[at * 3 + color] ?? 0) * 257, at * 2);
  }
  const entries = (pixelsAt: number): readonly Entry[] => [
    [254, LONG, [0]],
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, [16]],
    [259, SHORT, [1]],
    [262, SHORT, [32803]],
    [271, ASCII, text("Freshet")],
    [272, ASCII, text("Sign")],
    [273, LONG, [pixelsAt]],
    [274, SHORT, [orientation]],
    [277, SHORT, [1]],
    [278, LONG, [height]],
    [279, LONG, [sensor.length]],
    [33421, SHORT, [2, 2]],
    [33422, BYTE, [0, 1, 1, 2]],
    [50706, BYTE, [1, 4, 0, 0]],
    [50707, BYTE, [1, 1, 0, 0]],
    [50708, ASCII, text("Freshet Sign")],
    [50721, SIGNED_RATIONAL, MATRIX],
    [50728, RATIONAL, [1, 1, 1, 1, 1, 1]],
    [50778, SHORT, [DAYLIGHT]],
  ];
  const length = directory(8, entries(0)).length;
  return Buffer.concat([Buffer.from("II*\0\x08\0\0\0", "latin1"), directory(8, entries(8 + length)), sensor]);
}

/** A camera's file as others of them are: a sensor packed in a way of its own, and beside it the camera's own JPEG. */
export async function signWithPreview(orientation = 1, scale = 4): Promise<Buffer> {
  const jpeg = await sharp(drawing(false))
    .resize(SIGN.width * scale)
    .jpeg({ quality: 95 })
    .toBuffer();
  const sensor = directory(
    8,
    [
      [256, LONG, [6_000]],
      [257, LONG, [4_000]],
      [259, SHORT, [34_713]],
      [262, SHORT, [32_803]],
      [273, LONG, [8]],
      [274, SHORT, [orientation]],
      [279, LONG, [8]],
    ],
    0x2000,
  );
  const preview = directory(0x2000, [
    [254, LONG, [1]],
    [513, LONG, [0x3000]],
    [514, LONG, [jpeg.length]],
  ]);
  const file = Buffer.alloc(0x3000 + jpeg.length);
  file.write("II*\0\x08\0\0\0", "latin1");
  sensor.copy(file, 8);
  preview.copy(file, 0x2000);
  jpeg.copy(file, 0x3000);
  return file;
}

/** An icon of several PNGs. */
export function iconOfPngs(pngs: readonly Buffer[], sides: readonly number[]): Buffer {
  const head = Buffer.alloc(6 + pngs.length * 16);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pngs.length, 4);
  let free = head.length;
  for (const [place, png] of pngs.entries()) {
    const at = 6 + place * 16;
    head.writeUInt8((sides[place] ?? 0) & 255, at);
    head.writeUInt8((sides[place] ?? 0) & 255, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(free, at + 12);
    free += png.length;
  }
  return Buffer.concat([head, ...pngs]);
}

/** One page of a document: its size in points, what is drawn on it, and what else its dictionary says. */
export interface Page {
  readonly width: number;
  readonly height: number;
  readonly draws: string;
  readonly more?: string;
}

/** A PDF of some pages; `catalog` is added to what it says of itself. */
export function pdfOf(pages: readonly Page[], catalog = ""): Buffer {
  const kids = pages.map((_, place) => `${4 + place * 2} 0 R`).join(" ");
  const objects = [
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    `<</Type/Pages/Count ${pages.length}/Kids[${kids}]>>`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ...pages.flatMap(({ width, height, draws, more = "" }, place) => [
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${width} ${height}]${more}/Contents ${5 + place * 2} 0 R/Resources<</Font<</F 3 0 R>>>>>>`,
      `<</Length ${draws.length}>>\nstream\n${draws}\nendstream`,
    ]),
  ];
  const parts = ["%PDF-1.7\n"];
  const places: string[] = [];
  let at = parts.join("").length;
  for (const [place, object] of objects.entries()) {
    places.push(`${String(at).padStart(10, "0")} 00000 n \n`);
    const text = `${place + 1} 0 obj\n${object}\nendobj\n`;
    parts.push(text);
    at += text.length;
  }
  const count = objects.length + 1;
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${places.join("")}`;
  const end = `trailer\n<</Size ${count}/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`;
  return Buffer.from([...parts, table, end].join(""), "latin1");
}

/** The sign on a page of 96 by 64 points. */
export const SIGN_PAGE: Page = {
  ...SIGN,
  draws: "1 0 0 rg 0 0 48 64 re f 0 0 1 rg 48 0 48 64 re f 0 0.8 0 rg 0 40 24 24 re f",
};

/** The sign as HEVC, which nothing that is installed here writes: by libheif's own `heif-enc -q 50`. */
export const SIGN_HEIC = Buffer.from(
  "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAcwAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAGAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAB7bWRhdAAAAG8oAa8TgNuoP7rV/nzj+QZLBLP5lj3Sy6njv3XrpBH/dGrhK9bwzrnuC5Gg4Piuv//9cAqnwG8/8QAlsNv94tkprzwf/Xup4dI27N63f4lRPoiyEkXi/TsqoAxy5Kbfy7HfhKcCp/p1PxynmZPaoWA=",
  "base64",
);

/** The same with a hole. */
export const HOLED_HEIC = Buffer.from(
  "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAkVtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAANGlsb2MAAAAAREAAAgABAAAAAAJpAAEAAAAAAAAAdgACAAAAAALfAAEAAAAAAAAAcwAAADhpaW5mAAAAAAACAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAFWluZmUCAAAAAAIAAGh2YzEAAAABhGlwcnAAAAFfaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAGAAAABAAAAAEHBpeGkAAAAAAwgICAAAAHJodmNDAQQIAAAAAAAAAAAAHvAA/Pz4+AAADwMgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAIQABACZCAQEECAAAAwCf+AAAAwAAHsDCBBZbqSSmubAgAAADACAAAAMAISIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAGAAAABAAAAADnBpeGkAAAAAAQgAAAAnYXV4QwAAAAB1cm46bXBlZzpoZXZjOjIwMTU6YXV4aWQ6MQAAAAAdaXBtYQAAAAAAAAACAAEDgQKDAAIEhAWGhwAAABppcmVmAAAAAAAAAA5hdXhsAAIAAQABAAAA8W1kYXQAAAByKAGvE4DbqD+61f584/kGSwSz+ZY90sup479166QR/3Rq4SvW8M657guRoOD4rr///kdQpwGH/ubCWw2/3i2SmvPB/+oTSwHSOvXXv3f73V7+iLfuQjIv4982oMeJzzKXy81ft+nAqf83/9rK+8mPaoWAAAAAbygBrid5C5UR9Q/dMewt//96AAqU9BBsqMxV2dmWJdAgTQonysf2jrpS1M0Oxdbm+3aemSLZVoFFouaS8fTVyEc+CWp4Py0bJjuPniaoiAngfv5d3armhcLjOgJJu25xE7BsHzU3mPlD0UtsC1QR+A==",
  "base64",
);

const box = (type: string, ...parts: readonly Uint8Array[]) => {
  const inside = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(inside.length + 8);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, inside]);
};
const boxAt = (bytes: Buffer, type: string) => {
  const at = bytes.indexOf(type, 0, "latin1") - 4;
  return bytes.subarray(at, at + bytes.readUInt32BE(at));
};

/** The same HEIC with the words of its container that turn it by quarters against the clock, as phones write them. */
export function turnedHeic(quarters: 1 | 2 | 3): Buffer {
  const properties = boxAt(SIGN_HEIC, "ipco").subarray(8);
  const count = [...properties.toString("latin1").matchAll(/hvcC|ispe|pixi|colr/g)].length;
  const old = boxAt(SIGN_HEIC, "ipma").subarray(8);
  // One picture with short places: a number of them, and the places.
  const places = old.subarray(11);
  const ipma = Buffer.concat([
    old.subarray(0, 10),
    Buffer.from([places.length + 1]),
    places,
    Buffer.from([0x80 | (count + 1)]),
  ]);
  const iprp = box("iprp", box("ipco", properties, box("irot", Buffer.from([quarters]))), box("ipma", ipma));
  const meta = boxAt(SIGN_HEIC, "meta");
  const longer = iprp.length - boxAt(SIGN_HEIC, "iprp").length;
  const others = ["hdlr", "pitm", "iloc", "iinf"].map((type) => Buffer.from(boxAt(SIGN_HEIC, type)));
  const pixelsAt = SIGN_HEIC.indexOf("mdat", 0, "latin1") + 4;
  const iloc = others[2] ?? Buffer.alloc(0);
  const where = Buffer.alloc(4);
  where.writeUInt32BE(pixelsAt);
  const place = iloc.indexOf(where);
  iloc.writeUInt32BE(pixelsAt + longer, place);
  return Buffer.concat([
    boxAt(SIGN_HEIC, "ftyp"),
    box("meta", meta.subarray(8, 12), ...others, iprp),
    SIGN_HEIC.subarray(pixelsAt - 8),
  ]);
}
