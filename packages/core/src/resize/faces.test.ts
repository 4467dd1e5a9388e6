import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it, test } from "vitest";
import type { OutputFormat } from "../format.ts";
import { carried } from "./carried.ts";
import {
  animation,
  asked,
  decode,
  distance,
  orientedMap,
  type Pixels,
  painted,
  type Rgba,
} from "./fixtures.test.support.ts";
import type { Box } from "./geometry.ts";
import type { Memory } from "./insight.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { draw } from "./operations/index.ts";
import { readHeader } from "./probe.ts";
import { render } from "./render.ts";
import { uprighting } from "./symmetry.ts";

/** Somebody else has looked: left, top, width, height and score, in parts of the upright original. */
const told = (...faces: readonly (readonly [number, number, number, number, number])[]): Memory => ({
  recall: (question) => (question === "faces?" ? faces.flat() : undefined),
  remember() {},
});

const BACK: Rgba = [40, 60, 80, 255];
const SKIN: Rgba = [240, 180, 20, 255];
const SIZE = { width: 400, height: 240 };
/** A face at 240,60 of 40 by 40. */
const FACE = [0.6, 0.25, 0.1, 1 / 6, 0.9] as const;
const portrait = () =>
  painted(SIZE.width, SIZE.height, (x, y) => (x >= 240 && x < 280 && y >= 60 && y < 100 ? SKIN : BACK));

async function made(
  original: Uint8Array,
  query: string,
  memory: Memory,
  format: OutputFormat = "png",
  page = 0,
) {
  const { bytes } = await render(original, asked(query), { format, memory });
  return decode(bytes, page);
}

function colored(pixels: Pixels, color: Rgba, tolerance = 60): Box | undefined {
  const found: { x: number; y: number }[] = [];
  for (let y = 0; y < pixels.height; y += 1)
    for (let x = 0; x < pixels.width; x += 1)
      if (distance(pixels.at(x, y), color) < tolerance) found.push({ x, y });
  if (found.length === 0) return undefined;
  const [left, top] = [Math.min(...found.map(({ x }) => x)), Math.min(...found.map(({ y }) => y))];
  return {
    left,
    top,
    width: Math.max(...found.map(({ x }) => x)) + 1 - left,
    height: Math.max(...found.map(({ y }) => y)) + 1 - top,
  };
}

describe("func=face", () => {
  it("cuts to the one face, grown by its margin", async () => {
    const close = await made(await portrait(), "func=face&w=80&h=80", told(FACE));
    // The kernel mixes the outermost pixels with what is beside them.
    const filled = colored(close, SKIN);
    expect(Math.min(filled?.width ?? 0, filled?.height ?? 0)).toBeGreaterThanOrEqual(78);
    const wide = await made(await portrait(), "func=face&face_margin=50&w=80&h=80", told(FACE));
    const { left = 0, top = 0, width = 0, height = 0 } = colored(wide, SKIN) ?? {};
    for (const [side, wanted] of [
      [left, 20],
      [top, 20],
      [width, 40],
      [height, 40],
    ] as const)
      expect(Math.abs(side - wanted)).toBeLessThanOrEqual(1);
  });

  it("keeps the ratio of the box where one side is given, and cuts alone where none is", async () => {
    expect(await made(await portrait(), "func=face&w=60&face_margin=50,0", told(FACE))).toMatchObject({
      width: 60,
      height: 30,
    });
    expect(await made(await portrait(), "func=face&face_margin=25", told(FACE))).toMatchObject({
      width: 60,
      height: 60,
    });
  });

  it.each([
    ["nobody", []],
    ["two of about one size", [FACE, [0.1, 0.25, 0.1, 0.2, 0.9]]],
    ["somebody of whom it is not sure", [[0.6, 0.25, 0.1, 1 / 6, 0.5]]],
  ] as const)("is a usual crop where it finds %s", async (_, faces) => {
    const original = await portrait();
    const usual = await render(original, asked("w=100&h=100"), { format: "png" });
    const asFace = await render(original, asked("func=face&w=100&h=100&face_margin=20"), {
      format: "png",
      memory: told(...faces),
    });
    expect(Buffer.compare(asFace.bytes, usual.bytes)).toBe(0);
  });
});

describe("func=facehide", () => {
  it("keeps the largest part in which nobody is, with its margin", async () => {
    for (const query of ["w=100&h=60", "w=100&h=60&face_margin=30", "w=100", ""]) {
      const pixels = await made(await portrait(), `func=facehide&${query}`, told(FACE));
      expect(colored(pixels, SKIN), query).toBeUndefined();
    }
    expect(await made(await portrait(), "func=facehide&w=100&h=60", told(FACE))).toMatchObject({
      width: 100,
      height: 60,
    });
  });

  it("is a usual crop where nobody is", async () => {
    const original = await portrait();
    const usual = await render(original, asked("w=100&h=100"), { format: "png" });
    const hidden = await render(original, asked("func=facehide&w=100&h=100"), {
      format: "png",
      memory: told(),
    });
    expect(Buffer.compare(hidden.bytes, usual.bytes)).toBe(0);
  });
});

describe("gravity", () => {
  it("face is centred on the one face", async () => {
    const pixels = await made(await portrait(), "w=100&h=240&gravity=face", told(FACE));
    expect(colored(pixels, SKIN)?.left).toBe(30);
  });

  it("face is centred on it also in what was cut out or trimmed", async () => {
    for (const query of ["tl_px=150,20&w=60&h=220", "tl_px=150,20&br_px=390,240&w=30&h=110&r=180"]) {
      const pixels = await made(await portrait(), `${query}&gravity=face`, told(FACE));
      const { left = 0, width = 0 } = colored(pixels, SKIN) ?? {};
      expect(Math.abs(left + width / 2 - pixels.width / 2), query).toBeLessThanOrEqual(1);
    }
    const bordered = await painted(SIZE.width, SIZE.height, (x, y) =>
      x < 60
        ? [255, 255, 255, 255]
        : x >= 240 && x < 280 && y >= 60 && y < 100
          ? SKIN
          : [x % 200, 60, 80, 255],
    );
    const { left } =
      colored(await made(bordered, "trim=1&w=100&h=240&gravity=face", told(FACE)), SKIN, 30) ?? {};
    expect(left).toBe(30);
  });

  it("face finds what auto finds where there is no such face", async () => {
    const faces = told(FACE, [0.1, 0.5, 0.1, 1 / 6, 0.9]);
    const [face, auto] = await Promise.all(
      ["face", "auto"].map(async (gravity) =>
        render(await portrait(), asked(`w=100&h=240&gravity=${gravity}`), { format: "png", memory: faces }),
      ),
    );
    expect(Buffer.compare(face?.bytes ?? new Uint8Array(), auto?.bytes ?? new Uint8Array(1))).toBe(0);
  });

  it("auto prefers a face to what stands out", async () => {
    const dull: Rgba = [50, 66, 80, 255];
    const inFace = (x: number, y: number) => x >= 300 && x < 324 && y >= 60 && y < 84;
    const scene = await painted(SIZE.width, SIZE.height, (x, y) =>
      Math.hypot(x - 60, y - 150) < 30 ? [255, 220 + ((x + y) % 30), 0, 255] : inFace(x, y) ? dull : BACK,
    );
    const width = async (memory: Memory) =>
      colored(await made(scene, "w=100&h=240&gravity=auto", memory), dull, 5)?.width;
    expect(await width(told())).toBeUndefined();
    expect(await width(told([0.75, 0.25, 0.06, 0.1, 0.9]))).toBe(24);
  });
});

describe("hidden faces", () => {
  /** Fine lines where the face is; little of them must be left. */
  const lined = (x: number, y: number): Rgba =>
    x >= 240 && x < 280 && y >= 60 && y < 100
      ? (x + y) % 2 === 0
        ? [255, 255, 255, 255]
        : [0, 0, 0, 255]
      : BACK;
  const lines = () => painted(SIZE.width, SIZE.height, lined);

  it.each(["pixelate_faces=1", "blur_faces=1", "blur_faces=1,2", "blur_faces=1,90,1"])(
    "%s leaves nothing to be recognised, and everything else as it was",
    async (query) => {
      const pixels = await made(await lines(), query, told(FACE));
      for (let y = 62; y < 98; y += 1)
        for (let x = 242; x < 278; x += 1)
          expect(distance(pixels.at(x, y), pixels.at(x + 1, y)), `${x},${y}`).toBeLessThan(100);
      for (const [x, y] of [
        [0, 0],
        [200, 80],
        [320, 80],
        [260, 30],
        [260, 140],
        [399, 239],
      ] as const)
        expect(pixels.at(x, y)).toEqual(BACK);
    },
  );

  it("covers a face with at most eight squares each way", async () => {
    const slope = await painted(SIZE.width, SIZE.height, (x, y) => [x % 256, y, 128, 255]);
    const pixels = await made(slope, "pixelate_faces=1", told(FACE));
    const along = new Set(Array.from({ length: 40 }, (_, at) => pixels.at(240 + at, 80).join()));
    const down = new Set(Array.from({ length: 40 }, (_, at) => pixels.at(260, 60 + at).join()));
    expect(along.size).toBeLessThanOrEqual(8);
    expect(down.size).toBeLessThanOrEqual(8);
  });

  it("takes also a possible face, where framing would not", async () => {
    const pixels = await made(await lines(), "pixelate_faces=1", told([0.6, 0.25, 0.1, 1 / 6, 0.46]));
    expect(distance(pixels.at(260, 80), pixels.at(261, 80))).toBeLessThan(40);
  });

  it("hides what is left of a face that was cut through", async () => {
    const pixels = await made(await lines(), "br_px=258,240&pixelate_faces=1", told(FACE));
    expect(distance(pixels.at(250, 80), pixels.at(251, 80))).toBeLessThan(40);
  });

  it("is done before a watermark is laid down, whatever the order in the URL", async () => {
    const green = await painted(20, 20, () => [0, 255, 0, 255]);
    const { bytes } = await render(
      await lines(),
      asked("wat=1&wat_url=a&wat_gravity=absolute&wat_pos=62.5p,30p&pixelate_faces=1"),
      { format: "png", memory: told(FACE), images: new Map([["a", green]]) },
    );
    const mark = colored(await decode(bytes), [0, 255, 0, 255], 5);
    expect(mark).toMatchObject({ width: 20, height: 20 });
  });

  it("does so in every frame of an animation", async () => {
    const moving = await animation(80, 60, 4, "webp");
    const still = (page: number) => made(moving, "", told(), "webp", page);
    for (const page of [0, 1, 2, 3]) {
      const pixels = await made(moving, "pixelate_faces=1", told([0.31, 0.3, 0.2, 0.2, 0.9]), "webp", page);
      const bare = await still(page);
      let changed = 0;
      for (let y = 20; y < 40; y += 1)
        for (let x = 30; x < 50; x += 1) if (distance(pixels.at(x, y), bare.at(x, y)) > 20) changed += 1;
      expect(changed, `frame ${page}`).toBeGreaterThan(0);
    }
  });

  it("hides the copy behind a padded picture, too", async () => {
    const pixels = await made(
      await lines(),
      "w=240&h=240&func=fit&bg_img_fit=1&bg_blur=0&pixelate_faces=1",
      told(FACE),
    );
    let sharpest = 0;
    for (let y = 0; y < 240; y += 1)
      for (let x = 0; x < 239; x += 1)
        if (distance(pixels.at(x, y), BACK) > 30 && distance(pixels.at(x + 1, y), BACK) > 30)
          sharpest = Math.max(sharpest, Math.abs(pixels.at(x, y)[0] - pixels.at(x + 1, y)[0]));
    expect(sharpest).toBeLessThan(90);
  });

  it("changes nothing where nobody is", async () => {
    const original = await lines();
    const bare = await render(original, asked("w=200"), { format: "png" });
    const hidden = await render(original, asked("w=200&blur_faces=1"), { format: "png", memory: told() });
    expect(Buffer.compare(hidden.bytes, bare.bytes)).toBe(0);
  });
});

test.each([
  ...[
    "w=200",
    "w=200&h=240",
    "h=120&gravity=east&w=100",
    "flip=h",
    "flip=v&w=300",
    "r=90",
    "r=180&w=100",
    "r=270&flip=h",
  ],
  ...[
    "tl_px=200,20&br_px=380,200",
    "tl_px=200,20&w=300&r=90",
    "w=300&h=300&func=fit",
    "w=300&h=300&func=fit&gravity=south&r=90",
  ],
  ...[
    "w=500&h=200&func=cover",
    "r=30",
    "r=45&w=200&flip=v",
    "w=200&linear=1",
    "func=facehide&w=90&h=90",
    "func=face&w=90&h=90&face_margin=80",
  ],
])("%s carries a box to where its pixels come to lie", async (query) => {
  const original = await portrait();
  const face = { left: 0.6, top: 0.25, width: 0.1, height: 1 / 6, score: 0.9 };
  await compare(original, query, face, SKIN);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "an original of orientation %i carries a box upright",
  async (orientation) => {
    const original = await orientedMap(200, 120, orientation);
    const picture = draw(await readHeader(original), {
      transformation: asked("w=100"),
      format: "png",
      limits: DEFAULT_LIMITS,
    });
    const [box] = carried({ left: 100, top: 30, width: 40, height: 30 }, picture);
    expect(box?.left).toBeCloseTo(50, 6);
    expect(box?.top).toBeCloseTo(15, 6);
    expect(box?.width).toBeCloseTo(20, 6);
    expect(box?.height).toBeCloseTo(15, 6);
  },
);

async function compare(
  original: Uint8Array,
  query: string,
  face: Box & { readonly score: number },
  color: Rgba,
) {
  const { left, top, width, height, score } = face;
  const header = await readHeader(original);
  const transformation = asked(query);
  const insight = { faces: [face] };
  const picture = draw(header, { transformation, format: "png", limits: DEFAULT_LIMITS, insight });
  const inPixels = {
    left: left * header.width,
    top: top * header.height,
    width: width * header.width,
    height: height * header.height,
  };
  const boxes = carried(inPixels, picture);
  const seen = colored(await made(original, query, told([left, top, width, height, score])), color);
  if (!seen) return expect(boxes).toEqual([]);
  const [box] = boxes;
  for (const [one, other] of [
    [box?.left, seen.left],
    [box?.top, seen.top],
    [(box?.left ?? 0) + (box?.width ?? 0), seen.left + seen.width],
    [(box?.top ?? 0) + (box?.height ?? 0), seen.top + seen.height],
  ] as const)
    expect(Math.abs((one ?? -99) - other), query).toBeLessThanOrEqual(2);
}

test("nobody is taken for somebody by what a render writes: the picture is the same with and without a memory", async () => {
  const flat = await sharp({ create: { width: 60, height: 40, channels: 3, background: "#357" } })
    .png()
    .toBuffer();
  const known = await render(flat, asked("gravity=auto&w=20&h=20"), { format: "png", memory: told() });
  const looked = await render(flat, asked("gravity=auto&w=20&h=20"), { format: "png" });
  expect(Buffer.compare(known.bytes, looked.bytes)).toBe(0);
});

test("whatever is done to a picture, boxes stay inside of it, and whole ones cover it whole", () => {
  const wishes = [
    ...[
      "tl_px=50,10",
      "br_px=300,200",
      "w=120",
      "h=90",
      "w=500&h=90",
      "func=fit",
      "func=cover",
      "func=boundmin",
      "margin=9",
    ],
    ...[
      "bg_img_fit=1",
      "flip=h",
      "flip=v",
      "r=90",
      "r=33",
      "r=-120",
      "linear=1",
      "aspect_ratio=2",
      "gravity=south",
      "dpr=3",
    ],
  ];
  const drawable = { ...SIZE, pages: 1, isGrey: false, isDeep: false };
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const box = fc.record({ left: share, top: share, width: share, height: share });
  fc.assert(
    fc.property(
      fc.subarray(wishes),
      fc.integer({ min: 1, max: 8 }),
      box,
      (queries, orientation, { left, top, width, height }) => {
        const picture = draw(
          { ...drawable, uprighting: uprighting(orientation) },
          { transformation: asked(queries.join("&")), format: "png", limits: DEFAULT_LIMITS },
        );
        const boxes = carried(
          {
            left: left * 400,
            top: top * 240,
            width: width * 400,
            height: height * 240,
          },
          picture,
        );
        for (const each of boxes) {
          expect(Math.min(each.left, each.top)).toBeGreaterThanOrEqual(0);
          expect(each.left + each.width).toBeLessThanOrEqual(picture.size.width + 1e-6);
          expect(each.top + each.height).toBeLessThanOrEqual(picture.size.height + 1e-6);
        }
        const [whole] = carried({ left: 0, top: 0, ...SIZE }, picture);
        const isPadded = queries.includes("func=fit");
        if (!isPadded) {
          expect(whole?.width).toBeGreaterThanOrEqual(picture.size.width - 2);
          expect(whole?.height).toBeGreaterThanOrEqual(picture.size.height - 2);
        }
      },
    ),
    { numRuns: 500 },
  );
});
