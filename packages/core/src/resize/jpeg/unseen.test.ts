import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, expect, it, test } from "vitest";
import { isRenderError } from "../errors.ts";
import { asked } from "../fixtures.test.support.ts";
import { render } from "../render.ts";
import { readProgression } from "./scans.ts";
import { withoutUnseen } from "./unseen.ts";

const SIZE = { width: 1_203, height: 899 };

/** Edges, gradients, and grain of a strength that quality 92 keeps. */
const pixels = Uint8Array.from({ length: SIZE.width * SIZE.height * 3 }, (_, place) => {
  const [at, band] = [Math.floor(place / 3), place % 3];
  const [x, y] = [at % SIZE.width, Math.floor(at / SIZE.width)];
  const edge = (x * 7 + y * 3) % 640 < 90 ? 90 : 0;
  return 30 + (band === 1 ? y : x) / 12 + edge + (Math.imul(place, 2_654_435_761) >>> 28);
});

const jpeg = (options: Parameters<ReturnType<typeof sharp>["jpeg"]>[0]) =>
  sharp(pixels, { raw: { ...SIZE, channels: 3 } })
    .jpeg({ progressive: true, ...options })
    .toBuffer();

let good: Buffer;
let full: Buffer;
beforeAll(async () => {
  good = await jpeg({ quality: 92 });
  full = await jpeg({ quality: 92, chromaSubsampling: "4:4:4" });
});

/** As sharp gives it, in the size that takes the shrink. */
async function decoded(bytes: Uint8Array, shrink: number): Promise<Uint8Array> {
  const factor = { 1: 1, 2: 4, 4: 7, 8: 12 }[shrink] ?? 1;
  const [width, height] = [Math.round(SIZE.width / factor), Math.round(SIZE.height / factor)];
  return sharp(bytes, { failOn: "error", sequentialRead: true })
    .resize({ width, height, fit: "fill" })
    .raw()
    .toBuffer();
}

/** Root of the mean square, and the mean, of what differs. */
function differenceOf(one: Uint8Array, other: Uint8Array) {
  let [squares, sum] = [0, 0];
  for (const [at, value] of one.entries()) {
    const difference = value - (other[at] ?? 0);
    squares += difference ** 2;
    sum += difference;
  }
  return { deviation: Math.sqrt(squares / one.length), mean: Math.abs(sum / one.length) };
}

test.each([4, 8] as const)(
  "made smaller by %d, half of the bytes are not read and no pixel tells",
  async (shrink) => {
    const less = withoutUnseen(good, shrink);
    expect(less.length).toBeLessThan(good.length * 0.5);
    const [whole, part] = [await decoded(good, shrink), await decoded(less, shrink)];
    const { deviation, mean } = differenceOf(whole, part);
    expect(deviation).toBeLessThan(1.2);
    expect(mean).toBeLessThan(0.1);
  },
);

it("of a block that becomes one pixel nothing but its brightness is read, and that whole", async () => {
  const less = withoutUnseen(full, 8);
  expect(less.length).toBeLessThan(full.length * 0.6);
  expect(Buffer.compare(await decoded(full, 8), await decoded(less, 8))).toBe(0);
});

it("reads all of what is not made smaller, is coarse anyway, or is no progressive JPEG", async () => {
  expect(withoutUnseen(good, 1)).toBe(good);
  const coarse = await jpeg({ quality: 50 });
  expect(withoutUnseen(coarse, 2)).toBe(coarse);
  const baseline = await jpeg({ quality: 92, progressive: false });
  for (const shrink of [2, 4, 8] as const) expect(withoutUnseen(baseline, shrink)).toBe(baseline);
});

it("reads more, the less it is made smaller", () => {
  const lengths = ([8, 4, 2, 1] as const).map((shrink) => withoutUnseen(full, shrink).length);
  expect(lengths).toEqual(lengths.toSorted((one, other) => one - other));
});

it("keeps every scan that another builds upon", () => {
  for (const shrink of [2, 4, 8] as const) {
    const missing = new Map<string, number>();
    for (const scan of readProgression(withoutUnseen(full, shrink))?.scans ?? []) {
      for (const component of scan.components)
        for (let at = scan.first; at <= scan.last; at += 1) {
          const place = `${component} ${at}`;
          expect(missing.get(place), place).toBe(scan.before);
          missing.set(place, scan.after);
        }
    }
  }
});

test.each(["w=400", "w=200", "w=100"])(
  "refuses a file that was cut off, also where it would not be read (%s)",
  async (query) => {
    const torn = good.subarray(0, good.length - 500);
    const refusal = render(torn, asked(query), { format: "webp" });
    await expect(refusal).rejects.toMatchObject({ code: "IMAGE_UNREADABLE" });
  },
);

it("gives a picture or a refusal, whatever became of the bytes", async () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (changes, isHead) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at % (isHead ? 700 : bytes.length)] = value;
      const given = await render(bytes, asked("w=90"), { format: "jpeg" }).catch((error: unknown) => error);
      expect(isRenderError(given) || (given as { width?: number }).width === 90).toBe(true);
    }),
    { numRuns: 60 },
  );
});
