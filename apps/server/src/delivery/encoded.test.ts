import fc from "fast-check";
import { expect, test } from "vitest";
import { encodedOf, isCompressible } from "./encoded.ts";
import { encodingFor, mayBeEncoded } from "./encodings.ts";
import type { FileChoice } from "./file.ts";
import { mediaTypeOfFile } from "./media-types.ts";

const file = (mediaType: string): FileChoice => ({ kind: "file", key: "k", mediaType, negotiated: false });

test.each([
  ["br, gzip", "br"],
  ["gzip;q=1, br;q=0.1", "br"],
  ["gzip, br;q=0", "gzip"],
  ["GZIP", "gzip"],
  ["*", "br"],
  ["identity", undefined],
  ["", undefined],
  [undefined, undefined],
])("whoever says %j is sent %s", (header, encoding) => {
  expect(encodingFor(header)).toBe(encoding);
  expect(encodingFor(header)).toBe(encoding);
});

test("any header is read", () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect([undefined, "br", "gzip"]).toContain(encodingFor(header));
    }),
  );
});

test("texts of some length are compressed, under a key for each encoding", () => {
  const css = file("text/css; charset=utf-8");
  const [br, gzip] = [encodedOf(css, "br", 5_000), encodedOf(css, "gzip", 5_000)];
  expect(br).toMatchObject({ kind: "encoded", encoding: "br", of: css, mediaType: css.mediaType });
  expect(new Set([css.key, br.key, gzip.key]).size).toBe(3);
  for (const size of [0, 999, 10_000_001]) expect(encodedOf(css, "br", size)).toBe(css);
  expect(encodedOf(css, undefined, 5_000)).toBe(css);
  expect(encodedOf(file("image/png"), "br", 5_000)).toMatchObject({ kind: "file" });
});

test("no name that is told apart nowhere is one of a text", () => {
  const ends = [
    "js",
    "css",
    "json",
    "html",
    "svg",
    "xml",
    "txt",
    "map",
    "wasm",
    "ttf",
    "otf",
    "eot",
    "ico",
    "md",
    "csv",
    "vtt",
  ];
  for (const end of ends) {
    expect([end, mayBeEncoded(`a.${end}`)]).toEqual([end, true]);
    expect([end, isCompressible(mediaTypeOfFile(undefined, `a.${end}`))]).toEqual([end, true]);
  }
  const closed = ["jpg", "png", "woff2", "mp4", "webm", "mp3", "pdf", "zip", "avif"];
  for (const end of closed) {
    expect([end, mayBeEncoded(`a.${end.toUpperCase()}`)]).toEqual([end, false]);
    expect([end, isCompressible(mediaTypeOfFile(undefined, `a.${end}`))]).toEqual([end, false]);
  }
  expect(mayBeEncoded("site.example/api")).toBe(true);
});
