import sharp from "sharp";
import { expect, test } from "vitest";
import type { Transformation } from "../../operations/index.ts";
import { painted } from "../fixtures.test.support.ts";
import type { Memory } from "../insight.ts";
import { render } from "../render.ts";
import { classOf, searchSize } from "./search.ts";

/** Slopes, stripes and grain: something to lose. */
const picture = painted(330, 240, (x, y) => {
  const grain = ((x * 7919 + y * 104_729 + ((x * y * 31) % 251) * 13) % 64) - 32;
  const value = 60 + x / 3 + (x % 24 < 12 ? 40 : 0) + (y > 120 ? grain : 0);
  return [value, 255 - value, 40 + y / 2, 255].map((each) => Math.max(0, Math.min(255, each))) as never;
});
const opaque = async () =>
  sharp(await picture)
    .removeAlpha()
    .png()
    .toBuffer();

/** A memory, and what it was told. */
function notebook() {
  const notes = new Map<string, readonly number[]>();
  const memory: Memory = {
    recall: (question) => notes.get(question),
    remember: (question, answer) => {
      expect(notes.has(question), "is not asked twice").toBe(false);
      notes.set(question, answer);
    },
  };
  return { notes, memory };
}

const pressed = (w: number, optipress: 1 | 2 | 3): Transformation => ({
  resize: { w },
  encode: { optipress },
});

test.each(["jpeg", "webp", "avif"] as const)(
  "a higher level of optipress gives a smaller %s",
  async (format) => {
    const bytes = await opaque();
    const sizes: number[] = [];
    for (const level of [1, 2, 3] as const) {
      const { memory, notes } = notebook();
      sizes.push((await render(bytes, pressed(200, level), { format, memory })).bytes.length);
      const [[question, [, encodings = 0]] = ["", []]] = [...notes] as [string, readonly number[]][];
      expect(question).toContain("quality");
      expect([1, 2]).toContain(encodings);
    }
    expect(sizes).toEqual(sizes.toSorted((one, other) => other - one));
    expect(new Set(sizes).size).toBe(3);
  },
);

test("a second size of an original needs no trial, and comes out the same whatever was asked before", async () => {
  const bytes = await opaque();
  const alone = await render(bytes, pressed(190, 2), { format: "webp" });
  const { memory, notes } = notebook();
  await render(bytes, pressed(200, 2), { format: "webp", memory });
  expect(notes.size).toBe(1);
  const second = await render(bytes, pressed(190, 2), { format: "webp", memory });
  expect(notes.size).toBe(1);
  expect(second.bytes).toEqual(alone.bytes);
});

test("each format, level and class of sizes has a trial of its own; of rivals both have", async () => {
  const bytes = await opaque();
  const { memory, notes } = notebook();
  const count = async (...[wish, format, rival]: [Transformation, "webp" | "avif", "jpeg"?]) => {
    await render(bytes, wish, { format, rival, memory });
    return notes.size;
  };
  expect(await count(pressed(300, 2), "webp")).toBe(1);
  expect(await count(pressed(300, 3), "webp")).toBe(2);
  expect(await count(pressed(300, 3), "avif")).toBe(3);
  expect(await count(pressed(120, 3), "avif")).toBe(4);
  expect(await count(pressed(300, 2), "webp", "jpeg")).toBe(5);
});

test("a quality that is given beats optipress, and formats without one try nothing", async () => {
  const bytes = await opaque();
  const { memory, notes } = notebook();
  const both = { resize: { w: 100 }, encode: { q: 60, optipress: 2 } } as const;
  const given = { resize: { w: 100 }, encode: { q: 60 } };
  expect((await render(bytes, both, { format: "jpeg", memory })).bytes).toEqual(
    (await render(bytes, given, { format: "jpeg" })).bytes,
  );
  await render(bytes, pressed(100, 3), { format: "png", memory });
  expect(notes.size).toBe(0);
});

test("what is too small to be judged is pressed by its look", async () => {
  const tiny = await sharp(await opaque())
    .resize(40, 30)
    .png()
    .toBuffer();
  const { memory, notes } = notebook();
  const small = await render(tiny, { encode: { optipress: 3 } }, { format: "webp", memory });
  const fine = await render(tiny, { encode: { optipress: 1 } }, { format: "webp", memory });
  expect([...notes.values()]).toEqual([[], []]);
  expect(small.bytes.length).toBeLessThan(fine.bytes.length);
});

test("grey pictures, transparent ones and animations are pressed too", async () => {
  const clear = await picture;
  const grey = await sharp(clear).removeAlpha().greyscale().jpeg().toBuffer();
  const frames = Buffer.concat(
    await Promise.all(
      [0, 90].map((turn) =>
        sharp(clear).resize(80, 80, { fit: "fill" }).rotate(turn).removeAlpha().raw().toBuffer(),
      ),
    ),
  );
  const moving = await sharp(frames, { raw: { width: 80, height: 160, channels: 3, pageHeight: 80 } })
    .gif({ delay: [70, 80], loop: 3 })
    .toBuffer();
  for (const [bytes, pages] of [
    [clear, 1],
    [grey, 1],
    [moving, 2],
  ] as const) {
    const fine = await render(bytes, { encode: { optipress: 1 } }, { format: "webp" });
    const small = await render(bytes, { encode: { optipress: 3 } }, { format: "webp" });
    expect(small.pages).toBe(pages);
    expect(small.bytes.length).toBeLessThan(fine.bytes.length);
    const { delay, loop } = await sharp(small.bytes, { animated: true }).metadata();
    if (pages === 2) expect({ delay, loop }).toEqual({ delay: [70, 80], loop: 3 });
  }
});

test("classes are nearest by ratio, and searches never enlarge", () => {
  expect([10, 226, 227, 452, 453, 9000].map(classOf)).toEqual([160, 160, 320, 320, 640, 640]);
  expect(searchSize({ width: 4000, height: 1000 }, 320)).toEqual({ width: 640, height: 160 });
  expect(searchSize({ width: 100, height: 50 }, 320)).toEqual({ width: 100, height: 50 });
});
