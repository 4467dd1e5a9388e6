import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LAYERS, layerParameters, type Shortening } from "./layering.ts";
import { writeTransformation } from "./transformation.ts";
import { parseDeliveryUrl } from "./url/delivery-url.ts";
import { writeSealed } from "./url/sealed.ts";

const NOTHING: Shortening = { presets: {}, rules: [], defaults: "" };

function layered(target: string, shortening: Partial<Shortening>) {
  const url = parseDeliveryUrl(target);
  if (!url) throw new Error(`${target} names nothing.`);
  return layerParameters(url, { ...NOTHING, ...shortening });
}
const textOf = (...args: Parameters<typeof layered>) => writeTransformation(layered(...args).transformation);

describe("presets, rules and defaults", () => {
  const presets = { small: "w=200&h=100", sharp: "q=90" };
  test.each<[string, string, Partial<Shortening>, string]>([
    ["a preset", "/a.example/b.jpg?p=small", { presets }, "w=200&h=100"],
    ["what a preset sets stays", "/a.example/b.jpg?p=small&w=400&q=5", { presets }, "w=200&h=100&q=5"],
    ["also under another name", "/a.example/b.jpg?width=400&p=small", { presets }, "w=200&h=100"],
    ["the last of two presets", "/a.example/b.jpg?p=small&p=sharp", { presets }, "q=90"],
    ["no preset by this name", "/a.example/b.jpg?p=big&w=4", { presets }, "w=4"],
    ["no preset by a name that every object has", "/a.example/b.jpg?p=constructor&w=4", { presets }, "w=4"],
    ["a rule", "/_m_/b.jpg", { rules: [{ match: "_m_/", parameters: "w=3&q=4" }] }, "w=3&q=4"],
    [
      "a URL above a rule",
      "/_m_/b.jpg?w=9",
      { rules: [{ match: "_m_/", parameters: "w=3&q=4" }] },
      "w=9&q=4",
    ],
    ["a rule that does not match", "/_m_/b.jpg", { rules: [{ match: "/_m_/", parameters: "w=3" }] }, ""],
    [
      "a later rule above an earlier one",
      "/_m_/b.jpg",
      {
        rules: [
          { match: "_m_", parameters: "w=3&q=1" },
          { match: "b.jpg", parameters: "w=4" },
        ],
      },
      "w=4&q=1",
    ],
    [
      "a rule with a preset, which counts as preset",
      "/_m_/b.jpg?w=7",
      { presets, rules: [{ match: "_m_", parameters: "p=small&q=3" }] },
      "w=200&h=100&q=3",
    ],
    [
      "a URL's preset above a rule's",
      "/_m_/b.jpg?p=sharp",
      { presets, rules: [{ match: "_m_", parameters: "p=small" }] },
      "q=90",
    ],
    [
      "an unknown preset leaves the rule's",
      "/_m_/b.jpg?p=huh",
      { presets, rules: [{ match: "_m_", parameters: "p=small" }] },
      "w=200&h=100",
    ],
    [
      "defaults below everything",
      "/a.example/b.jpg?q=5",
      { defaults: "q=70&org_if_sml=1&w=10" },
      "w=10&org_if_sml=1&q=5",
    ],
    [
      "a URL switches a default off",
      "/a.example/b.jpg?w=3&org_if_sml=0",
      { defaults: "org_if_sml=1" },
      "w=3",
    ],
    ["what cannot be read counts as not written", "/a.example/b.jpg?q=x", { defaults: "q=70" }, "q=70"],
    [
      "an escaped path matches as it is spelled",
      "/h.example/%63at.jpg",
      { rules: [{ match: "cat.jpg", parameters: "w=3" }] },
      "w=3",
    ],
    [
      "an encoded original matches decoded",
      "/https%3A%2F%2Fh.example%2Fa.jpg?ci_url_encoded=1",
      { rules: [{ match: "h.example/a", parameters: "w=3" }] },
      "w=3",
    ],
  ])("%s", (_, target, shortening, expected) => {
    expect(textOf(target, shortening)).toBe(expected);
  });

  test("say who gave each value and over whom", () => {
    const found = layered(`/_m_/b.jpg?w=9&q=8&p=small&ci_cache=060&ci_eqs=${writeSealed("q=7")}`, {
      presets: { small: "w=200" },
      rules: [{ match: "_m_", parameters: "w=3&h=4" }],
      defaults: "h=5&ci_cache=9",
    });
    expect(found.values).toEqual([
      {
        name: "w",
        value: "200",
        layer: "preset",
        by: "small",
        overrides: [
          { value: "9", layer: "url", by: undefined },
          { value: "3", layer: "rule", by: "_m_" },
        ],
      },
      {
        name: "h",
        value: "4",
        layer: "rule",
        by: "_m_",
        overrides: [{ value: "5", layer: "default", by: undefined }],
      },
      {
        name: "q",
        value: "7",
        layer: "sealed",
        by: undefined,
        overrides: [{ value: "8", layer: "url", by: undefined }],
      },
      { name: "p", value: "small", layer: "url", by: undefined, overrides: [] },
      {
        name: "ci_cache",
        value: "60",
        layer: "url",
        by: undefined,
        overrides: [{ value: "9", layer: "default", by: undefined }],
      },
    ]);
    expect(found).toMatchObject({ preset: "small", bySettings: true, cacheSeconds: 60, remarks: [] });
  });

  test("leave a remark for a preset or a lifetime that cannot be read", () => {
    const { remarks, cacheSeconds, bySettings } = layered(
      "/a.example/b.jpg?p=huh&ci_cache=1.5&ci_cache=-1",
      {},
    );
    expect(remarks.map(({ parameter, text }) => [parameter, text])).toEqual([
      ["p", "huh"],
      ["ci_cache", "1.5"],
      ["ci_cache", "-1"],
    ]);
    expect({ cacheSeconds, bySettings }).toEqual({ cacheSeconds: undefined, bySettings: false });
  });
});

const names = ["w", "h", "q", "func", "org_if_sml"] as const;
const values = {
  w: ["1", "20"],
  h: ["3", "40"],
  q: ["5", "60"],
  func: ["fit", "crop"],
  org_if_sml: ["0", "1"],
};
const pair = fc
  .constantFrom(...names)
  .chain((name) => fc.constantFrom(...values[name]).map((value) => [name, value] as const));
const pairs = fc.uniqueArray(pair, { selector: ([name]) => name, maxLength: 5 });
const write = (each: readonly (readonly [string, string])[]) => each.map((pair) => pair.join("=")).join("&");

test("of every parameter the value of the strongest layer counts, whichever layers have one", () => {
  fc.assert(
    fc.property(
      fc.record({ sealed: pairs, preset: pairs, url: pairs, rule: pairs, default: pairs }),
      (by) => {
        const target = `/h.example/a.jpg?p=x&${write(by.url)}&ci_eqs=${writeSealed(write(by.sealed))}`;
        const found = layered(target, {
          presets: { x: write(by.preset) },
          rules: [{ match: "h.example", parameters: write(by.rule) }],
          defaults: write(by.default),
        });
        for (const name of names) {
          const given = LAYERS.flatMap((layer) => {
            const value = new Map<string, string>(by[layer]).get(name);
            return value === undefined ? [] : [{ value, layer }];
          });
          const effective = found.values.find((each) => each.name === name);
          const said =
            effective && [effective, ...effective.overrides].map(({ value, layer }) => ({ value, layer }));
          expect(said ?? []).toEqual(given);
        }
      },
    ),
  );
});

test("the order of different parameters never matters", () => {
  const open = fc.uniqueArray(
    fc.oneof(pair, fc.constant(["p", "x"] as const), fc.constant(["vh", "1"] as const)),
    {
      selector: ([name]) => name,
    },
  );
  fc.assert(
    fc.property(
      open.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([one, other]) => {
        const settings = { presets: { x: "h=77" }, defaults: "q=88" };
        const [first, second] = [one, other].map((each) =>
          layered(`/h.example/a.jpg?${write(each)}`, settings),
        );
        expect(second).toEqual(first);
      },
    ),
  );
});

describe("func=proxy", () => {
  const remarked = (...args: Parameters<typeof layered>) =>
    layered(...args).remarks.map(({ parameter }) => parameter);
  const seal = (parameters: string) => `ci_eqs=${writeSealed(parameters)}`;

  test("leaves nothing of its own layer and weaker ones, and remarks what the caller wrote", () => {
    const shortening = { defaults: "q=80", rules: [{ match: ".css", parameters: "w=9" }] };
    expect(textOf("/a.example/b.css?w=400&func=proxy&gray=1", shortening)).toBe("func=proxy");
    expect(remarked("/a.example/b.css?w=400&func=proxy&gray=1", shortening)).toEqual(["w", "gray"]);
    expect(layered("/a.example/b.css?func=proxy&w=3", shortening).values).toMatchObject([
      { name: "func", value: "proxy", overrides: [] },
    ]);
  });

  test("is a setting like any other", () => {
    const rules = [{ match: ".css", parameters: "func=proxy" }];
    expect(textOf("/a.example/b.css", { rules })).toBe("func=proxy");
    expect(textOf("/a.example/b.css?func=fit&w=4", { rules })).toBe("w=4&func=fit");
  });

  test("takes nothing away that a seal or a preset asks of the picture", () => {
    const presets = { marked: "wat=1", file: "func=proxy" };
    expect(textOf(`/a.example/b.jpg?func=proxy&${seal("wat=1")}`, {})).toBe("wat=1");
    expect(remarked(`/a.example/b.jpg?func=proxy&${seal("wat=1")}`, {})).toEqual(["func"]);
    expect(textOf("/a.example/b.jpg?func=proxy&p=marked&w=5", { presets })).toBe("w=5&wat=1");
    expect(textOf("/a.example/b.jpg?p=file&w=5", { presets })).toBe("func=proxy");
    expect(textOf(`/a.example/b.jpg?w=5&${seal("func=proxy")}`, {})).toBe("func=proxy");
  });
});

test("force_download is a flag that is layered too", () => {
  const asks = (target: string, shortening = {}) => layered(target, shortening).download;
  expect(asks("/a.example/b.pdf?force_download=1")).toBe(true);
  expect(asks("/a.example/b.pdf?force_download")).toBe(false);
  expect(asks("/a.example/b.pdf?force_download=0", { defaults: "force_download=1" })).toBe(false);
  expect(asks("/a.example/b.pdf", { defaults: "force_download=1" })).toBe(true);
  expect(layered("/a.example/b.pdf?force_download=1", {}).remarks).toEqual([]);
});
