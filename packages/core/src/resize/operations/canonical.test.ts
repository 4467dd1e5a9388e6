import fc from "fast-check";
import { expect, test } from "vitest";
import type { Parameter } from "../../codec.ts";
import { OPERATIONS } from "../../operations/index.ts";
import { canonicalTransformation, readTransformation, writeTransformation } from "../../transformation.ts";
import { readQuery } from "../../url/query.ts";
import type { Insight } from "../insight.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { UPRIGHT } from "../symmetry.ts";
import { draw, drawSource } from "./index.ts";

// What becomes of a video is no part of a picture of it.
const PARAMETERS = OPERATIONS.filter(({ name }) => name !== "video")
  .flatMap((operation) => Object.entries<Parameter<unknown>>(operation.parameters))
  .filter(([name]) => name !== "force_format");
const read = (query: string) => readTransformation(readQuery(query)).transformation;

const SIZES = [
  [600, 400],
  [100, 150],
  [5000, 900],
  [30, 2000],
  [9000, 7000],
] as const;

/** Everything that is going to be done to pictures of several sizes in which there is something to see. */
function picturesOf(query: string) {
  const { transformation } = readTransformation(readQuery(query));
  const { extract } = transformation;
  const cut = extract ? { extract } : {};
  return SIZES.map(([width, height]) => {
    const drawable = { width, height, pages: 1, isGrey: false, isDeep: false, uprighting: UPRIGHT };
    const wish = { format: "webp", limits: DEFAULT_LIMITS } as const;
    // The border is looked for in what `extract` has left, as it is when pictures are made.
    const { size } = drawSource(drawable, { ...wish, transformation: cut, insight: {} });
    const content = {
      left: Math.min(3, size.width - 1),
      top: 0,
      width: Math.max(1, size.width - 8),
      height: Math.max(1, size.height - 2),
    };
    const insight: Insight = {
      ...(transformation.trim && { content }),
      faces: [{ left: 0.55, top: 0.3, width: 0.2, height: 0.15, score: 0.9 }],
      focus: { x: width * 0.8, y: height * 0.2 },
      color: { red: 7, green: 8, blue: 9 },
    };
    return draw(drawable, { ...wish, transformation, insight });
  });
}

const texts = [
  "0",
  "1",
  "2",
  "20",
  "90",
  "120",
  "-30",
  "auto",
  "trim",
  "fit",
  "cropfit",
  "cover",
  "face",
  "facehide",
  "north",
  "300,40",
  "50p,0p",
  "f00",
  "f00,0.2",
  "max",
];
const item = fc
  .tuple(fc.constantFrom(...PARAMETERS), fc.constantFrom(...texts, "example"))
  .map(([[name, { example }], text]) => `${name}=${text === "example" ? example : text}`);
const query = fc.array(item, { maxLength: 10 }).map((items) => items.join("&"));

test("equal texts are equal pictures: the text alone decides", () => {
  fc.assert(
    fc.property(query, (text) => {
      const key = canonicalTransformation(read(text));
      expect(picturesOf(key)).toEqual(picturesOf(text));
    }),
    { numRuns: 1500 },
  );
});

test("what is written is what was read, but for what asks for nothing", () => {
  fc.assert(
    fc.property(query, (text) => {
      const transformation = read(text);
      const again = read(writeTransformation(transformation));
      for (const { name, parameters } of OPERATIONS) {
        for (const [parameter, { neutral, format }] of Object.entries<Parameter<unknown>>(parameters)) {
          const valueIn = (from: typeof again) =>
            (from[name] as Record<string, unknown> | undefined)?.[parameter];
          const value = valueIn(transformation);
          const isNothing = value !== undefined && format(value) === neutral;
          expect(valueIn(again)).toEqual(isNothing ? undefined : value);
        }
      }
    }),
    { numRuns: 800 },
  );
});

/** Where a parameter has something to decide; elsewhere it would be left out of the text. */
const STAGE: Readonly<Record<string, string>> = {
  dpr: "w=50",
  func: "w=80&h=80",
  gravity: "w=100&h=40",
  face_margin: "w=80&h=60&func=face",
  x: "w=90&h=90&y=9",
  y: "w=90&h=90&x=9",
  org_if_sml: "w=900",
  linear: "w=50",
  margin: "w=90&h=90&func=fit",
  fit_enlarge: "w=900&h=900&func=fit",
  bg_img_fit: "w=90&h=90&func=fit",
  ...Object.fromEntries(
    ["bg_blur", "bg_opacity", "bg_colorize", "bg_gravity"].map((name) => [
      name,
      "w=90&h=90&func=fit&bg_img_fit=1",
    ]),
  ),
};

/** A parameter of a watermark needs one, of the same number. */
function stageOf(name: string): string {
  const number = /\[\d\]$/.exec(name)?.[0] ?? "";
  if (!name.startsWith("wat_")) return STAGE[name] ?? "";
  const text = /^wat_(font|fontsize|colou?r)\b/.test(name) ? `&wat_text${number}=x` : "";
  return `wat${number}=1&wat_gravity${number}=${name.startsWith("wat_gravity") ? "west" : "absolute"}${text}`;
}

test.each(PARAMETERS.map(([name, { example }]) => [name, example]))(
  "%s=%s changes the picture and the text; either alone would keep two pictures under one name, or one under two",
  (name, example) => {
    const base = stageOf(name);
    const query = `${base}&${name}=${example}`;
    expect(canonicalTransformation(read(query))).not.toBe(canonicalTransformation(read(base)));
    expect(picturesOf(query)).not.toEqual(picturesOf(base));
  },
);

test("different texts of these wishes are different pictures", () => {
  const keys = new Map<string, ReturnType<typeof picturesOf>>();
  const few = fc.array(fc.constantFrom(...PARAMETERS.map(([name, { example }]) => `${name}=${example}`)), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(few, (items) => {
      const text = items.join("&");
      keys.set(canonicalTransformation(read(text)), picturesOf(text));
    }),
    { numRuns: 600, examples: [[["tl_px=10,20", "br_px=410,320", "trim=10"]], [["tl_px=10,20", "trim=10"]]] },
  );
  const pictures = new Map<string, string[]>();
  for (const [key, picture] of keys) {
    const drawn = JSON.stringify(picture);
    pictures.set(drawn, [...(pictures.get(drawn) ?? []), key]);
  }
  const doubles = [...pictures.values()].filter((each) => each.length > 1);
  for (const [one = "", other = ""] of doubles)
    expect([one, other].map(namesOf), `${one} | ${other}`).toEqual([]);
});

const namesOf = (text: string) => readQuery(text).map(({ name }) => name);
