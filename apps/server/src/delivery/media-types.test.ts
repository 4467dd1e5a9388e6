import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMediaType } from "../sources/media-type.ts";
import { mediaTypeOfFile } from "./media-types.ts";
import { sandboxHeaders } from "./sandbox.ts";

describe("what an origin calls a file", () => {
  test.each([
    ["text/css", "text/css"],
    [' Text/CSS ; charset="UTF-8"; x=y', "text/css; charset=utf-8"],
    ["text/html;charset=iso-8859-1", "text/html; charset=iso-8859-1"],
    ["text/css; charset=utf-8\r\nX: y", "text/css"],
    ["application/vnd.ms-fontobject", "application/vnd.ms-fontobject"],
    ["text", undefined],
    ["text/css, text/html", undefined],
    ["<script>/a", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("“%s” is read as %s", (text, read) => expect(readMediaType(text)).toBe(read));

  test("is read as something that fits into a header, or as nothing, and stays itself when it is read again", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string().map((text) => `text/css; charset=${text}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const read = readMediaType(text);
        if (read === undefined) return;
        expect(read).toMatch(/^[\x21-\x7e]+\/[\x21-\x7e]+(; charset=[\x21-\x7e]+)?$/);
        expect(readMediaType(read)).toBe(read);
      }),
    );
  });
});

describe("the type that a file is delivered under", () => {
  test.each([
    ["text/css; charset=iso-8859-2", "a.css", "text/css; charset=iso-8859-2"],
    ["application/octet-stream", "a.CSS", "text/css; charset=utf-8"],
    ["text/plain", "a.js", "text/javascript; charset=utf-8"],
    ["text/plain; charset=utf-8", "LICENSE", "text/plain; charset=utf-8"],
    ["application/octet-stream", "a", "application/octet-stream"],
    ["text/html", "a.js", "text/html"],
    ["image/x-unheard-of", "a.css", "image/x-unheard-of"],
    ["multipart/x-mixed-replace", "a.png", "image/png"],
    ["message/rfc822", "a", "application/octet-stream"],
    ["text/x-component", "a", "application/octet-stream"],
    [undefined, "a.woff2", "font/woff2"],
    [undefined, "a.constructor", "application/octet-stream"],
    [undefined, "a", "application/octet-stream"],
  ])("“%s” named %s is %s", (said, name, type) => expect(mediaTypeOfFile(said, name)).toBe(type));

  test("is a document only in a sandbox, whatever the origin says", () => {
    const words = fc.constantFrom(
      "text/html",
      "image/svg+xml",
      "text/xml",
      "application/xhtml+xml",
      "a/b+xml",
    );
    fc.assert(
      fc.property(words, fc.string(), (said, name) => {
        const type = mediaTypeOfFile(readMediaType(said), name);
        expect(sandboxHeaders(type)[1]).toContain("sandbox");
      }),
    );
    for (const plain of ["text/css", "text/javascript", "application/json", "application/pdf", "image/png"])
      expect(sandboxHeaders(plain)).toEqual([]);
  });
});
