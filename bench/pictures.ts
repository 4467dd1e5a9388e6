import { join } from "node:path";
import sharp from "sharp";
import { cached } from "../test/support/wordpress/cache.ts";

/** One original of the comparison. */
interface Original {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly chroma: "4:2:0" | "4:4:4";
}

/** Sizes and kinds of what cameras and telephones give: 12 to 24 megapixels, half of them progressive. */
const ORIGINALS: readonly Original[] = [
  { name: "a12.jpg", width: 4000, height: 3000, progressive: false, chroma: "4:2:0" },
  { name: "b16.jpg", width: 5312, height: 2988, progressive: true, chroma: "4:2:0" },
  { name: "c24.jpg", width: 6000, height: 4000, progressive: false, chroma: "4:2:0" },
  { name: "d13.jpg", width: 4224, height: 3168, progressive: true, chroma: "4:2:0" },
  { name: "e20.jpg", width: 5472, height: 3648, progressive: false, chroma: "4:4:4" },
  { name: "f18.jpg", width: 5640, height: 3172, progressive: true, chroma: "4:4:4" },
];

/** Details are drawn at this size and enlarged; what only the original resolves is grain. */
const DRAWN = { width: 2400, height: 1600 };
/** Layers of noise: how many dots across, how strong, and whether they have colour. */
const LAYERS = [
  { across: 5, strength: 90, colour: true },
  { across: 23, strength: 56, colour: true },
  { across: 110, strength: 44, colour: false },
  { across: 480, strength: 36, colour: false },
  { across: 1200, strength: 30, colour: false },
] as const;
const SHAPES = 140;
const GRAIN = 512;
/** Raised whenever the same seed gives other pictures. */
const REVISION = 2;

export interface Pictures {
  readonly folder: string;
  readonly names: readonly string[];
}

/** Pictures with the statistics of photographs, made in code with a fixed seed on first use and kept in the ignored cache. */
export async function makePictures(progress: (text: string) => void): Promise<Pictures> {
  const folder = await cached(`bench-pictures-${REVISION}`, async (draft) => {
    for (const [index, original] of ORIGINALS.entries()) {
      progress(`making picture ${index + 1} of ${ORIGINALS.length}`);
      await paint(original, randomOf(index + 1), join(draft, original.name));
    }
  });
  return { folder, names: ORIGINALS.map(({ name }) => name) };
}

async function paint(original: Original, random: () => number, file: string): Promise<void> {
  const { width, height, progressive, chroma } = original;
  const drawn = await sharp(await noise(random), { raw: { ...DRAWN, channels: 3 } })
    .composite([{ input: shapes(random) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const enlarged = await sharp(drawn, { raw: { ...DRAWN, channels: 3 } })
    .resize({ width, height, fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
  const tile = grain(random);
  for (let y = 0; y < height; y += 1) {
    const row = (y % GRAIN) * GRAIN;
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3;
      const extra = tile[row + (x % GRAIN)] ?? 0;
      for (let band = at; band < at + 3; band += 1) {
        const value = (enlarged[band] ?? 0) + extra;
        enlarged[band] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  }
  await sharp(enlarged, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92, progressive, chromaSubsampling: chroma })
    .toFile(file);
}

/** Grids of chance from coarse to fine, each drawn smooth over the whole picture and added up. */
async function noise(random: () => number): Promise<Uint8ClampedArray> {
  const { width, height } = DRAWN;
  const sum = new Int16Array(width * height * 3).fill(118);
  for (const { across, strength, colour } of LAYERS) {
    const down = Math.round((across * height) / width);
    const grid = new Uint8Array(across * down * 3);
    for (let at = 0; at < grid.length; at += 3) {
      const grey = random() * 255;
      for (let band = 0; band < 3; band += 1) grid[at + band] = colour ? (grey + random() * 255) / 2 : grey;
    }
    const layer = await sharp(grid, { raw: { width: across, height: down, channels: 3 } })
      .resize({ width, height, fit: "fill", kernel: "cubic" })
      .raw()
      .toBuffer();
    for (let at = 0; at < sum.length; at += 1) {
      sum[at] = (sum[at] ?? 0) + ((((layer[at] ?? 128) - 128) * strength) >> 7);
    }
  }
  return new Uint8ClampedArray(sum);
}

/** Edges: half transparent ellipses and bars, to be laid over the noise. */
function shapes(random: () => number): Buffer {
  const { width, height } = DRAWN;
  const drawn = Array.from({ length: SHAPES }, () => {
    const size = (0.01 + random() ** 3 * 0.25) * width;
    const [x, y, turn] = [random() * width, random() * height, random() * 180].map(Math.round);
    const fill = `hsl(${Math.round(random() * 360)} ${Math.round(20 + random() * 40)}% ${Math.round(15 + random() * 70)}%)`;
    const look = `fill="${fill}" opacity="${(0.25 + random() * 0.5).toFixed(2)}" transform="rotate(${turn} ${x} ${y})"`;
    return random() < 0.6
      ? `<ellipse cx="${x}" cy="${y}" rx="${size.toFixed()}" ry="${(size * (0.3 + random())).toFixed()}" ${look}/>`
      : `<rect x="${x}" y="${y}" width="${size.toFixed()}" height="${(size * 0.2).toFixed()}" ${look}/>`;
  });
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join("")}</svg>`,
  );
}

/** What a sensor adds: the sum of three chances is close to a bell curve. */
function grain(random: () => number): Int8Array {
  return Int8Array.from({ length: GRAIN * GRAIN }, () => (random() + random() + random() - 1.5) * 9);
}

/** The same numbers for the same seed on every machine (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
