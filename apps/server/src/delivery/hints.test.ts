import { readFile } from "node:fs/promises";
import { layerParameters, parseDeliveryUrl, writeTransformation } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { followHints, HINT_RATIOS, HINT_WIDTHS, hintKey, hintsFor, readHints } from "./hints.ts";

const BOTH = { hints: { client: true, saveData: true } };
const SETTINGS = { presets: { half: "w=200", fine: "q=90" }, rules: [], defaults: "" };

function askedWith(query: string, headers: Record<string, string>, project = BOTH) {
  const url = parseDeliveryUrl(`/h.example/a.jpg?${query}`);
  if (!url) throw new Error("names nothing");
  const layered = layerParameters(url, SETTINGS);
  const hints = hintsFor(project, layered);
  const said = hints && readHints(hints, headers);
  return {
    vary: hints?.vary,
    text: writeTransformation(said ? followHints(layered.transformation, said) : layered.transformation),
  };
}

describe("hints of a browser", () => {
  const size = ["Sec-CH-Width", "Sec-CH-Viewport-Width", "Sec-CH-DPR"];
  test.each<[string, Record<string, string>, string, readonly string[] | undefined]>([
    ["", { "sec-ch-width": "500" }, "w=640&org_if_sml=1", [...size, "Save-Data"]],
    ["", { "sec-ch-width": "9999" }, "w=3840&org_if_sml=1", [...size, "Save-Data"]],
    [
      "",
      { "sec-ch-viewport-width": "390", "sec-ch-dpr": "2.6" },
      "w=1600&org_if_sml=1",
      [...size, "Save-Data"],
    ],
    ["", { "sec-ch-dpr": "2" }, "", [...size, "Save-Data"]],
    ["", { "sec-ch-width": "x", "save-data": "maybe" }, "", [...size, "Save-Data"]],
    ["w=100", { "sec-ch-width": "500", "sec-ch-dpr": "2" }, "w=100", ["Save-Data"]],
    ["h=100&q=9", { "sec-ch-width": "500", "save-data": "on" }, "h=100&q=9", undefined],
    ["dpr=2", { "sec-ch-width": "500" }, "dpr=2", ["Save-Data"]],
    ["p=half&w=9", { "sec-ch-dpr": "2" }, "w=200", ["Save-Data"]],
    ["p=half", { "sec-ch-width": "500", "sec-ch-dpr": "2" }, "w=200&dpr=2", ["Sec-CH-DPR", "Save-Data"]],
    ["", { "save-data": "on" }, "q=50", [...size, "Save-Data"]],
    ["p=fine", { "save-data": "on" }, "q=50", [...size, "Save-Data"]],
    ["q=90", { "save-data": "on" }, "q=90", size],
    ["ci_eqs=cT05MA", { "save-data": "on" }, "q=90", size],
  ])("%j with %j", (query, headers, text, vary) => {
    expect(askedWith(query, headers)).toEqual({ text, vary });
  });

  test("matter only where the project listens", () => {
    const headers = { "sec-ch-width": "500", "save-data": "on" };
    expect(askedWith("", headers, { hints: { client: false, saveData: false } })).toEqual({
      text: "",
      vary: undefined,
    });
    expect(askedWith("", headers, { hints: { client: false, saveData: true } })).toEqual({
      text: "q=50",
      vary: ["Save-Data"],
    });
  });

  test("are rounded by the edges that are shipped as they are here", async () => {
    const edge = (path: string) =>
      readFile(new URL(`../../../../packages/cdn/edge/${path}`, import.meta.url), "utf8");
    const nginx = await edge("nginx/fence.conf");
    expect(nginx).toContain(`{ ${HINT_WIDTHS.join(", ")} }, { ${HINT_RATIOS.join(", ")} }`);
    const varnish = await edge("varnish/freshet.vcl");
    for (const name of ["Sec-CH-Width", "Sec-CH-Viewport-Width", "Sec-CH-DPR"]) {
      const steps = varnish.matchAll(new RegExp(`set req\\.http\\.${name} = "([\\d.]+)"`, "g"));
      expect(Array.from(steps, ([, step]) => Number(step))).toEqual([
        ...(name === "Sec-CH-DPR" ? HINT_RATIOS : HINT_WIDTHS),
      ]);
    }
  });

  test("come to few answers, and rounding them before changes nothing", () => {
    const header = fc.oneof(
      fc.integer({ min: 0, max: 99_999 }).map(String),
      fc.double({ min: 0.1, max: 9, noNaN: true }).map((n) => n.toFixed(3)),
      fc.string(),
    );
    const up = (steps: readonly number[], text: string | undefined) => {
      if (text === undefined || !/^\d{1,5}(\.\d{1,6})?$/.test(text.trim()) || Number(text) === 0) return text;
      return String(steps.find((each) => each >= Number(text)) ?? steps.at(-1));
    };
    const keys = new Set<string>();
    fc.assert(
      fc.property(
        fc.record({ width: header, viewport: header, dpr: header }, { requiredKeys: [] }),
        ({ width, viewport, dpr }) => {
          const read = (...[w, v, d]: readonly (string | undefined)[]) =>
            hintKey(
              readHints(
                { size: "width", saveData: false, vary: [] },
                { "sec-ch-width": w, "sec-ch-viewport-width": v, "sec-ch-dpr": d },
              ),
            );
          const key = read(width, viewport, dpr);
          keys.add(key);
          expect(read(up(HINT_WIDTHS, width), up(HINT_WIDTHS, viewport), up(HINT_RATIOS, dpr))).toBe(key);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(keys.size).toBeLessThanOrEqual(HINT_WIDTHS.length + 1);
  });
});
