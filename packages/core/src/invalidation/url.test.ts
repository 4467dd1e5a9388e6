import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeInvalidationUrl } from "./url.ts";

const hosts = ["img.example.com", "127.0.0.1:8080"];
const normalize = (url: string) => normalizeInvalidationUrl(url, { hosts });

test.each([
  ["/sample.li/paris.jpg?width=400", "/sample.li/paris.jpg?width=400", undefined],
  ["sample.li/paris.jpg", "/sample.li/paris.jpg", undefined],
  ["/v7/sample.li/paris.jpg?w=4&vh=2", "/sample.li/paris.jpg?w=4&vh=2", undefined],
  ["v7/https://site.example/a.jpg?w=4", "/https://site.example/a.jpg?w=4", undefined],
  ["https://IMG.example.com/v7/_a_/b.jpg?w=4", "/_a_/b.jpg?w=4", "img.example.com"],
  ["//127.0.0.1:8080/_a_/b.jpg", "/_a_/b.jpg", "127.0.0.1:8080"],
  ["https://doc.cloudimg.io/v7/sample.li/a.jpg?q=5#top", "/sample.li/a.jpg?q=5", "doc.cloudimg.io"],
  [
    "/https%3A%2F%2Fsite.example%2Fa.jpg%3Fv%3D1?w=2",
    "/https%3A%2F%2Fsite.example%2Fa.jpg%3Fv%3D1?w=2",
    undefined,
  ],
  ["/a.example/x.jpg?text=5*5", "/a.example/x.jpg?text=5*5", undefined],
])("%s is an exact URL", (sent, url, host) => {
  expect(normalize(sent)).toEqual({ ok: true, url, host });
});

test.each(["", "/", "/v7/", "?w=4", "img.example.com", "/sample.li/*?w=4", "/a.example/x\ny"])(
  "“%s” is none, and a sentence says why",
  (sent) => {
    expect(normalize(sent)).toEqual({ ok: false, sentence: expect.stringMatching(/^[A-Z].*\.$/s) });
  },
);

test("any text is read or refused with a sentence, and what is read is a fixed point", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("/", "v7/", "https://", "http%3A/", "img.example.com", ":443", "?", "*", "#", "&w=1"),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join("")),
      (text) => {
        const answer = normalize(text);
        if (!answer.ok) expect(answer.sentence).toMatch(/^[A-Z].*\.$/s);
        // Behind a delivery host, or a folder named v7, the same text may be read once more.
        else if (answer.host === undefined && !answer.url.startsWith("/v7")) {
          expect(normalize(answer.url)).toEqual(answer);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
