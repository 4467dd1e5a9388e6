import { resolveOriginal } from "@freshet/core";
import { expect, it } from "vitest";
import { originalsIn } from "./recent.ts";
import { allowedWidths, isSigned, namingOf, samplesOf, spellingOf } from "./settings.ts";

it("finds originals as the project names them, also behind aliases that lead into a bucket", () => {
  const naming = namingOf({
    aliases: {
      _media_: "https://shop.example/media",
      _closed_: { url: "https://closed.example", auth: { user: "u" } },
      _files_: { folder: "files" },
      _bucket_: { s3: { bucket: "media" } },
    },
    prefix: "https://blog.example",
  });
  const kindOf = (text: string) => resolveOriginal(text, naming).kind;
  expect(["_media_/a.jpg", "_closed_/a.jpg", "_files_/a.jpg", "_bucket_/a.jpg", "a.jpg"].map(kindOf)).toEqual(
    [...["http", "http", "folder", "bucket", "http"]],
  );
});

it("keeps what asks for nothing where rules or defaults may ask", () => {
  expect(spellingOf({})).toEqual({ v7: true, keepsNeutral: false });
  expect(spellingOf({ v7: "absent", rules: [{ match: "a", parameters: "w=1" }] })).toEqual({
    v7: false,
    keepsNeutral: true,
  });
  expect(spellingOf({ defaults: "q=80" }).keepsNeutral).toBe(true);
});

it("knows which URLs a project takes", () => {
  expect([isSigned({}), isSigned({ security: {} }), isSigned({ security: { unsigned: "allow" } })]).toEqual([
    ...[false, true, false],
  ]);
  expect(allowedWidths({ sizes: { widths: [200, 400] } })).toEqual([200, 400]);
  expect(allowedWidths({ sizes: { widths: [200, 400], step: 10 } })).toEqual([]);
  expect(samplesOf({ aliases: { _sample_: { folder: "sample" } } })).toContain("_sample_/landscape.jpg");
  expect(samplesOf({})).toEqual([]);
});

it("lists originals that were asked for, each once", () => {
  const urls = ["/v7/_a_/b.jpg?w=1", "/v7/_a_/b.jpg?w=2", "/v7/", "/_a_/c.jpg", "/v7/_a_/d.jpg?x9=1"];
  expect(originalsIn(urls.map((url) => ({ url })))).toEqual(["_a_/b.jpg", "_a_/c.jpg", "_a_/d.jpg?x9=1"]);
});
