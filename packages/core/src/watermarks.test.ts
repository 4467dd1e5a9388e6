import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { evenLengths, lengths } from "./codecs/lengths.ts";
import { address } from "./codecs/text.ts";
import { canonicalTransformation, readTransformation } from "./transformation.ts";
import { parseDeliveryUrl } from "./url/delivery-url.ts";
import { readQuery } from "./url/query.ts";
import { watermarkImages, watermarksOf } from "./watermarks.ts";

const read = (query: string) => readTransformation(readQuery(query)).transformation;
const images = (query: string) => watermarkImages(read(query));

describe("lengths", () => {
  const MOST = { plain: 100, p: 50 };
  test.each<[string, unknown]>([
    ["20", { x: 20, unit: "plain" }],
    ["20p", { x: 20, unit: "p" }],
    [" 20P , 7.256p", { x: 20, y: 7.26, unit: "p" }],
    ["-3,1000", { x: 0, y: 100, unit: "plain" }],
    ["90p", { x: 50, unit: "p" }],
  ])("%s is understood", (text, value) => {
    expect(lengths(MOST, "").parse(text)).toStrictEqual(value);
  });

  test.each(["", "p", "1,", ",1", "1,2,3", "1,2p", "1p,2", "1q", "..", "1 2", "NaN"])("%j is not", (text) => {
    expect(lengths(MOST, "").parse(text)).toBeUndefined();
  });

  it("reads any text without throwing, and what it reads in one spelling only", () => {
    const piece = fc.constantFrom("1", "20", "99.999", "p", ",", ".", "-", " ", "x");
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (written) => {
        for (const codec of [lengths(MOST, ""), evenLengths(MOST, ""), address]) {
          const value = codec.parse(written);
          if (value === undefined) continue;
          const spelling = codec.format(value as never);
          expect(codec.parse(spelling)).toStrictEqual(value);
          expect(codec.format(codec.parse(spelling) as never)).toBe(spelling);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("that are even have one spelling", () => {
    const codec = evenLengths(MOST, "");
    expect(codec.parse("10p,10p")).toStrictEqual(codec.parse("10p"));
  });
});

describe("watermarks", () => {
  it("need their switch, and something that is seen", () => {
    expect(images("wat_url=_a_/m.png")).toEqual([]);
    expect(images("wat=0&wat_url=_a_/m.png")).toEqual([]);
    expect(images("wat=1&wat_url=_a_/m.png&wat_opacity=0")).toEqual([]);
    expect(images("wat=1&wat_url=_a_/m.png&wat_scale=0p")).toEqual([]);
    expect(images("wat=1&wat_url=_a_/m.png")).toEqual(["_a_/m.png"]);
    expect(images("wat=1")).toEqual([""]);
  });

  it("share what is not their own, in the order of their numbers", () => {
    const marks = watermarksOf(
      read(
        "wat_url[3]=c&wat%5B1%5D=1&wat=1&wat_url%5B1%5D=a&wat_gravity=north&wat_gravity[3]=south&wat_opacity=0.5",
      ),
    );
    expect(marks.map(({ content, gravity, opacity }) => [content, gravity, opacity])).toEqual([
      [{ kind: "image", image: "a" }, "north", 0.5],
      [{ kind: "image", image: "c" }, "south", 0.5],
    ]);
  });

  it("are named once where they show the same image, and one may be switched off", () => {
    expect(images("wat=1&wat_url=a&wat_gravity[1]=north&wat_gravity[2]=south&wat_url[4]=b&wat[4]=0")).toEqual(
      ["a"],
    );
  });

  it("beyond the fifth are remarked, and none is sent to an origin", () => {
    const url = parseDeliveryUrl(
      "/v7/h.example/a.jpg?wat[5]=1&wat[6]=1&wat_url%5B6%5D=x&wat_gravity[]=north",
    );
    expect(url?.originQuery).toBe("");
    expect(url?.remarks.map(({ parameter }) => parameter)).toEqual(["wat[6]", "wat_url[6]", "wat_gravity[]"]);
    expect(watermarksOf(url?.transformation ?? {})).toHaveLength(1);
  });

  test.each<[string, string]>([
    ["wat[2]=1&wat_url[2]=a", "wat=1&wat_url=a"],
    ["wat=1&wat_url=a&wat_gravity=centre&wat_pos=3&wat_scale=100&wat_pad=0,0", "wat=1&wat_url=a"],
    ["wat[1]=1&wat[4]=1&wat_pad=5&wat_url[1]=a&wat_url[4]=b", "wat=1&wat_pad=5&wat_url[1]=a&wat_url[2]=b"],
    ["wat_opacity=0.5&wat=1&wat_opacity[1]=1&wat_opacity[2]=0.5", "wat[1]=1&wat[2]=1&wat_opacity[2]=0.5"],
    ["wat_url=a&wat_gravity=north", ""],
  ])("%s and %s are one wish", (one, other) => {
    expect(canonicalTransformation(read(one))).toBe(canonicalTransformation(read(other)));
  });

  it("are the same after they were written down, whatever was asked", () => {
    const name = fc.constantFrom(
      "wat",
      "wat_url",
      "wat_gravity",
      "wat_pos",
      "wat_scale",
      "wat_pad",
      "wat_opacity",
    );
    const suffix = fc.constantFrom("", "[1]", "[2]", "[5]");
    const value = fc.constantFrom(
      "0",
      "1",
      "_a_/x.png?v=1",
      "50p,20p",
      "absolute",
      "southeast",
      "0.5",
      "100",
      "10,10",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, suffix, value), { maxLength: 12 }), (items) => {
        const asked = read(
          items.map((each) => `${each[0]}${each[1]}=${encodeURIComponent(each[2])}`).join("&"),
        );
        expect(watermarksOf(read(canonicalTransformation(asked)))).toEqual(watermarksOf(asked));
      }),
      { numRuns: 1_000 },
    );
  });
});
