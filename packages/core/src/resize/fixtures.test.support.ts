import sharp from "sharp";
import type { OutputFormat } from "../format.ts";
import { readTransformation } from "../transformation.ts";
import { readQuery } from "../url/query.ts";
import type { ImageFacts } from "./contract.ts";
import { render } from "./render.ts";

export type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** Colour by place: red grows to the right, green downwards. Blue stays, so that padding can be told from the picture. */
export const colorAt = (x: number, y: number, { width, height }: { width: number; height: number }): Rgba => [
  Math.round((255 * x) / width),
  Math.round((255 * y) / height),
  128,
  255,
];

export interface Pixels {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): Rgba;
}

type Paint = (x: number, y: number) => Rgba;

function raw(width: number, height: number, paint: Paint) {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(paint(x, y), (y * width + x) * 4);
  }
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** A lossless PNG, opaque unless a pixel says otherwise. */
export async function painted(width: number, height: number, paint: Paint): Promise<Buffer> {
  return raw(width, height, paint).png({ compressionLevel: 1 }).toBuffer();
}

/** Every pixel names its place. */
export const placeMap = (width: number, height: number) =>
  painted(width, height, (x, y) => colorAt(x + 0.5, y + 0.5, { width, height }));

/**
 * A JPEG of a place map whose pixels are stored so that the EXIF orientation makes them upright. Where the upright
 * pixel is stored follows the standard's wording: "the 0th row is the … side, the 0th column the … side".
 */
export async function orientedMap(width: number, height: number, orientation: number): Promise<Buffer> {
  const [columns, rows] = orientation < 5 ? [width, height] : [height, width];
  const last = { x: width - 1, y: height - 1 };
  const upright: readonly ((column: number, row: number) => readonly [number, number])[] = [
    (column, row) => [column, row], // 1: row top, column left
    (column, row) => [last.x - column, row], // 2: row top, column right
    (column, row) => [last.x - column, last.y - row], // 3: row bottom, column right
    (column, row) => [column, last.y - row], // 4: row bottom, column left
    (column, row) => [row, column], // 5: row left, column top
    (column, row) => [last.x - row, column], // 6: row right, column top
    (column, row) => [last.x - row, last.y - column], // 7: row right, column bottom
    (column, row) => [row, last.y - column], // 8: row left, column bottom
  ];
  const place = upright[orientation - 1] ?? ((column, row) => [column, row]);
  return raw(columns, rows, (column, row) => {
    const [x, y] = place(column, row);
    return colorAt(x + 0.5, y + 0.5, { width, height });
  })
    .removeAlpha()
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .withMetadata({ orientation })
    .toBuffer();
}

/** Frames that differ, as GIF or WebP: red quarters of a picture, one after the other clockwise from the top left. */
export async function animation(
  width: number,
  height: number,
  frames: number,
  format: "gif" | "webp",
): Promise<Buffer> {
  const strip = raw(width, height * frames, (x, y) => {
    const frame = Math.floor(y / height);
    const isRight = x >= width / 2;
    const isLower = y % height >= height / 2;
    const quarter = isLower ? (isRight ? 2 : 3) : isRight ? 1 : 0;
    return quarter === frame % 4 ? [255, 0, 0, 255] : [0, 0, 255 - Math.floor(frame / 4) * 40, 255];
  });
  const data = await strip.raw().toBuffer();
  const image = sharp(data, { raw: { width, height: height * frames, channels: 4, pageHeight: height } });
  const timing = { delay: Array.from({ length: frames }, (_, frame) => 100 + frame * 10), loop: 3 };
  return format === "gif"
    ? image.gif(timing).toBuffer()
    : image.webp({ lossless: true, ...timing }).toBuffer();
}

/** The pixels of one frame. */
export async function decode(bytes: Uint8Array, page = 0): Promise<Pixels> {
  const { data, info } = await sharp(bytes, { page })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const at = (x: number, y: number): Rgba => {
    const start = (y * width + x) * 4;
    const [red = -1, green = -1, blue = -1, alpha = -1] = data.subarray(start, start + 4);
    return [red, green, blue, alpha];
  };
  return { width, height, at };
}

/** Largest difference of a channel; colour is of no matter where both are transparent. */
export function distance(one: Rgba, other: Rgba): number {
  if (one[3] === 0 && other[3] === 0) return 0;
  return Math.max(...one.map((channel, index) => Math.abs(channel - (other[index] ?? 0))));
}

/** What a query asks of an image; every word of it has to be understood. */
export function asked(query: string) {
  const { transformation, remarks } = readTransformation(readQuery(query));
  if (remarks.length > 0) throw new Error(`${query} is not understood`);
  return transformation;
}

/** The pixels of the first frame of what a query makes of an original. */
export async function pixelsOf(
  original: Uint8Array,
  query: string,
  format: OutputFormat = "png",
): Promise<Pixels> {
  return decode((await render(original, asked(query), { format })).bytes);
}

/** What is known of a photograph of 12 megapixels before it is read, or of another picture. */
export function photo(some: Partial<ImageFacts> = {}): ImageFacts {
  const usual = { format: "jpeg", width: 4_000, height: 3_000, pages: 1 } as const;
  const facts = { ...usual, hasAlpha: false, interlaced: false, ...some };
  return { ...facts, pixels: facts.width * facts.height * facts.pages };
}
