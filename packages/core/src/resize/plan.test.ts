import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { COMPASS, type Gravity } from "../codecs/gravity.ts";
import type { OperationValues } from "../operations/index.ts";
import type { Source } from "./geometry.ts";
import { turnedSize } from "./geometry.ts";
import { type Bounds, planResize } from "./plan.ts";

type Values = OperationValues["resize"];
type Func = NonNullable<Values["func"]>;

const SOURCE = { width: 400, height: 200 };
const FUNCS = ["crop", "fit", "cropfit", "bound", "boundmin", "cover"] as const;

/** [scaled, window, placement, output] as "400x200 0,0 0,0 400x200"; the window's size is the placement's. */
function inWords(values: Values, source: Source = SOURCE, bounds?: Bounds): string {
  const { scaled, window, placement, output } = planResize(values, source, bounds);
  expect([placement.width, placement.height]).toEqual([window.width, window.height]);
  const cut = `${window.left},${window.top} ${window.width}x${window.height}`;
  return `${scaled.width}x${scaled.height} [${cut}] @${placement.left},${placement.top} ${output.width}x${output.height}`;
}

describe("both sides given", () => {
  const untouched = "400x200 [0,0 400x200] @0,0 400x200";
  // Box smaller than the source · larger in both directions · larger in one. Each: enlarging allowed, then not.
  const TABLE: Readonly<
    // Without a face the two that look for one are crop.
    Record<
      Exclude<Func, "face" | "facehide">,
      readonly (readonly [w: number, h: number, free: string, never: string])[]
    >
  > = {
    proxy: [
      [100, 100, untouched, untouched],
      [800, 300, untouched, untouched],
    ],
    crop: [
      [100, 100, "200x100 [50,0 100x100] @0,0 100x100", "200x100 [50,0 100x100] @0,0 100x100"],
      [800, 300, "800x400 [0,50 800x300] @0,0 800x300", "400x200 [0,25 400x150] @0,0 400x150"],
      [800, 100, "800x400 [0,150 800x100] @0,0 800x100", "400x200 [0,75 400x50] @0,0 400x50"],
    ],
    fit: [
      [100, 100, "100x50 [0,0 100x50] @0,25 100x100", "100x50 [0,0 100x50] @0,25 100x100"],
      [800, 300, "400x200 [0,0 400x200] @200,50 800x300", "400x200 [0,0 400x200] @200,50 800x300"],
      [800, 100, "200x100 [0,0 200x100] @300,0 800x100", "200x100 [0,0 200x100] @300,0 800x100"],
    ],
    cropfit: [
      [100, 100, "200x100 [50,0 100x100] @0,0 100x100", "200x100 [50,0 100x100] @0,0 100x100"],
      [800, 300, "400x200 [0,0 400x200] @200,50 800x300", "400x200 [0,0 400x200] @200,50 800x300"],
      [800, 100, "200x100 [0,0 200x100] @300,0 800x100", "200x100 [0,0 200x100] @300,0 800x100"],
    ],
    bound: [
      [100, 100, "100x50 [0,0 100x50] @0,0 100x50", "100x50 [0,0 100x50] @0,0 100x50"],
      [800, 300, "600x300 [0,0 600x300] @0,0 600x300", untouched],
      [800, 100, "200x100 [0,0 200x100] @0,0 200x100", "200x100 [0,0 200x100] @0,0 200x100"],
    ],
    boundmin: [
      [100, 100, "200x100 [0,0 200x100] @0,0 200x100", "200x100 [0,0 200x100] @0,0 200x100"],
      [800, 300, "800x400 [0,0 800x400] @0,0 800x400", untouched],
      [800, 100, "800x400 [0,0 800x400] @0,0 800x400", untouched],
    ],
    cover: [
      [100, 100, "100x100 [0,0 100x100] @0,0 100x100", "100x100 [0,0 100x100] @0,0 100x100"],
      [800, 300, "800x300 [0,0 800x300] @0,0 800x300", "400x150 [0,0 400x150] @0,0 400x150"],
      [800, 100, "800x100 [0,0 800x100] @0,0 800x100", "400x50 [0,0 400x50] @0,0 400x50"],
    ],
  };
  test.each(FUNCS.flatMap((func) => TABLE[func].map((row) => [func, ...row] as const)))(
    "%s into %dx%d",
    (func, w, h, free, never) => {
      expect(inWords({ w, h, func })).toBe(free);
      expect(inWords({ w, h, func, org_if_sml: false })).toBe(free);
      expect(inWords({ w, h, func, org_if_sml: true })).toBe(never);
    },
  );

  it("crops when no func is named", () => {
    expect(inWords({ w: 100, h: 100 })).toBe(TABLE.crop[0]?.[2]);
  });

  it("decides cropfit as the documented pair does", () => {
    const values: Values = { w: 500, h: 350, func: "cropfit" };
    expect(planResize(values, { width: 650, height: 500 }).window).toMatchObject({ width: 500, height: 350 });
    expect(inWords(values, { width: 400, height: 250 })).toBe("400x250 [0,0 400x250] @50,50 500x350");
  });
});

describe("fit", () => {
  test.each<[string, Values, string]>([
    ["enlarges when it may", { w: 800, h: 600, fit_enlarge: true }, "800x400 [0,0 800x400] @0,100 800x600"],
    [
      "does not when it may not",
      { w: 800, h: 600, fit_enlarge: true, org_if_sml: true },
      "400x200 [0,0 400x200] @200,200 800x600",
    ],
    ["keeps a margin", { w: 120, h: 120, margin: 10 }, "100x50 [0,0 100x50] @10,35 120x120"],
    [
      "keeps it at either end",
      { w: 120, h: 120, margin: 10, gravity: "south" },
      "100x50 [0,0 100x50] @10,60 120x120",
    ],
    [
      "keeps it around a small image",
      { w: 800, h: 600, margin: 30, gravity: "northeast" },
      "400x200 [0,0 400x200] @370,30 800x600",
    ],
    [
      "keeps it when enlarging",
      { w: 900, h: 600, margin: 50, fit_enlarge: true },
      "800x400 [0,0 800x400] @50,100 900x600",
    ],
    [
      "leaves a pixel between margins that meet",
      { w: 100, h: 40, margin: 60 },
      "1x1 [0,0 1x1] @49,19 100x40",
    ],
    [
      "holds for cropfit, where it fits",
      { w: 800, h: 300, margin: 20, func: "cropfit", fit_enlarge: true },
      "520x260 [0,0 520x260] @140,20 800x300",
    ],
    [
      "has no say where cropfit crops",
      { w: 100, h: 100, margin: 20, func: "cropfit" },
      "200x100 [50,0 100x100] @0,0 100x100",
    ],
  ])("%s", (_, values, words) => expect(inWords({ func: "fit", ...values })).toBe(words));

  it("enlarges by one side too", () => {
    expect(inWords({ func: "fit", w: 800, fit_enlarge: true })).toBe("800x400 [0,0 800x400] @0,0 800x400");
    expect(inWords({ func: "cropfit", h: 400, fit_enlarge: true })).toBe(
      "800x400 [0,0 800x400] @0,0 800x400",
    );
  });
});

describe("gravity", () => {
  // What is left over is 100 wide and 60 high in either case.
  const PLACES: Readonly<Record<(typeof COMPASS)[number], string>> = {
    northwest: "0,0",
    north: "50,0",
    northeast: "100,0",
    west: "0,30",
    center: "50,30",
    east: "100,30",
    southwest: "0,60",
    south: "50,60",
    southeast: "100,60",
  };
  test.each(COMPASS)("%s", (gravity) => {
    const place = ({ left, top }: { left: number; top: number }) => `${left},${top}`;
    const [left, top] = PLACES[gravity].split(",").map(Number);
    const padded = planResize({ w: 200, h: 160, func: "fit", gravity }, { width: 100, height: 100 });
    expect(place(padded.placement)).toBe(PLACES[gravity]);
    // A crop leaves something over in one direction only.
    expect(place(planResize({ w: 100, h: 200, gravity }, { width: 200, height: 200 }).window)).toBe(
      `${left},0`,
    );
    expect(place(planResize({ w: 200, h: 140, gravity }, { width: 200, height: 200 }).window)).toBe(
      `0,${top}`,
    );
  });

  const source = { width: 1000, height: 500 };
  test.each<[string, Gravity, number]>([
    ["pixels of the original", { x: 700, y: 0, unit: "px" }, 250],
    ["percent of the original", { x: 70, y: 0, unit: "p" }, 250],
    ["a coefficient of the original", { x: 0.7, y: 0, unit: "c" }, 250],
    ["percent of the resized image", { x: 70, y: 0, unit: "s" }, 250],
    ["a point near an edge", { x: 990, y: 0, unit: "px" }, 300],
    ["a point near the other edge", { x: 1, y: 100, unit: "p" }, 0],
    ["a point outside", { x: 99_999, y: 99_999, unit: "px" }, 300],
  ])("centres the window on %s and keeps it inside", (_, gravity, left) => {
    expect(inWords({ w: 200, h: 250, gravity }, source)).toBe(`500x250 [${left},0 200x250] @0,0 200x250`);
  });

  it("counts a focal point in the original even when the source was cut out of it", () => {
    const within = { left: 400, top: 100, original: { width: 1000, height: 500 } };
    const cut: Source = { width: 400, height: 200, within };
    const at = (gravity: Gravity) => planResize({ w: 50, h: 100, gravity }, cut).window.left;
    expect(at({ x: 600, y: 0, unit: "px" })).toBe(75);
    expect(at({ x: 60, y: 0, unit: "p" })).toBe(75);
    expect(at({ x: 0.6, y: 0, unit: "c" })).toBe(75);
    expect(at({ x: 60, y: 0, unit: "s" })).toBe(95);
  });
});

describe("one side given", () => {
  test.each<[string, Values, string]>([
    ["w", { w: 100 }, "100x50"],
    ["h", { h: 100 }, "200x100"],
    ["w beyond the source", { w: 800 }, "800x400"],
    ["w beyond the source, not to be enlarged", { w: 800, org_if_sml: true }, "400x200"],
    ["w beyond the source to be fitted", { w: 800, func: "fit" }, "400x200"],
    ["h beyond the source for cropfit", { h: 800, func: "cropfit" }, "400x200"],
    ["h beyond the source for bound", { h: 800, func: "bound" }, "1600x800"],
    ["w times dpr", { w: 100, dpr: 1.5 }, "150x75"],
    ["h times a small dpr", { h: 1, dpr: 0.1 }, "2x1"],
    ["a third", { w: 333 }, "333x167"],
  ])("%s: the other follows the ratio", (_, values, size) => {
    expect(inWords(values)).toBe(`${size} [0,0 ${size}] @0,0 ${size}`);
  });

  it("multiplies both sides by dpr", () => {
    expect(planResize({ w: 100, h: 30, dpr: 2 }, SOURCE).output).toEqual({ width: 200, height: 60 });
  });

  it("does nothing for dpr, func or gravity alone", () => {
    const plan = "400x200 [0,0 400x200] @0,0 400x200";
    for (const func of FUNCS) expect(inWords({ func, dpr: 3, gravity: "north" })).toBe(plan);
  });
});

describe("aspect_ratio", () => {
  const exactly = (ratio: number) => ({ min: ratio, max: ratio });
  test.each<[string, Values, string]>([
    ["alone, narrower", { aspect_ratio: exactly(1) }, "400x200 [100,0 200x200] @0,0 200x200"],
    ["alone, wider", { aspect_ratio: exactly(4) }, "400x200 [0,50 400x100] @0,0 400x100"],
    [
      "alone, with gravity",
      { aspect_ratio: exactly(1), gravity: "east" },
      "400x200 [200,0 200x200] @0,0 200x200",
    ],
    ["with w", { w: 100, aspect_ratio: exactly(1) }, "200x100 [50,0 100x100] @0,0 100x100"],
    ["with h", { h: 100, aspect_ratio: exactly(4) }, "400x200 [0,50 400x100] @0,0 400x100"],
    ["with w and dpr", { w: 50, dpr: 2, aspect_ratio: exactly(1) }, "200x100 [50,0 100x100] @0,0 100x100"],
    ["with both", { w: 100, h: 50, aspect_ratio: exactly(1) }, "100x50 [0,0 100x50] @0,0 100x50"],
    ["range around the ratio", { aspect_ratio: { min: 1, max: 3 } }, "400x200 [0,0 400x200] @0,0 400x200"],
    ["range below the ratio", { aspect_ratio: { min: 1, max: 1.5 } }, "400x200 [50,0 300x200] @0,0 300x200"],
    ["range above the ratio", { aspect_ratio: { min: 2.5, max: 3 } }, "400x200 [0,20 400x160] @0,0 400x160"],
    [
      "range around it, with w",
      { w: 100, aspect_ratio: { min: 1, max: 3 } },
      "100x50 [0,0 100x50] @0,0 100x50",
    ],
    [
      "an explicit func",
      { w: 100, func: "fit", aspect_ratio: exactly(1) },
      "100x50 [0,0 100x50] @0,25 100x100",
    ],
  ])("%s", (_, values, words) => expect(inWords(values)).toBe(words));
});

describe("bounds", () => {
  const bounds = (some: Partial<Bounds>): Bounds => ({ maxSide: 8192, maxPixels: 40e6, tilt: 0, ...some });
  it("scales an unresized giant down", () => {
    expect(inWords({}, { width: 10_000, height: 5000 }, bounds({}))).toBe(
      "8192x4096 [0,0 8192x4096] @0,0 8192x4096",
    );
  });
  it("scales a crop down as a whole", () => {
    expect(
      inWords({ w: 8000, h: 4000, dpr: 5 }, { width: 100, height: 100 }, bounds({ maxPixels: Infinity })),
    ).toBe("8192x8192 [0,2048 8192x4096] @0,0 8192x4096");
  });
  it("scales padding with the picture", () => {
    expect(inWords({ w: 800, h: 400, func: "fit" }, SOURCE, bounds({ maxSide: 400 }))).toBe(
      "200x100 [0,0 200x100] @100,50 400x200",
    );
  });
  it("leaves room for the turn that follows", () => {
    const { output } = planResize({ w: 1000, h: 1000 }, SOURCE, bounds({ maxSide: 1000, tilt: 45 }));
    expect(output).toEqual({ width: 707, height: 707 });
  });
});

describe("whatever is asked", () => {
  const side = fc.integer({ min: 1, max: 8192 });
  const source = fc.record({
    width: fc.integer({ min: 1, max: 20_000 }),
    height: fc.integer({ min: 1, max: 20_000 }),
  });
  const ratio = fc.double({ min: 0.01, max: 100, noNaN: true });
  const gravity = fc.oneof(
    fc.constantFrom(...COMPASS),
    fc.record({
      x: fc.double({ min: 0, max: 100_000, noNaN: true }),
      y: fc.double({ min: 0, max: 100, noNaN: true }),
      unit: fc.constantFrom("px" as const, "p" as const, "s" as const, "c" as const),
    }),
  );
  const values = fc.record(
    {
      w: side,
      h: side,
      dpr: fc.double({ min: 0.1, max: 5, noNaN: true }),
      func: fc.constantFrom(...FUNCS),
      gravity,
      aspect_ratio: fc.tuple(ratio, ratio).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
      org_if_sml: fc.boolean(),
      margin: fc.integer({ min: 0, max: 9000 }),
      fit_enlarge: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const limits = fc.record({
    maxSide: fc.integer({ min: 1, max: 8192 }),
    maxPixels: fc.integer({ min: 1, max: 40_000_000 }),
    tilt: fc.constantFrom(0, 13, 45, 90, 300.25),
  });

  it("cuts inside the source, stands inside the output, and no side is empty", () => {
    fc.assert(
      fc.property(values, source, fc.option(limits, { nil: undefined }), (some, from, bounds) => {
        const { crop, scaled, window, placement, output } = planResize(some, from, bounds);
        for (const { width, height } of [scaled, window, output]) {
          expect(Number.isInteger(width) && Number.isInteger(height)).toBe(true);
          expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
        }
        const isWithin = (one: typeof window, outer: { width: number; height: number }) =>
          one.left >= 0 &&
          one.top >= 0 &&
          one.left + one.width <= outer.width &&
          one.top + one.height <= outer.height;
        expect(isWithin(window, scaled) && isWithin(placement, output)).toBe(true);
        const roomy = { width: from.width + 1e-6, height: from.height + 1e-6 };
        expect(isWithin(crop, roomy)).toBe(true);
        if (!bounds) return;
        const { width, height } = turnedSize(output, bounds.tilt);
        // A picture cannot be thinner than one pixel, whatever the area that remains.
        expect(Math.max(width, height)).toBeLessThanOrEqual(bounds.maxSide + 1);
        if (Math.min(output.width, output.height) > 1 && bounds.tilt % 90 === 0) {
          expect(width * height).toBeLessThanOrEqual(bounds.maxPixels);
        }
      }),
    );
  });

  it("never enlarges with org_if_sml", () => {
    fc.assert(
      fc.property(values, source, (some, from) => {
        const { scaled, output } = planResize({ ...some, org_if_sml: true }, from);
        expect(scaled.width).toBeLessThanOrEqual(from.width);
        expect(scaled.height).toBeLessThanOrEqual(from.height);
        const isPadded = some.func === "fit" || some.func === "cropfit";
        if (!isPadded) expect(output.width <= from.width && output.height <= from.height).toBe(true);
      }),
    );
  });

  it("gives exactly the box of crop, cover, fit and cropfit", () => {
    const boxed = fc.constantFrom(undefined, "crop", "cover", "fit", "cropfit") as fc.Arbitrary<
      Func | undefined
    >;
    fc.assert(
      fc.property(side, side, boxed, gravity, source, (w, h, func, towards, from) => {
        const plan = planResize({ w, h, gravity: towards, ...(func ? { func } : {}) }, from);
        expect(plan.output).toEqual({ width: w, height: h });
      }),
    );
  });

  it("meets the box of bound from inside and of boundmin from outside, on one side exactly", () => {
    fc.assert(
      fc.property(side, side, source, (w, h, from) => {
        const inner = planResize({ w, h, func: "bound" }, from).output;
        expect(inner.width <= w && inner.height <= h && (inner.width === w || inner.height === h)).toBe(true);
        const outer = planResize({ w, h, func: "boundmin" }, from).output;
        expect(outer.width >= w && outer.height >= h && (outer.width === w || outer.height === h)).toBe(true);
      }),
    );
  });

  it("keeps the ratio to half a pixel, but for cover", () => {
    fc.assert(
      fc.property(values, source, (some, from) => {
        if (some.func === "cover") return;
        const { scaled } = planResize(some, from);
        const perX = scaled.width / from.width;
        const perY = scaled.height / from.height;
        const isClose = Math.abs(scaled.height - from.height * perX) <= 0.5001;
        const isCloseAcross = Math.abs(scaled.width - from.width * perY) <= 0.5001;
        const isThin = scaled.width === 1 || scaled.height === 1;
        expect(isClose || isCloseAcross || isThin).toBe(true);
      }),
    );
  });
});
