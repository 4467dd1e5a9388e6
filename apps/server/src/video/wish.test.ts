import { readQuery, readTransformation, type Transformation } from "@freshet/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { previewSize, wishOf } from "./wish.ts";

const read = (query: string): Transformation => readTransformation(readQuery(query)).transformation;
const wish = (query: string) => wishOf(read(query));

test.each([
  ["", "original"],
  ["org_if_sml=0", "original"],
  ["force_format=original", "original"],
  ["t=3", "original"],
  ["format=poster", "poster"],
  ["force_format=jpeg", "poster"],
  ["w=400&force_format=webp,jpeg", "poster"],
  ["w=400", "clip"],
  ["q=60", "clip"],
  ["mute=1", "clip"],
  ["format=auto", "clip"],
  ["format=mp4&force_format=jpeg", "clip"],
  ["format=preview&w=300", "preview"],
])("%s is %s", (query, kind) => {
  expect(wish(query).kind).toBe(kind);
});

test("a second is a poster's and a preview's", () => {
  expect(wish("format=poster&t=2.5")).toEqual({ kind: "poster", seconds: 2.5 });
  expect(wish("format=preview&t=2.5")).toMatchObject({ work: { seconds: 2.5, isMute: true } });
  expect(wish("format=mp4&t=2.5")).toMatchObject({ work: { seconds: undefined } });
});

test("what only pictures follow is named, and makes no other clip", () => {
  const plain = wish("w=400&h=300&bg_color=f00");
  const more = wish("w=400&h=300&bg_color=f00&sepia=1&blur=3&trim=4&wat=1");
  if (plain.kind !== "clip" || more.kind !== "clip") throw new Error("Neither is a clip.");
  expect(more.work.text).toBe(plain.work.text);
  expect(plain.work.ignored).toEqual([]);
  expect([...more.work.ignored].sort()).toEqual(["blur", "sepia", "trim", "wat"]);
});

test("equal texts are equal work, and whatever is another clip has another text", () => {
  const item = fc.constantFrom(
    ...[
      "w=200",
      "w=300",
      "h=200",
      "func=fit",
      "func=bound",
      "gravity=north",
      "bg_color=f00",
      "bg_color=auto",
    ],
    ...["q=50", "q=60", "mute=1", "mute=0", "dpr=2", "dpr=1", "sepia=1", "org_if_sml=1", "margin=10"],
  );
  const query = fc.array(item, { maxLength: 8 }).map((items) => `format=mp4&${items.join("&")}`);
  fc.assert(
    fc.property(query, query, (one, other) => {
      const [a, b] = [wish(one), wish(other)];
      if (a.kind !== "clip" || b.kind !== "clip") throw new Error("Not both are clips.");
      const { text, ignored: _, ...work } = a.work;
      const { text: otherText, ignored: __, ...otherWork } = b.work;
      expect(text === otherText).toBe(JSON.stringify(work) === JSON.stringify(otherWork));
    }),
  );
});

test("a preview is small unless a size is given", () => {
  expect(previewSize({})).toMatchObject({ w: 480, h: 480, func: "bound", org_if_sml: true });
  expect(previewSize({ w: 900 })).toEqual({ w: 900 });
});
