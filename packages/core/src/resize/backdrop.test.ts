import { describe, expect, it } from "vitest";
import { animation, asked, decode, distance, painted, pixelsOf, type Rgba } from "./fixtures.test.support.ts";
import { render } from "./render.ts";

/** Red on the left, blue on the right; 40 × 20. */
const halves = () => painted(40, 20, (x): Rgba => (x < 20 ? [200, 0, 0, 255] : [0, 0, 200, 255]));
const FIT = "w=40&h=60&func=fit&bg_img_fit=1";

describe("bg_img_fit", () => {
  it("covers the padding with the image itself, cut to the box", async () => {
    const { width, height, at } = await pixelsOf(await halves(), `${FIT}&bg_blur=0`);
    expect([width, height]).toEqual([40, 60]);
    // The copy is 120 × 60 with its colours meeting in the middle: the padding is red on the left half.
    for (const y of [2, 57])
      expect([at(2, y), at(37, y)]).toEqual([
        [200, 0, 0, 255],
        [0, 0, 200, 255],
      ]);
    expect([at(2, 30), at(37, 30)]).toEqual([
      [200, 0, 0, 255],
      [0, 0, 200, 255],
    ]);
  });

  it("shows the part that bg_gravity says", async () => {
    const { at } = await pixelsOf(await halves(), `${FIT}&bg_blur=0&bg_gravity=east`);
    expect([at(2, 2), at(2, 30)]).toEqual([
      [0, 0, 200, 255],
      [200, 0, 0, 255],
    ]);
  });

  it("is blurred unless told otherwise, and the image in front of it is not", async () => {
    const { at } = await pixelsOf(await halves(), FIT);
    expect(Math.abs(at(20, 2)[0] - at(20, 2)[2])).toBeLessThan(30);
    expect(at(20, 2)[0]).toBeGreaterThan(60);
    expect([at(19, 30), at(20, 30)]).toEqual([
      [200, 0, 0, 255],
      [0, 0, 200, 255],
    ]);
  });

  it("is tinted, and lets the background through", async () => {
    const tinted = await pixelsOf(await halves(), `${FIT}&bg_blur=0&bg_colorize=fff,0.25`);
    expect(tinted.at(2, 2)).toEqual([214, 64, 64, 255]); // 200 + 55/4, 255/4
    expect(tinted.at(2, 30)).toEqual([200, 0, 0, 255]);
    const faint = await pixelsOf(await halves(), `${FIT}&bg_blur=0&bg_opacity=0.2`);
    expect(faint.at(2, 2)).toEqual([200, 0, 0, 51]);
    const over = await pixelsOf(await halves(), `${FIT}&bg_blur=0&bg_opacity=0.2&bg_color=0f0`);
    expect(distance(over.at(2, 2), [40, 204, 0, 255])).toBeLessThanOrEqual(1);
    const white = await pixelsOf(await halves(), `${FIT}&bg_blur=0&bg_opacity=0.2&q=100`, "jpeg");
    expect(distance(white.at(8, 4), [244, 204, 204, 255])).toBeLessThan(6);
  });

  it("is turned and mirrored with the image", async () => {
    const { width, height, at } = await pixelsOf(await halves(), `${FIT}&bg_blur=0&flip=h&r=90`);
    expect([width, height]).toEqual([60, 40]);
    // Mirrored red is on the right, and a quarter counter-clockwise brings the right to the top.
    for (const x of [2, 30, 57])
      expect([at(x, 2), at(x, 37)]).toEqual([
        [200, 0, 0, 255],
        [0, 0, 200, 255],
      ]);
  });

  it("stands behind grey pictures, tilted ones and JPEGs", async () => {
    const grey = await painted(40, 20, (x) => (x < 20 ? [90, 90, 90, 255] : [200, 200, 200, 255]));
    expect((await pixelsOf(grey, `${FIT}&bg_blur=0&bg_colorize=00f,0.5`)).at(2, 2)).toEqual([
      45, 45, 173, 255,
    ]);
    expect(await pixelsOf(await halves(), `${FIT}&r=30&bg_color=fff`, "jpeg")).toMatchObject({
      width: 65,
      height: 72,
    });
  });

  it("is every frame's own", async () => {
    const original = await animation(40, 20, 4, "gif");
    const { bytes, pages } = await render(original, asked(`${FIT}&bg_blur=0&q=100`), { format: "webp" });
    expect(pages).toBe(4);
    for (const page of [0, 1, 2, 3]) {
      const { at, height } = await decode(bytes, page);
      expect(height).toBe(60);
      const isRed = (x: number, y: number) => at(x, y)[0] > 180;
      // The copy shows the upper quarters above the image and the lower ones below it.
      expect([isRed(4, 4), isRed(35, 4), isRed(35, 55), isRed(4, 55)]).toEqual(
        [0, 1, 2, 3].map((each) => each === page),
      );
    }
  });
});
