import { LARGEST_SIDE, layerParameters, parseDeliveryUrl, writeTransformation } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SizeLadder } from "./security.ts";
import { withinLadder } from "./sizes.ts";

const LADDER: SizeLadder = { widths: [100, 320, 640], heights: [50, 200], step: undefined, outside: "snap" };
const SETTINGS = { presets: { free: "w=123", tall: "h=77" }, rules: [], defaults: "" };

function held(
  query: string,
  ladder: Partial<SizeLadder> = {},
  covers: "everything" | "sealed" | "nothing" = "nothing",
) {
  const url = parseDeliveryUrl(`/h.example/a.jpg?${query}`);
  if (!url) throw new Error("names nothing");
  return withinLadder({ ...LADDER, ...ladder }, layerParameters(url, SETTINGS), covers);
}
const textOf = (...args: Parameters<typeof held>) => writeTransformation(held(...args).transformation);

describe("sizes of a stranger", () => {
  test.each<[string, string, string]>([
    ["on a rung stay", "w=320&h=200", "w=320&h=200"],
    [
      "between rungs are rounded up",
      "w=101&h=51&func=fit&gravity=north",
      "w=320&h=200&func=fit&gravity=north",
    ],
    ["above the last are the last", "w=5000&h=5000", "w=640&h=200"],
    ["have their ratio multiplied in", "w=160&dpr=2&org_if_sml=1", "w=320&org_if_sml=1"],
    ["of no name are none", "q=5&dpr=3", "q=5"],
    ["of a preset are free", "p=free&w=9", "w=123"],
    ["of a preset are not free of a stranger's ratio", "p=free&dpr=2", "w=320"],
    ["beside one of a preset are held alone", "p=free&h=9", "w=123&h=50"],
    ["that are sealed by nobody are a stranger's", "ci_eqs=dz0xMDE", "w=320"],
    ["with an aspect ratio stay one", "w=101&aspect_ratio=2", "w=320&aspect_ratio=2"],
  ])("%s", (_, query, expected) => {
    expect(textOf(query)).toBe(expected);
  });

  test("are free where they are sealed or signed, but not beside a seal", () => {
    expect(textOf("w=101", {}, "everything")).toBe("w=101");
    expect(textOf("ci_eqs=dz0xMDE", {}, "sealed")).toBe("w=101");
    expect(textOf("ci_eqs=dz0xMDE&h=9", {}, "sealed")).toBe("w=101&h=50");
  });

  test("may be multiples of a step", () => {
    expect(textOf("w=101&h=999", { widths: [], heights: [], step: 250 })).toBe("w=250&h=1000");
    expect(textOf("w=101&h=300", { step: 250 })).toBe("w=250&h=500");
    expect(textOf("w=8192", { widths: [], heights: [], step: 250 })).toBe("w=8000");
  });

  test("may be refused", () => {
    expect(textOf("w=320", { outside: "refuse" })).toBe("w=320");
    expect(() => held("w=321", { outside: "refuse" })).toThrow(
      "w=321: ask for a size that the project allows, such as 640.",
    );
  });

  test("leave a remark where they are changed", () => {
    expect(held("w=101&h=50").remarks).toEqual([
      { parameter: "w", text: "101", expected: "a size that the project allows, such as 320" },
    ]);
  });

  test("come to no more than the ladder has, whatever is asked", () => {
    const number = fc.oneof(
      fc.integer({ min: 1, max: LARGEST_SIDE }),
      fc.double({ min: 0.1, max: 9_000, noNaN: true }),
    );
    const asked = fc.record(
      { w: number, h: number, dpr: fc.double({ min: 0.1, max: 5, noNaN: true }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(asked, (sizes) => {
        const query = Object.entries(sizes)
          .map(([name, value]) => `${name}=${value.toFixed(4)}`)
          .join("&");
        const { w = 100, h = 50, dpr } = held(query).transformation.resize ?? {};
        expect(LADDER.widths).toContain(w);
        expect(LADDER.heights).toContain(h);
        if (sizes.w ?? sizes.h) expect(dpr).toBeUndefined();
      }),
    );
  });
});
