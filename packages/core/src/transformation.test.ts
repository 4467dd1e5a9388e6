import fc from "fast-check";
import { expect, test } from "vitest";
import type { Parameter } from "./codec.ts";
import { OPERATIONS } from "./operations/index.ts";
import {
  canonicalTransformation,
  isEmptyTransformation,
  layer,
  readTransformation,
  writeTransformation,
} from "./transformation.ts";
import { readQuery } from "./url/query.ts";

const read = (query: string) => readTransformation(readQuery(query));
const transformationOf = (query: string) => read(query).transformation;

const BLACK = { red: 0, green: 0, blue: 0 };
const WHITE = { red: 255, green: 255, blue: 255 };

const PARAMETERS = OPERATIONS.flatMap((operation) =>
  Object.entries<Parameter<unknown>>(operation.parameters),
);
const NAMES = [...PARAMETERS.flatMap(([name, { aliases }]) => [name, ...aliases]), "f"];
const VALUES = [
  ...PARAMETERS.map(([, { example }]) => example),
  "0",
  "1",
  "2.5",
  "-7",
  "9000",
  "crop",
  "50p,50p",
  "auto",
  "bright:5,gray,colorize:f00,0.3",
  "x",
];

/** Queries made of the table's own names, and any text at all. */
const query = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES), fc.string())), {
      maxLength: 12,
    })
    .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("&")),
);

test("any query is read, and canonical text is a fixed point", () => {
  fc.assert(
    fc.property(query, (text) => {
      const transformation = transformationOf(text);
      const written = writeTransformation(transformation);
      expect(read(written).remarks).toEqual([]);
      expect(writeTransformation(transformationOf(written))).toBe(written);
    }),
    { numRuns: 500 },
  );
});

test("the order of parameters never matters", () => {
  const pairs = fc.uniqueArray(
    fc.constantFrom(...PARAMETERS.map(([name, { example }]) => `${name}=${example}`)),
  );
  fc.assert(
    fc.property(pairs, (items) => {
      const backwards = items.toReversed().join("&");
      expect(canonicalTransformation(transformationOf(items.join("&")))).toBe(
        canonicalTransformation(transformationOf(backwards)),
      );
    }),
  );
});

test("the text of a variant key is the same however it is reached", () => {
  fc.assert(
    fc.property(query, (text) => {
      const key = canonicalTransformation(transformationOf(text));
      expect(canonicalTransformation(transformationOf(key))).toBe(key);
    }),
    { numRuns: 500 },
  );
});

test("of duplicates the last readable one counts, under whichever name", () => {
  expect(read("w=5&width=6&w=x")).toEqual({
    transformation: { resize: { w: 6 } },
    remarks: [{ parameter: "w", text: "x", expected: "a number of pixels from 1 to 8192" }],
  });
});

test("filters may stand in one parameter, each with its own remark", () => {
  expect(read("f=bright:10,contrast:x,%20Gray,duotone:000,fff,0.5&w=5")).toEqual({
    transformation: {
      resize: { w: 5 },
      bright: { bright: 10 },
      gray: { gray: true },
      duotone: { duotone: { dark: BLACK, light: WHITE, opacity: 0.5 } },
    },
    remarks: [{ parameter: "contrast", text: "x", expected: "a number from -100 to 100" }],
  });
  const expected = "filters and their values, for example bright:10,contrast:20,gray";
  expect(read("f=huh,w:5,gray:0").remarks).toEqual([{ parameter: "f", text: "huh,w:5", expected }]);
  expect(read("f=")).toEqual({ transformation: {}, remarks: [] });
  expect(read("f=f:gray").transformation).toEqual({});
});

test("parameters of nobody and names of every object are skipped", () => {
  expect(read("foo=1&__proto__=2&constructor=3&toString=4")).toEqual({ transformation: {}, remarks: [] });
});

test("defaults that change nothing are not written", () => {
  expect(writeTransformation(transformationOf("org_if_sml=0&dpr=1&func=crop&gravity=center&r=360&w=9"))).toBe(
    "w=9",
  );
});

test("values made by hand take their one spelling", () => {
  expect(writeTransformation({ resize: { w: 400.4, h: Number.NaN }, rotate: { r: -90 } })).toBe(
    "w=400&r=270",
  );
});

test.each([
  ["w=300&dpr=2", "w=600"],
  ["w=333&h=111&dpr=1.5", "w=500&h=167"],
  ["w=8000&dpr=2", "w=8000&dpr=2"],
  ["dpr=2", ""],
  ["org_if_sml=1&func=fit&gravity=north", ""],
  ["w=5&gravity=north", "w=5"],
  ["w=5&h=5&gravity=north", "w=5&h=5&gravity=north"],
  ["w=5&h=5&func=bound&gravity=north", "w=5&h=5&func=bound"],
  ["w=5&h=5&aspect_ratio=1:2", "w=5&h=5"],
  ["aspect_ratio=1:2&gravity=north&org_if_sml=1", "gravity=north&aspect_ratio=0.5"],
  ["force_format=webp&q=80", "q=80"],
  ["w=5&h=5&x=30&y=40.5", "w=5&h=5&gravity=30,40.5"],
  ["w=5&h=5&x=30", "w=5&h=5"],
  ["w=5&h=5&x=30&y=40&gravity=smart", "w=5&h=5&gravity=auto"],
  ["w=5&x=30&y=40", "w=5"],
  ["w=5&h=5&gravity=trim", "w=5&h=5&gravity=auto"],
  ["w=5&h=5&gravity=trim&trim=3", "trim=3&w=5&h=5&gravity=trim"],
  ["w=5&func=cropfit", "w=5&org_if_sml=1"],
  ["w=5&func=cover&gravity=north", "w=5"],
  ["w=5&func=bound&aspect_ratio=2&gravity=north", "w=5&func=bound&aspect_ratio=2"],
  ["func=fit&aspect_ratio=2", "aspect_ratio=2"],
  ["w=5&h=5&func=fit&gravity=auto", "w=5&h=5&func=fit"],
  ["w=5&h=5&margin=3&fit_enlarge=1&bg_img_fit=1&bg_blur=9", "w=5&h=5"],
  ["w=5&func=fit&margin=3&fit_enlarge=1&bg_img_fit=1", "w=5"],
  [
    "w=5&h=5&func=fit&margin=3&bg_blur=9&bg_opacity=0.5&bg_colorize=f00&bg_gravity=north",
    "w=5&h=5&func=fit&margin=3",
  ],
  [
    "w=5&h=5&func=fit&bg_img_fit=1&bg_blur=20&bg_opacity=1&bg_gravity=centre",
    "w=5&h=5&func=fit&bg_img_fit=1",
  ],
  [
    "w=5&aspect_ratio=1&func=fit&bg_img_fit=1&bg_colorize=red",
    "w=5&func=fit&aspect_ratio=1&bg_img_fit=1&bg_colorize=ff0000,0.5",
  ],
  ["w=5&h=5&func=fit&bg_img_fit=1&bg_colorize=red,0", "w=5&h=5&func=fit&bg_img_fit=1"],
  ["colorize=red,0&duotone=000,fff,0&pixelate=1&blur=0&sharp=0&radius=0,0,0,0&sepia=0&gray=0", ""],
  ["sepia=1", "sepia=100"],
  ["radius=5,5,5,5", "radius=5"],
  ["radius=max,0,MAX,9.6", "radius=max,0,max,10"],
  ["trim=0", "trim=0"],
  ["bright=255&contrast=-300", "bright=100&contrast=-100"],
  ["f=blur:4,grey", "gray=1&blur=4"],
  ["f=colorize:red,0.4,bright:3&bright=5", "bright=5&colorize=ff0000,0.4"],
])("the variant key of %s is “%s”", (asked, key) => {
  expect(canonicalTransformation(transformationOf(asked))).toBe(key);
});

test("the strongest layer wins parameter by parameter", () => {
  expect(layer(transformationOf("w=1"), transformationOf("w=2&h=3"), transformationOf("h=4&q=5"))).toEqual(
    transformationOf("w=1&h=3&q=5"),
  );
  expect(layer()).toEqual({});
  // An explicit “off” stands above a weaker “on”.
  expect(writeTransformation(layer(transformationOf("org_if_sml=0"), transformationOf("org_if_sml=1")))).toBe(
    "",
  );
});

test("a transformation is empty when it asks for nothing that changes anything", () => {
  expect(
    ["", "org_if_sml=1", "dpr=2", "r=0"].map((text) => isEmptyTransformation(transformationOf(text))),
  ).toEqual([...[true, true, true, true]]);
  expect(
    ["w=1", "force_format=original", "q=80", "flip=h"].map((text) =>
      isEmptyTransformation(transformationOf(text)),
    ),
  ).toEqual([...[false, false, false, false]]);
});
