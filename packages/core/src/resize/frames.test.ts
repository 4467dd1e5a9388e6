import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, expect, it, test } from "vitest";
import type { OutputFormat } from "../format.ts";
import { decodeAt, openFrame, shrinkOf } from "./decoding.ts";
import { openImage, toRaw } from "./engine.ts";
import { asked } from "./fixtures.test.support.ts";
import type { Frames } from "./frames.ts";
import { render } from "./render.ts";

/** Every frame that was ever made, and how often one was there already. */
class Everything implements Frames {
  readonly kept = new Map<string, Promise<Uint8Array>>();
  /** Of each frame, and what was foreseen. */
  readonly sizes: [held: number, foreseen: number][] = [];
  found = 0;

  take(name: string, bytes: number, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.kept.get(name);
    if (known) this.found += 1;
    const frame = known ?? make();
    this.kept.set(name, frame);
    void frame.then(
      ({ length }) => this.sizes.push([length, bytes]),
      () => {},
    );
    return frame;
  }
}

/** Edges, gradients and grain. */
const WHOLE = { width: 2_351, height: 1_601 };
const PIXELS = drawn(WHOLE);

function drawn({ width, height }: typeof WHOLE): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const edge = (x * 7 + y * 3) % 640 < 90 ? 120 : 0;
    const grain = (at * 2_654_435_761) % 23;
    data[at * 3] = (x * 135) / width + edge + grain;
    data[at * 3 + 1] = (y * 235) / height + grain;
    data[at * 3 + 2] = 60 + edge + ((x ^ y) & 31) + grain;
  }
  return data;
}

/** A part of it, of which sides no power of two is a factor. */
const picture = (width: number, height: number) =>
  sharp(PIXELS, { raw: { ...WHOLE, channels: 3 } }).extract({ left: 0, top: 0, width, height });

const KINDS: Readonly<Record<string, () => Promise<Buffer>>> = {
  baseline: () => picture(2_351, 1_601).jpeg({ quality: 92 }).toBuffer(),
  "progressive, not subsampled": () =>
    picture(2_111, 1_579).jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
  "progressive, of which half is not read": () =>
    picture(2_203, 1_601).jpeg({ progressive: true, quality: 92 }).toBuffer(),
  "lying on its side": () => picture(2_222, 1_555).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
  "in Display P3": () => picture(2_177, 1_423).withIccProfile("p3").jpeg().toBuffer(),
  "with a density": () => picture(2_347, 1_399).jpeg().withMetadata({ density: 300 }).toBuffer(),
};
const originals = new Map<string, Buffer>();

beforeAll(async () => {
  for (const [kind, make] of Object.entries(KINDS)) originals.set(kind, await make());
});

const QUERIES = fc
  .record({
    w: fc.integer({ min: 20, max: 1_000 }),
    h: fc.option(fc.integer({ min: 20, max: 700 })),
    func: fc.constantFrom("crop", "fit", "bound", "cover"),
    gravity: fc.constantFrom("north", "auto", "1200,300"),
    q: fc.option(fc.integer({ min: 10, max: 95 })),
    further: fc.constantFrom("", "&r=90", "&r=10", "&flip=h", "&gray=1", "&bg_img_fit=1"),
  })
  .map(({ w, h, func, gravity, q, further }) =>
    [`w=${w}`, ...(h ? [`h=${h}&func=${func}&gravity=${gravity}`] : []), ...(q ? [`q=${q}`] : [])]
      .join("&")
      .concat(further),
  );
const FORMATS = fc.constantFrom<OutputFormat>("jpeg", "webp", "jpeg", "png", "avif");
const WISHES = fc.array(fc.record({ query: QUERIES, format: FORMATS }), { minLength: 3, maxLength: 3 });

test.each(Object.keys(KINDS))("no picture (%s) depends on what was decoded before it", async (kind) => {
  const original = originals.get(kind) ?? Buffer.alloc(0);
  await fc.assert(
    fc.asyncProperty(WISHES, async (wishes) => {
      const shared = new Everything();
      for (const { query, format } of wishes) {
        const wish = asked(query);
        const alone = await render(original, wish, { format });
        const after = await render(original, wish, { format, frames: shared });
        expect(Buffer.compare(after.bytes, alone.bytes), `${format} ${query}`).toBe(0);
      }
      expect(shared.sizes.length).toBeGreaterThan(0);
      // What stands around the pixels are a few numbers for each strip.
      for (const [held, foreseen] of shared.sizes) {
        expect(held).toBeGreaterThanOrEqual(foreseen);
        expect(held).toBeLessThan(foreseen * 1.01 + 2_000);
      }
    }),
    { numRuns: 2 },
  );
});

it("gives rows that lie just between two filters as the original does", async () => {
  const original = await picture(1_410, 793).jpeg().toBuffer();
  const frame = await decodeAt(original, 1, performance.now() + 60_000);
  const heights = [576, ...Array.from({ length: 40 }, (_, at) => 320 + 11 * at)];
  for (const height of heights) {
    const size = { width: Math.round((height * 1_410) / 793), height, fit: "fill" } as const;
    const [one, other] = await Promise.all(
      [openImage(original, { maxPixels: false, animated: false }), openFrame(frame)].map((image) =>
        toRaw(image.resize(size), performance.now() + 60_000),
      ),
    );
    expect(Buffer.compare(one?.data ?? frame, other?.data ?? original), `${height} rows`).toBe(0);
  }
});

it("decodes once for all sizes that take the same shrink, and once more for others", async () => {
  const frames = new Everything();
  const original = originals.get("baseline") ?? Buffer.alloc(0);
  for (const w of [300, 350, 400, 470])
    await render(original, asked(`w=${w}&q=80`), { format: "jpeg", frames });
  expect([...frames.kept.keys()]).toEqual(["4"]);
  expect(frames.found).toBe(3);
  await render(original, asked("w=700&q=80"), { format: "jpeg", frames });
  expect([...frames.kept.keys()]).toEqual(["4", "2"]);
});

test.each([
  ["is cut before it is scaled", "tl_px=100,100&w=300"],
  ["is not scaled", "gray=1"],
])("a picture that %s begins with the original", async (_, query) => {
  const frames = new Everything();
  await render(originals.get("baseline") ?? Buffer.alloc(0), asked(query), { format: "jpeg", frames });
  expect(frames.kept.size).toBe(0);
});

test.each([
  ["is small", () => picture(1_600, 1_200).jpeg().toBuffer()],
  ["is grey", () => picture(2_351, 1_601).toColourspace("b-w").jpeg().toBuffer()],
  ["is in CMYK", () => picture(2_001, 1_503).toColourspace("cmyk").jpeg().toBuffer()],
  ["is no JPEG", () => picture(2_351, 1_601).webp({ effort: 0 }).toBuffer()],
])("an original that %s has no frames", async (_, make) => {
  const frames = new Everything();
  await render(await make(), asked("w=300"), { format: "webp", frames });
  expect(frames.kept.size).toBe(0);
});

it("gives what is looked for in the pixels, and trials of quality, from frames too", async () => {
  const original = originals.get("with a density") ?? Buffer.alloc(0);
  const frames = new Everything();
  for (const query of ["w=160&h=160&gravity=auto&bg_color=auto", "w=120&optipress=3", "w=90&trim=5"]) {
    const alone = await render(original, asked(query), { format: "jpeg" });
    const after = await render(original, asked(query), { format: "jpeg", frames });
    expect(Buffer.compare(after.bytes, alone.bytes), query).toBe(0);
  }
  expect(frames.found).toBeGreaterThan(0);
});

it("refuses a damaged original as without frames", async () => {
  const original = originals.get("baseline") ?? Buffer.alloc(0);
  const torn = original.subarray(0, original.length / 2);
  const refusal = render(torn, asked("w=300"), { format: "webp", frames: new Everything() });
  await expect(refusal).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
});

test.each([
  [2.9, 1],
  [3, 2],
  [4.99, 2],
  [5, 4],
  [8.99, 4],
  [9, 8],
  [100, 8],
])("a picture scaled down %d times is decoded at a %dth", (factor, shrink) => {
  const side = 9_000;
  const target = { width: side / factor, height: side / factor };
  expect(shrinkOf({ width: side, height: side }, target)).toBe(shrink);
});
