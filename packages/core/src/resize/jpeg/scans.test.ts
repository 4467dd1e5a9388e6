import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, expect, it } from "vitest";
import { readProgression } from "./scans.ts";

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
