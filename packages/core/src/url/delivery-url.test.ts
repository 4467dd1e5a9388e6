import fc from "fast-check";
import { expect, test } from "vitest";
import { readTransformation, writeTransformation } from "../transformation.ts";
import { buildDeliveryUrl, parseDeliveryUrl } from "./delivery-url.ts";
import { readQuery } from "./query.ts";
import { repairScheme, withoutLeadingSlashes } from "./spelling.ts";

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "https://",
    "http:/",
    "v7/",
    "%2F",
    "%3A",
    "https%3A%2F%2F",
    "/",
    "//",
    "..",
    "/./",
    "?",
    "#",
    "&",
    "=",
    "é",
    "%",
  ),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom("_alias_", "sample.li", "a.jpg", "amp;", "vh=1", "w=5", "ci_url_encoded=0"),
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("").toWellFormed());
const version = fc.option(fc.string({ minLength: 1 }), { nil: undefined });

test("any request target is read", () => {
  fc.assert(
    fc.property(text, (target) => {
      const parsed = parseDeliveryUrl(target);
      expect(parsed?.original).not.toBe("");
      expect(parsed?.originQuery ?? "").toMatch(/^[!-~]*$/);
    }),
    { numRuns: 1000 },
  );
});

test("what is built is read back", () => {
  fc.assert(
    fc.property(text, version, fc.boolean(), (original, vh, v7) => {
      const transformation = {
        resize: { w: 400, h: 300 },
        encode: { force_format: ["webp", "jpeg"] as const },
      };
      const url = buildDeliveryUrl("https://img.example.com", original, transformation, { version: vh, v7 });
      const parsed = parseDeliveryUrl(url.slice("https://img.example.com".length));
      const [named = ""] = repairScheme(withoutLeadingSlashes(original)).split("?", 1);
      if (named === "") return;
      expect(parsed).toMatchObject({
        original: named,
        transformation,
        version: vh?.toWellFormed(),
        remarks: [],
        v7,
      });
    }),
    { numRuns: 2000 },
  );
});

test("clients send what is built as it is", () => {
  fc.assert(
    fc.property(text, (original) => {
      const url = buildDeliveryUrl("https://img.example.com", original);
      // An original that is nothing but dots has no spelling that survives a client, and names nothing.
      fc.pre(!/^\/*\.{0,2}$/.test(original));
      expect(new URL(url).href).toBe(url);
    }),
    { numRuns: 1000 },
  );
});

test("an original's own query comes back sorted, and never as parameters", () => {
  const url = buildDeliveryUrl("", "https://site.example/a.jpg?w=1&vh=x&b=ü&a=1&&b=0#top", {
    resize: { w: 9 },
  });
  expect(parseDeliveryUrl(url)).toMatchObject({
    original: "https://site.example/a.jpg",
    originQuery: "a=1&b=%C3%BC&b=0&vh=x&w=1",
    transformation: { resize: { w: 9 } },
    version: undefined,
  });
});

test("bytes of UTF-8 are read as text, other bytes as they are", () => {
  const bytes = (target: string) => String.fromCharCode(...new TextEncoder().encode(target));
  expect(parseDeliveryUrl(bytes("/h.example/é.jpg?t=ü"))).toMatchObject({
    original: "h.example/é.jpg",
    originQuery: "t=%C3%BC",
  });
  expect(parseDeliveryUrl("/h.example/\u00e9.jpg")?.original).toBe("h.example/é.jpg");
});

test("a fragment is no part of the target", () => {
  expect(parseDeliveryUrl("/h.example/a.jpg?w=5#?h=6")?.transformation).toEqual({ resize: { w: 5 } });
});

test("remarks say what was written and what is expected", () => {
  expect(parseDeliveryUrl("/h.example/a.jpg?h=x&process=4")?.remarks).toEqual([
    { parameter: "h", text: "x", expected: "a number of pixels from 1 to 8192" },
    { parameter: "process", text: "4", expected: "not supported yet" },
  ]);
});

test("canonical text survives the whole way", () => {
  fc.assert(
    fc.property(text, (query) => {
      const { transformation } = readTransformation(readQuery(query));
      const url = buildDeliveryUrl("", "h.example/a.jpg", transformation);
      const written = writeTransformation(transformation);
      expect(writeTransformation(parseDeliveryUrl(url)?.transformation ?? {})).toBe(written);
    }),
  );
});
