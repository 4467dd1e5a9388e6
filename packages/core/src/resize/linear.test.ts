import { expect, it, test } from "vitest";
import { canonicalTransformation } from "../transformation.ts";
import { estimateCost } from "./cost.ts";
import { asked, painted, photo, pixelsOf, type Rgba } from "./fixtures.test.support.ts";
import { estimateMemory } from "./memory.ts";
import { render } from "./render.ts";

const WHITE: Rgba = [255, 255, 255, 255];
const BLACK: Rgba = [0, 0, 0, 255];
/** Half of the light of white, as IEC 61966-2-1 writes it. */
const HALF = 188;

/** Black and white pixels in turns: half of the light. */
const chequers = (clear: Rgba = BLACK) => painted(400, 200, (x, y) => ((x + y) % 2 === 0 ? WHITE : clear));

const middle = async (original: Uint8Array, query: string) => {
  const { width, height, at } = await pixelsOf(original, query);
  return at(width >> 1, height >> 1);
};
const near = (value: number) => [value - 1, value, value + 1];

it("keeps the light of fine detail, where the default keeps the numbers", async () => {
  const original = await chequers();
  const [plain] = await middle(original, "w=200");
  const [linear, ...others] = await middle(original, "w=200&linear=1");
  expect(near(128)).toContain(plain);
  expect(near(HALF)).toContain(linear);
  expect(others).toEqual([linear, linear, 255]);
});

test.each([
  "w=200&linear=1",
  "w=120&h=120&linear=1&gravity=west",
  "w=100&r=90&linear=1",
  "w=100&h=100&func=fit&linear=1",
])("%s shows the same picture in the same size as without", async (query) => {
  // Colours that change slowly are the same in both.
  const original = await painted(400, 200, (x, y): Rgba => [x >> 1, y, 90, x < 300 ? 255 : 0]);
  const [one, other] = await Promise.all(
    [query, query.replace("&linear=1", "")].map((each) => pixelsOf(original, each)),
  );
  if (!one || !other) throw new Error("nothing was rendered");
  expect([one.width, one.height]).toEqual([other.width, other.height]);
  for (let y = 3; y < one.height; y += 7) {
    for (let x = 3; x < one.width; x += 7) {
      const [a, b] = [one.at(x, y), other.at(x, y)];
      // Beside an edge of what is transparent both round differently.
      if (a[3] === 255 && b[3] === 255)
        for (let at = 0; at < 3; at += 1) expect(Math.abs((a[at] ?? 0) - (b[at] ?? 0))).toBeLessThan(4);
      expect(Math.abs(a[3] - b[3])).toBeLessThan(40);
    }
  }
});

it("has nothing to do where a picture is not scaled down", async () => {
  const original = await chequers();
  for (const query of ["w=800", "w=400", "gray=1"]) {
    const [one, other] = await Promise.all(
      [query, `${query}&linear=1`].map((each) => render(original, asked(each), { format: "png" })),
    );
    expect(Buffer.compare(one?.bytes ?? BLANK, other?.bytes ?? BLANK), query).toBe(0);
  }
  expect(canonicalTransformation(asked("gray=1&linear=1"))).toBe(canonicalTransformation(asked("gray=1")));
  expect(canonicalTransformation(asked("w=9&linear=0"))).toBe(canonicalTransformation(asked("w=9")));
  expect(canonicalTransformation(asked("w=9&linear=1"))).not.toBe(canonicalTransformation(asked("w=9")));
});
const BLANK = new Uint8Array();

it("is charged for", () => {
  const [plain, linear] = [asked("w=800"), asked("w=800&linear=1")];
  expect(estimateCost(photo(), linear, "webp")).toBeGreaterThan(1.3 * estimateCost(photo(), plain, "webp"));
  expect(estimateMemory(photo(), linear, "webp").most).toBeGreaterThan(
    estimateMemory(photo(), plain, "webp").most + 2e6,
  );
});
