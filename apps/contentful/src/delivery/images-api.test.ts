import { isEmptyTransformation, readTransformation, writeTransformation } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { migrateImagesApi } from "./images-api.ts";

const written = (query: string) => writeTransformation(migrateImagesApi(query).transformation);
const pairsOf = (query: string) =>
  [...new URLSearchParams(query)].map(([name, value]) => ({ name, value, raw: `${name}=${value}` }));

describe("the Images API's parameters in our words", () => {
  test.each([
    ["w=400", "w=400&org_if_sml=1"],
    ["w=400&h=300", "w=400&h=300&func=bound&org_if_sml=1"],
    ["w=400&h=300&fit=pad&bg=rgb:9090ff", "w=400&h=300&func=fit&bg_color=9090ff"],
    ["w=400&h=300&fit=scale", "w=400&h=300&func=cover"],
    ["w=400&h=300&fit=fill", "w=400&h=300"],
    ["w=400&h=300&fit=fill&f=top_left", "w=400&h=300&gravity=northwest"],
    ["w=400&h=300&fit=thumb&f=face", "w=400&h=300&gravity=face"],
    ["w=400&h=300&fit=thumb&f=faces", "w=400&h=300&gravity=auto"],
    ["w=100&h=100&fit=fill&r=max", "w=100&h=100&radius=max"],
    ["r=20&bg=rgb:ff0000", "bg_color=ff0000&radius=20"],
    ["fm=jpg&q=50", "force_format=jpeg&q=50"],
    ["fm=webp", "force_format=_webp"],
    ["fm=avif&w=10&w=20", "w=20&org_if_sml=1&force_format=avif"],
  ])("%s is %s", (query, text) => {
    const own = new Set(text.split("&"));
    expect(new Set(written(query).split("&"))).toEqual(own);
  });

  test.each([
    ["w=0", "w"],
    ["w=4001", "w"],
    ["h=ten", "h"],
    ["q=101", "q"],
    ["fm=gif", "fm"],
    ["fl=progressive", "fl"],
    ["fit=cover", "fit"],
    ["f=middle", "f"],
    ["r=-1", "r"],
    ["bg=ff0000", "bg"],
    ["w=10&bg=rgb:ff0000", "bg"],
    ["w=1&h=1&fit=crop", "fit"],
  ])("%s is remarked", (query, parameter) => {
    expect(migrateImagesApi(query).remarks.map((each) => each.parameter)).toEqual([parameter]);
  });

  const value = (values: readonly string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const number = (most: number) =>
    fc.option(fc.integer({ min: 1, max: most }).map(String), { nil: undefined });
  const query = fc
    .record({
      w: number(4_000),
      h: number(4_000),
      fit: value(["pad", "fill", "scale", "crop", "thumb"]),
      f: value(["center", "top", "right", "left", "bottom", "top_left", "bottom_right", "face", "faces"]),
      r: value(["max", "1", "20"]),
      q: number(100),
      fm: value(["jpg", "png", "webp", "avif"]),
      bg: value(["rgb:000000", "rgb:fFaA01"]),
    })
    .map((record) =>
      Object.entries(record)
        .flatMap(([name, text]) => (text === undefined ? [] : `${name}=${text}`))
        .join("&"),
    );

  test("whatever is asked for, the answer is a transformation that reads back as itself", () => {
    fc.assert(
      fc.property(query, (text) => {
        const { transformation, rest } = migrateImagesApi(text);
        const wire = writeTransformation(transformation);
        const { transformation: again, remarks } = readTransformation(pairsOf(wire));
        expect(remarks).toEqual([]);
        expect(writeTransformation(again)).toBe(wire);
        expect(rest).toBe("");
      }),
    );
  });

  test("sides, quality and format arrive as they were written, and without sides nothing is resized", () => {
    fc.assert(
      fc.property(query, (text) => {
        const asked = new URLSearchParams(text);
        const wire = new URLSearchParams(written(text));
        for (const name of ["w", "h", "q"]) expect(wire.get(name)).toBe(asked.get(name));
        if (!asked.has("w") && !asked.has("h"))
          for (const name of ["func", "gravity"]) expect(wire.has(name)).toBe(false);
        expect(wire.has("force_format")).toBe(asked.has("fm"));
        expect(wire.has("radius")).toBe(asked.has("r"));
      }),
    );
  });

  test("whatever a query holds, nothing is thrown, and what is not the Images API's stays", () => {
    const pair = fc.tuple(
      fc.constantFrom("w", "h", "fit", "f", "r", "q", "fm", "fl", "bg", "x", "token"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const { transformation, rest } = migrateImagesApi(new URLSearchParams(pairs).toString());
        writeTransformation(transformation);
        const strangers = pairs.filter(([name]) => name === "x" || name === "token");
        expect([...new URLSearchParams(rest)]).toEqual(strangers.map(([a, b]) => [a, b.toWellFormed()]));
      }),
    );
    expect(isEmptyTransformation(migrateImagesApi("").transformation)).toBe(true);
  });
});
