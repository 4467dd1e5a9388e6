import { describe, expect, it } from "vitest";
import { estimateCost } from "./cost.ts";
import { photo } from "./fixtures.test.support.ts";

const small = { resize: { w: 800 } };

describe("cost", () => {
  it("is about what was measured for the usual photograph", () => {
    expect(estimateCost(photo(), small, "webp")).toBeCloseTo(10.8, 0);
  });

  it("grows with what is read, what is written, and the formats of both", () => {
    const cost = estimateCost(photo(), small, "jpeg");
    expect(estimateCost(photo({ interlaced: true }), small, "jpeg")).toBeGreaterThan(2 * cost);
    expect(estimateCost(photo({ format: "avif" }), small, "jpeg")).toBeGreaterThan(5 * cost);
    expect(estimateCost(photo(), { resize: { w: 3000 } }, "jpeg")).toBeGreaterThan(2 * cost);
    expect(estimateCost(photo(), small, "avif")).toBeGreaterThan(1.5 * cost);
    expect(estimateCost(photo(), small, "jpeg", { gamut: "p3" })).toBeGreaterThan(3 * cost);
  });

  it("counts what is written with time many times over", () => {
    const cost = estimateCost(photo(), small, "avif");
    expect(estimateCost(photo(), small, "avif", { late: true })).toBeGreaterThan(8 * cost);
  });

  it("counts frames only where they are written", () => {
    const moving = photo({ format: "gif", width: 400, height: 300, pages: 20 });
    const still = estimateCost(moving, {}, "jpeg");
    expect(estimateCost(moving, {}, "webp")).toBeGreaterThan(20 * still);
  });

  it("takes a wish beyond the limits for what will be rendered", () => {
    const most = estimateCost(photo(), { resize: { w: 8192, h: 8192, dpr: 5 } }, "webp");
    expect(most).toBeLessThan(40 * 12 + 10);
  });

  it("counts looks at the pixels and what is done to them", () => {
    const plain = estimateCost(photo(), small, "webp");
    expect(estimateCost(photo(), { ...small, trim: { trim: 5 } }, "webp")).toBeGreaterThan(2 * plain);
    const auto = { resize: { w: 800, h: 600, gravity: "auto" } } as const;
    expect(estimateCost(photo(), auto, "webp")).toBeGreaterThan(1.3 * plain);
    const blurred = { resize: { w: 4000 }, blur: { blur: 100 }, gray: { gray: true } };
    expect(estimateCost(photo(), blurred, "webp")).toBeGreaterThan(
      1.3 * estimateCost(photo(), { resize: { w: 4000 } }, "webp"),
    );
  });
});
