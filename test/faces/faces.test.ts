import type { Transformation } from "@freshet/core";
import { DEFAULT_LIMITS, render, seeFaces } from "@freshet/core/resize";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { photographHeads } from "../support/drawn-faces.ts";
import { type Photographs, photographs } from "./photographs.ts";

/** From which score on a face counts: for crops, and where it is to be hidden. */
const SURE = 0.55;
const POSSIBLE = 0.45;

/** Where people look at us, or away: the middle of each face in hundredths of the picture, found by eye. */
const PEOPLE: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>> = {
  "sample1.jpg": [
    [27, 39],
    [82, 27],
    [49, 44],
  ],
  "sample2.jpg": [
    [81, 21],
    [24, 21],
    [51, 26],
  ],
  "sample3.jpg": [
    [37, 36],
    [62, 28],
    [81, 34],
  ],
  "sample4.jpg": [
    [56, 23],
    [39, 14],
    [72, 20],
    [17, 23],
  ],
  "sample5.jpg": [
    [45, 18],
    [35, 40],
    [80, 39],
    [63, 25],
    [24, 75],
  ],
  "sample6.jpg": [
    [66, 31],
    [82, 28],
    [41, 32],
    [17, 43],
  ],
  "astronaut.png": [[44, 25]],
  "camera.png": [[43, 32]],
  "messi5.jpg": [[43, 33]],
  "left06.jpg": [[46, 38]],
  "right06.jpg": [[32, 39]],
};
const NOBODY = [
  ...[
    "chelsea.png",
    "coffee.png",
    "rocket.jpg",
    "butterfly.jpg",
    "squirrel_cls.jpg",
    "fruits.jpg",
    "apple.jpg",
  ],
  ...["home.jpg", "building.jpg", "aloeL.jpg", "starry_night.jpg", "blox.jpg", "WindowsLogo.jpg"],
];

async function see(bytes: Uint8Array) {
  const numbers = await seeFaces(bytes, DEFAULT_LIMITS);
  return Array.from({ length: numbers.length / 5 }, (_, at) => {
    const [left = 0, top = 0, width = 0, height = 0, score = 0] = numbers.slice(at * 5);
    const holds = (x: number, y: number) =>
      x > left &&
      x < left + width &&
      y > top &&
      y < top + height &&
      Math.abs(x - left - width / 2) < width / 3;
    return { left, top, width, height, score, holds };
  });
}

const pictures: Photographs | Error = await photographs().catch((error: unknown) =>
  error instanceof Error ? error : new Error(String(error)),
);
const missing =
  pictures instanceof Error
    ? ` did not run: its photographs cannot be had (${pictures.message.split("\n")[0]})`
    : "";
if (missing !== "" && process.env.CI)
  throw new Error(`The test of photographs${missing}. With CI set every part must be there.`);

describe.skipIf(missing !== "")(`photographs${missing}`, () => {
  const read: Photographs = (name) => (pictures as Photographs)(name);

  async function foundAt(
    least: number,
  ): Promise<{ readonly found: number; readonly lost: readonly string[]; readonly more: readonly string[] }> {
    const lost: string[] = [];
    const more: string[] = [];
    let found = 0;
    for (const [name, places] of Object.entries(PEOPLE)) {
      const faces = (await see(await read(name))).filter(({ score }) => score >= least);
      const missed = places.filter(([x, y]) => !faces.some((face) => face.holds(x / 100, y / 100)));
      found += places.length - missed.length;
      lost.push(...missed.map((place) => `${name} at ${place}`));
      if (faces.length > places.length - missed.length) more.push(name);
    }
    return { found, lost, more };
  }

  it("shows at least 25 of 27 faces where framing looks, and no face that is none beside them", async () => {
    const { found, lost, more } = await foundAt(SURE);
    expect(found, `lost: ${lost.join("; ")}`).toBeGreaterThanOrEqual(25);
    expect(more).toEqual([]);
  });

  it("shows every face where hiding looks", async () => {
    expect((await foundAt(POSSIBLE)).lost).toEqual([]);
  });

  it("takes few things for faces, and always the same", async () => {
    const alarms: string[] = [];
    const possible: string[] = [];
    for (const name of NOBODY) {
      const faces = await see(await read(name));
      if (faces.some(({ score }) => score >= SURE)) alarms.push(name);
      else if (faces.some(({ score }) => score >= POSSIBLE)) possible.push(name);
    }
    expect(alarms).toEqual(["chelsea.png", "coffee.png", "apple.jpg"]);
    expect(possible).toEqual(["rocket.jpg", "squirrel_cls.jpg"]);
  });

  it("keeps 64 colours of a face under squares, and no edge under a blur", async () => {
    for (const name of ["sample1.jpg", "sample5.jpg", "astronaut.png"]) {
      const original = await read(name);
      const squares = await facesOf(original, { pixelate_faces: true });
      for (const { colors } of squares) expect(colors, name).toBeLessThanOrEqual(64);
      const soft = await facesOf(original, { blur_faces: { radius: 30, sigma: 1000 } });
      const bare = await facesOf(original, {});
      expect(squares.length).toBe(PEOPLE[name]?.length);
      for (const [at, { edge }] of soft.entries()) {
        expect(edge, name).toBeLessThan(12);
        expect(bare[at]?.edge, name).toBeGreaterThan(30);
      }
    }
  });

  /** Of each face in a picture 900 pixels wide: how many colours there are, and by how much neighbours differ at most. */
  async function facesOf(original: Uint8Array, faces: Transformation["faces"] & object) {
    const { bytes } = await render(original, { faces, resize: { w: 900 } }, { format: "png" });
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const at = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
    return (await see(original))
      .filter(({ score }) => score >= SURE)
      .map((face) => {
        const colors = new Set<string>();
        let edge = 0;
        for (let y = Math.ceil(face.top * height); y < (face.top + face.height) * height; y += 1) {
          for (let x = Math.ceil(face.left * width); x < (face.left + face.width) * width; x += 1) {
            colors.add(at(x, y).join());
            edge = Math.max(
              edge,
              ...at(x, y).map((value, band) => Math.abs(value - (at(x + 1, y)[band] ?? 0))),
            );
          }
        }
        return { colors: colors.size, edge };
      });
  }
});

describe("drawn heads", () => {
  const HEAD = { x: 600, y: 280, high: 200 };

  it.each([
    ["landscape", 900, 600],
    ["strip", 1600, 500],
    ["column", 800, 1500],
  ])("are found in a %s, where they are", async (_, width, height) => {
    const [face, ...more] = await see(await photographHeads(width, height, [HEAD]));
    expect(more).toEqual([]);
    expect(face?.holds(HEAD.x / width, HEAD.y / height)).toBe(true);
    // The box is about square and about as high as the face.
    expect(((face?.height ?? 0) * height) / HEAD.high).toBeGreaterThan(0.6);
    expect(((face?.height ?? 0) * height) / HEAD.high).toBeLessThan(1.3);
    expect(((face?.width ?? 0) * width) / ((face?.height ?? 0) * height)).toBeCloseTo(1, 0);
  });

  it.each(["png", "webp", "gif", "avif"] as const)(
    "are found in a %s, in greys and in front of nothing",
    async (format) => {
      const colored = await photographHeads(900, 600, [HEAD]);
      const grey = await sharp(colored).greyscale().toFormat(format).toBuffer();
      const clear = await sharp(colored).ensureAlpha().toFormat(format).toBuffer();
      for (const bytes of [grey, clear]) {
        const [face] = await see(bytes);
        expect(face?.holds(2 / 3, 280 / 600)).toBe(true);
      }
    },
  );

  it("are not found where nobody is", async () => {
    expect(await see(await photographHeads(900, 600, []))).toEqual([]);
  });

  it("are told the same every time", async () => {
    const bytes = await photographHeads(900, 600, [HEAD]);
    expect(await seeFaces(bytes)).toEqual(await seeFaces(bytes));
  });
});
