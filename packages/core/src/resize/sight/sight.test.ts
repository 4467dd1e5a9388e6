import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import {
  asked,
  colorAt,
  decode,
  distance,
  orientedMap,
  painted,
  pixelsOf,
  type Rgba,
} from "../fixtures.test.support.ts";
import type { Memory } from "../insight.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { render } from "../render.ts";

const GROUND: Rgba = [240, 240, 235, 255];

/** A place map inside a border of one colour; its own colours come from where it lies in itself. */
const framed = (
  size: { width: number; height: number },
  inner: { left: number; top: number; width: number; height: number },
  ground: Rgba = GROUND,
) =>
  painted(size.width, size.height, (x, y) => {
    const [dx, dy] = [x - inner.left, y - inner.top];
    const isInside = dx >= 0 && dy >= 0 && dx < inner.width && dy < inner.height;
    return isInside ? colorAt(dx + 0.5, dy + 0.5, inner) : ground;
  });

describe("trim", () => {
  it("cuts exactly the border, wherever the content lies", async () => {
    const side = fc.integer({ min: 1, max: 40 });
    const gap = fc.integer({ min: 0, max: 30 });
    await fc.assert(
      fc.asyncProperty(side, side, gap, gap, gap, gap, async (width, height, left, top, right, bottom) => {
        // With a single side or none there is no telling border from content.
        fc.pre([left, top, right, bottom].filter((each) => each > 0).length >= 3);
        const size = { width: left + width + right, height: top + height + bottom };
        const {
          width: cutWidth,
          height: cutHeight,
          at,
        } = await pixelsOf(await framed(size, { left, top, width, height }), "trim=0");
        expect([cutWidth, cutHeight]).toEqual([width, height]);
        expect(at(0, 0)).toEqual(colorAt(0.5, 0.5, { width, height }));
      }),
      { numRuns: 40 },
    );
  });

  it("happens before the resize", async () => {
    const original = await framed(
      { width: 300, height: 200 },
      { left: 50, top: 20, width: 200, height: 100 },
    );
    const { width, height, at } = await pixelsOf(original, "trim=1&w=100&h=50");
    expect([width, height]).toEqual([100, 50]);
    expect(distance(at(1, 1), colorAt(3, 3, { width: 200, height: 100 }))).toBeLessThan(8);
  });

  test.each<[number, readonly [number, number]]>([
    [3, [100, 80]], // 7.65 of 255: the speck differs by 12
    [5, [40, 30]], // 12.75
  ])("trim=%d takes what differs by so many percent for border", async (value, size) => {
    const original = await painted(100, 80, (x, y) => {
      if (x >= 30 && x < 70 && y >= 20 && y < 50) return [0, 90, 0, 255];
      const isSpeck =
        (x === 0 && y === 40) || (x === 99 && y === 41) || (y === 0 && x === 50) || (y === 79 && x === 7);
      return isSpeck ? [212, 200, 200, 255] : [200, 200, 200, 255];
    });
    const { width, height } = await pixelsOf(original, `trim=${value}`);
    expect([width, height]).toEqual(size);
  });

  it("goes by the colour that most corners have", async () => {
    const original = await painted(60, 60, (x, y) =>
      x < 20 && y < 20 ? [0, 0, 0, 255] : x > 30 && x < 40 && y > 30 && y < 50 ? [255, 0, 0, 255] : GROUND,
    );
    const { width, height } = await pixelsOf(original, "trim=5");
    // The black corner is content and reaches the edge; the rest ends where the red ends.
    expect([width, height]).toEqual([40, 50]);
  });

  it("takes transparency for a border, whatever colour it hides", async () => {
    const original = await painted(50, 40, (x, y) =>
      x >= 10 && x < 30 && y >= 5 && y < 25 ? [9, 99, 9, 255] : [x * 5, y * 6, 0, 0],
    );
    const { width, height, at } = await pixelsOf(original, "trim=2");
    expect([width, height, ...at(0, 0)]).toEqual([20, 20, 9, 99, 9, 255]);
  });

  it("leaves a picture alone that is nothing but border, or has none", async () => {
    const flat = await painted(30, 20, () => GROUND);
    expect(await pixelsOf(flat, "trim=10")).toMatchObject({ width: 30, height: 20 });
    const busy = await painted(30, 20, (x, y) => [(x * 83) % 256, (y * 57) % 256, (x * y) % 256, 255]);
    expect(await pixelsOf(busy, "trim=10")).toMatchObject({ width: 30, height: 20 });
  });

  it("finds the border of a JPEG in spite of its noise, and upright", async () => {
    const map = await orientedMap(200, 120, 1);
    const card = await sharp(map)
      .extend({ top: 16, bottom: 24, left: 32, right: 8, background: "#fff" })
      .png()
      .toBuffer();
    // Stored on its side: turned a quarter, and marked as such.
    const original = await sharp(card)
      .rotate(270)
      .jpeg({ quality: 90 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const { width, height } = await pixelsOf(original, "trim=8");
    expect(Math.abs(width - 200)).toBeLessThanOrEqual(2);
    expect(Math.abs(height - 120)).toBeLessThanOrEqual(2);
  });

  it("keeps whatever any frame of an animation shows", async () => {
    const [width, height] = [40, 30];
    const dots = [
      [8, 6],
      [20, 12],
      [30, 22],
    ] as const;
    const data = Buffer.alloc(width * height * 3 * 4, 255);
    for (const [frame, [left, top]] of dots.entries()) {
      for (let y = top; y < top + 4; y++) {
        for (let x = left; x < left + 4; x++)
          data.set([200, 0, 0, 255], ((frame * height + y) * width + x) * 4);
      }
    }
    const original = await sharp(data, {
      raw: { width, height: height * 3, channels: 4, pageHeight: height },
    })
      .webp({ lossless: true, delay: [50, 60, 70] })
      .toBuffer();
    // From 8, 6 to 34, 26 as an animation; the first dot alone as a picture.
    expect(await render(original, asked("trim=1"), { format: "webp" })).toMatchObject({
      width: 26,
      height: 20,
      pages: 3,
    });
    expect(await render(original, asked("trim=1"), { format: "png" })).toMatchObject({ width: 4, height: 4 });
  });

  it("is in time with the picture in a large one too", async () => {
    const original = await sharp({
      create: { width: 4800, height: 3200, channels: 3, background: "#fafafa" },
    })
      .composite([
        {
          input: { create: { width: 4000, height: 2600, channels: 3, background: "#246" } },
          left: 500,
          top: 300,
        },
      ])
      .png({ compressionLevel: 1 })
      .toBuffer();
    const { width, height } = await render(original, asked("trim=5"), { format: "jpeg" });
    // Its pixels are more than are looked at: the border is known to two of them, and never eats content.
    expect(width - 4000).toBeGreaterThanOrEqual(0);
    expect(width - 4000).toBeLessThanOrEqual(4);
    expect(height - 2600).toBeGreaterThanOrEqual(0);
    expect(height - 2600).toBeLessThanOrEqual(4);
  });

  it("gravity=trim keeps to the sides that were cut, and pads there", async () => {
    // A border on the left alone: content 100 × 60 at the right.
    const original = await framed({ width: 140, height: 60 }, { left: 40, top: 0, width: 100, height: 60 });
    const size = { width: 100, height: 60 };
    const cropped = await pixelsOf(original, "trim=1&w=30&h=60&gravity=trim");
    expect(distance(cropped.at(0, 30), colorAt(0.5, 30.5, size))).toBeLessThan(6);
    const padded = await pixelsOf(original, "trim=1&w=150&h=60&func=fit&gravity=trim");
    expect([padded.at(10, 30)[3], padded.at(49, 30)[3], padded.at(55, 30)[3], padded.at(149, 30)[3]]).toEqual(
      [0, 0, 255, 255],
    );
  });
});

/** A disc on ground that changes slowly. */
const discAt = (width: number, height: number, x: number, y: number, radius: number) =>
  painted(width, height, (column, row) => {
    if (Math.hypot(column - x, row - y) < radius) return [220, 60, 40, 255];
    return [120 + Math.round((40 * row) / height), 160, 190 - Math.round((30 * column) / width), 255];
  });
const isDisc = ([red, green]: Rgba) => red > 180 && green < 110;

async function discShare(bytes: Uint8Array, radius: number): Promise<number> {
  const { width, height, at } = await decode(bytes);
  let count = 0;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (isDisc(at(x, y))) count++;
  return count / (Math.PI * radius * radius);
}

describe("gravity=auto", () => {
  it("keeps what stands out inside the crop, wherever it is", async () => {
    const share = fc.double({ min: 0.12, max: 0.88, noNaN: true });
    await fc.assert(
      fc.asyncProperty(share, share, fc.boolean(), async (x, y, isWide) => {
        const [width, height] = isWide ? [320, 160] : [160, 320];
        const original = await discAt(width, height, x * width, y * height, 18);
        const { bytes } = await render(original, asked("gravity=auto&aspect_ratio=1"), { format: "png" });
        expect(await discShare(bytes, 18)).toBeGreaterThan(
          0.97 * Math.min(1, visible(x * width, y * height, width, height)),
        );
      }),
      { numRuns: 30 },
    );
    /** About the share of a disc of 18 that lies inside the picture at all. */
    function visible(x: number, y: number, width: number, height: number): number {
      const edge = Math.min(x, y, width - x, height - y);
      return edge >= 18 ? 1 : 0.5 + edge / 40;
    }
  });

  it("is smart too, and beats the centre for a subject at the edge", async () => {
    const original = await discAt(400, 100, 360, 50, 15);
    const kept = async (query: string) =>
      discShare((await render(original, asked(query), { format: "png" })).bytes, 15);
    expect(await kept("gravity=smart&w=100&h=100")).toBeGreaterThan(0.9);
    expect(await kept("w=100&h=100")).toBe(0);
  });

  it("looks at what extract and trim have left", async () => {
    const original = await discAt(400, 100, 60, 50, 15);
    const { bytes } = await render(original, asked("tl_px=200,0&gravity=auto&w=100&h=100"), {
      format: "png",
    });
    expect(await discShare(bytes, 15)).toBe(0);
  });

  it("is the centre of a picture in which nothing stands out", async () => {
    const flat = await painted(200, 100, () => GROUND);
    const memory = new Map<string, readonly number[]>([["faces?", []]]);
    await render(flat, asked("gravity=auto&w=50&h=50"), { format: "png", memory: memoryOf(memory) });
    expect(memory.get("focus?")).toEqual([100, 50]);
  });
});

const memoryOf = (known: Map<string, readonly number[]>): Memory => ({
  recall: (question) => known.get(question),
  remember: (question, answer) => void known.set(question, answer),
});

describe("memory", () => {
  it("is asked before the pixels are, and told what they say", async () => {
    const original = await discAt(400, 100, 360, 50, 15);
    const known = new Map<string, readonly number[]>([["faces?", []]]);
    const memory = memoryOf(known);
    const first = await render(original, asked("gravity=auto&w=100&h=100"), { format: "png", memory });
    expect(await discShare(first.bytes, 15)).toBeGreaterThan(0.9);
    expect([...known.keys()]).toEqual(["faces?", "focus?"]);
    // Another size is drawn by what memory says, not by another look.
    known.set("focus?", [40, 50]);
    const second = await render(original, asked("gravity=auto&w=50&h=100"), { format: "png", memory });
    expect(await discShare(second.bytes, 15)).toBe(0);
  });

  it("keeps what was seen apart by what was left to see", async () => {
    const known = new Map<string, readonly number[]>();
    const original = await framed({ width: 100, height: 60 }, { left: 10, top: 10, width: 60, height: 30 });
    for (const query of [
      "trim=1&bg_color=auto",
      "trim=2&bg_color=auto",
      "tl_px=5,5&trim=1",
      "bg_color=auto",
      "w=9",
    ]) {
      await render(original, asked(query), { format: "png", memory: memoryOf(known) });
    }
    expect([...known.keys()].sort()).toEqual([
      "color?",
      "color?trim=1",
      "color?trim=2",
      "content?tl_px=5,5&trim=1",
      "content?trim=1",
      "content?trim=2",
    ]);
    expect(known.get("content?trim=1")).toEqual([10, 10, 60, 30]);
    expect(known.get("content?tl_px=5,5&trim=1")).toEqual([5, 5, 60, 30]);
  });

  it("is used for nothing but wishes that depend on pixels", async () => {
    const original = await painted(40, 30, () => GROUND);
    const memory: Memory = {
      recall: () => {
        throw new Error("nobody should ask");
      },
      remember: () => {},
    };
    for (const query of [
      "w=10",
      "gravity=auto",
      "gravity=auto&w=10&h=5&func=fit",
      "gravity=north&w=9&h=9&bg_color=fff&r=9",
    ]) {
      await render(original, asked(query), { format: "png", memory });
    }
  });
});

describe("bg_color=auto", () => {
  it("is the colour that covers most, without what is transparent", async () => {
    const original = await painted(60, 40, (x) =>
      x < 10 ? [255, 0, 0, 255] : x < 35 ? [30, 60, 90, 255] : [0, 255, 0, 0],
    );
    const { at } = await pixelsOf(original, "bg_color=auto&w=60&h=80&func=fit");
    expect(distance(at(30, 5), [30, 60, 90, 255])).toBe(0);
    expect(distance(at(50, 40), [30, 60, 90, 255])).toBe(0);
  });

  it("counts a colour whole whose shades fall on both sides of a step", async () => {
    const original = await painted(60, 40, (x, y) =>
      x < 26 ? [200, 20, 20, 255] : [(x + y) % 2 ? 94 : 98, 100, 100, 255],
    );
    const [red, green] = (await pixelsOf(original, "bg_color=auto&w=60&h=80&func=fit")).at(30, 2);
    expect(Math.abs(red - 96)).toBeLessThanOrEqual(3);
    expect(Math.abs(green - 100)).toBeLessThanOrEqual(3);
  });

  it("is nothing for a picture that shows nothing", async () => {
    const clear = await painted(20, 20, () => [9, 9, 9, 0]);
    expect((await pixelsOf(clear, "bg_color=auto&w=40&h=20&func=fit")).at(1, 1)[3]).toBe(0);
  });
});

test("a look ends with the render's time", async () => {
  const limits = { ...DEFAULT_LIMITS, timeoutMs: 0 };
  const refusal = render(await discAt(80, 40, 9, 9, 5), asked("trim=1"), { format: "png", limits });
  await expect(refusal).rejects.toMatchObject({ code: "IMAGE_TOO_SLOW" });
});
