import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { readProgression, readSamples } from "./scans.ts";

const SIDE = { width: 320, height: 200 };
let progressive: Buffer;
let baseline: Buffer;

beforeAll(async () => {
  const noise = Uint8Array.from(
    { length: SIDE.width * SIDE.height * 3 },
    (_, at) => (at * 2_654_435_761) >>> 24,
  );
  const picture = () => sharp(noise, { raw: { ...SIDE, channels: 3 } });
  progressive = await picture().jpeg({ quality: 92, progressive: true }).toBuffer();
  baseline = await picture().jpeg({ quality: 92 }).toBuffer();
});

it("reads channels, their steps and each scan to where the next marker stands", () => {
  const { components = [], scans = [] } = readProgression(progressive) ?? {};
  expect(components.map(({ across, down }) => [across, down])).toEqual([
    [2, 2],
    [1, 1],
    [1, 1],
  ]);
  // ITU-T T.81, table K.1, at 16 %: the first step is 16, the last 99.
  expect([components[0]?.steps[0], components[0]?.steps[63]]).toEqual([3, 16]);
  expect(scans[0]).toMatchObject({ components: [0, 1, 2], first: 0, last: 0, before: undefined, after: 1 });
  expect(scans.at(-1)).toMatchObject({ components: [0], first: 1, last: 63, before: 1, after: 0 });
  expect(scans.at(-1)?.end).toBe(progressive.length - 2);
  for (const { start, end } of scans) {
    expect(progressive.readUInt16BE(start)).toBe(0xffda);
    expect(progressive[end]).toBe(0xff);
  }
});

it("reads nothing of what is not progressive, or was cut off", () => {
  expect(readProgression(baseline)).toBeUndefined();
  for (const part of [0.3, 0.6, 0.9]) {
    const torn = progressive.subarray(0, Math.floor(progressive.length * part));
    expect(readProgression(torn), `${part}`).toBeUndefined();
  }
  expect(readProgression(progressive.subarray(0, -2))).toBeUndefined();
});

it("counts the samples of a pixel over all channels, from the beginning alone", async () => {
  const flat = (background: string) => sharp({ create: { ...SIDE, channels: 3, background } });
  const coloured = (chromaSubsampling: string, image = flat("#80ff40")) =>
    image.jpeg({ progressive: true, chromaSubsampling }).toBuffer();
  const counted = [
    [await coloured("4:2:0"), 1.5],
    [await coloured("4:4:4"), 3],
    [await coloured("4:4:4", flat("#888").toColourspace("b-w")), 1],
    [await coloured("4:4:4", flat("#888").toColourspace("cmyk")), 4],
    [baseline, undefined],
    [Buffer.alloc(0), undefined],
  ] as const;
  for (const [bytes, samples] of counted) expect(readSamples(bytes)).toBe(samples);
  const [, full] = counted;
  expect(readSamples(full[0].subarray(0, 700))).toBe(3);
  // ITU-T T.81, B.1.1.2: a marker may be preceded by any number of fill bytes.
  const filled = Buffer.concat([full[0].subarray(0, 2), Buffer.from([0xff, 0xff]), full[0].subarray(2)]);
  expect(readSamples(filled)).toBe(3);
});

it("whatever the bytes are, samples are none or between a few and all of four channels", () => {
  const damage = fc.array(fc.tuple(fc.nat(700), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
  fc.assert(
    fc.property(damage, fc.nat(), (changes, length) => {
      const bytes = Uint8Array.from(progressive);
      for (const [at, value] of changes) bytes[at] = value;
      const samples = readSamples(bytes.subarray(0, length % bytes.length)) ?? 1;
      expect(samples).toBeGreaterThan(0);
      expect(samples).toBeLessThanOrEqual(4);
    }),
  );
});

it("whatever the bytes are, scans lie one after the other within them", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
  fc.assert(
    fc.property(damage, fc.boolean(), (changes, isHead) => {
      const bytes = Uint8Array.from(progressive);
      for (const [at, value] of changes) bytes[at % (isHead ? 700 : bytes.length)] = value;
      let from = 0;
      for (const { start, end, components, first, last } of readProgression(bytes)?.scans ?? []) {
        expect(start).toBeGreaterThanOrEqual(from);
        expect(end).toBeGreaterThan(start);
        expect(components.length).toBeGreaterThan(0);
        expect(last).toBeGreaterThanOrEqual(first);
        expect(last).toBeLessThan(64);
        from = end;
      }
      expect(from).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readProgression(bytes)));
});
