import { parseDeliveryUrl, readTransformation } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choiceTransformation, choiceUrl, readChoice, writeChoice } from "./choice.ts";

const link = (id: string) => ({ sys: { type: "Link", linkType: "Asset", id } });
const options = { endpoint: "https://img.example.com", space: "cfexampleapi" };

describe("what an editor chose in a JSON field", () => {
  test("is delivered under the asset's stable id, with focal point, cut and parameters", () => {
    const value = {
      asset: link("6uJ"),
      focalPoint: { x: 0.25, y: 0.5 },
      crop: { x: 0.1, y: 0, width: 0.5, height: 1 },
      size: { width: 1000, height: 600 },
      query: "w=1600&h=600",
    };
    const url = choiceUrl(value, options);
    expect(url).toMatch(/^https:\/\/img\.example\.com\/v7\/ctf:cfexampleapi\/6uJ\?/);
    const { transformation } = readTransformation(
      parseDeliveryUrl(new URL(url ?? "").href.slice("https://img.example.com".length))?.open ?? [],
    );
    expect(transformation).toEqual({
      extract: { tl_px: { x: 100, y: 0 }, br_px: { x: 600, y: 600 } },
      resize: { w: 1600, h: 600, gravity: { x: 0.25, y: 0.5, unit: "c" } },
    });
  });

  test("gives way to what its place in a page asks for", () => {
    const choice = readChoice({ asset: link("6uJ"), focalPoint: { x: 0, y: 1 }, query: "w=1600&h=600" });
    const wanted = choice && choiceTransformation(choice, { resize: { w: 400, gravity: "north" } });
    expect(wanted?.resize).toEqual({ w: 400, h: 600, gravity: "north" });
  });

  test("has another address for each locale, and none where no asset is chosen", () => {
    const value = { asset: link("6uJ") };
    expect(choiceUrl(value, { ...options, locale: "de" })).toBe(
      "https://img.example.com/v7/ctf:cfexampleapi/6uJ/de",
    );
    for (const nothing of [undefined, null, {}, [], "6uJ", { asset: "6uJ" }, { asset: link("../x") }])
      expect(choiceUrl(nothing, options)).toBeUndefined();
  });

  test("is cut by nothing where the cut or the picture's size cannot be read", () => {
    const crops = [
      { x: 0.6, y: 0, width: 0.6, height: 1 },
      { x: 0, y: 0, width: 0, height: 1 },
      { x: "0" },
      1,
    ];
    for (const crop of crops)
      expect(readChoice({ asset: link("a"), crop, size: { width: 10, height: 10 } })?.crop).toBeUndefined();
    const unsized = readChoice({ asset: link("a"), crop: { x: 0, y: 0, width: 1, height: 1 } });
    expect(unsized && choiceTransformation(unsized)).toEqual({});
  });

  test("comes out of the field as it went in, and whatever is in a field is read without a throw", () => {
    const share = fc.double({ min: 0, max: 0.5, noNaN: true }).map((value) => value + 0);
    const choices = fc.record({
      asset: fc.constantFrom("6uJ", "a.b-c_d"),
      focalPoint: fc.record({ x: share, y: share, unit: fc.constantFrom("c" as const) }),
      crop: fc.record({ x: share, y: share, width: fc.constantFrom(0.5), height: fc.constantFrom(0.25) }),
      size: fc.record({
        width: fc.integer({ min: 1, max: 9000 }),
        height: fc.integer({ min: 1, max: 9000 }),
      }),
      query: fc.constantFrom("", "w=400", "w=1600&h=600"),
    });
    fc.assert(
      fc.property(choices, (choice) => {
        const stored = JSON.parse(JSON.stringify(writeChoice(choice))) as unknown;
        expect(readChoice(stored)).toEqual(choice);
      }),
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => void choiceUrl(value, options)));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => void choiceUrl({ asset: link("a"), ...Object(value) }, options)),
    );
  });

  test("always cuts at least one pixel inside the picture", () => {
    const side = fc.integer({ min: 1, max: 50 });
    const cut = fc.record({
      x: fc.double({ min: 0, max: 1, noNaN: true }),
      y: fc.double({ min: 0, max: 1, noNaN: true }),
      width: fc.double({ min: 0, max: 1, noNaN: true }),
      height: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(cut, fc.record({ width: side, height: side }), (crop, size) => {
        const choice = readChoice({ asset: link("a"), crop, size });
        const extract = choice && choiceTransformation(choice).extract;
        if (!choice?.crop) return;
        const [from, to] = [extract?.tl_px, extract?.br_px];
        if (!from || !to) throw new Error("nothing is cut");
        expect(from.x).toBeGreaterThanOrEqual(0);
        expect(to.x).toBeGreaterThan(from.x);
        expect(to.x).toBeLessThanOrEqual(size.width);
        expect(to.y).toBeGreaterThan(from.y);
        expect(to.y).toBeLessThanOrEqual(size.height);
      }),
    );
  });
});
