import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizeInvalidationPath } from "./path.ts";

const hosts = ["img.example.com", "127.0.0.1:8080"];
const normalize = (path: string) => normalizeInvalidationPath(path, { hosts });

test("the sentence names the right form", () => {
  expect(normalize("doc.cloudimg.io/sample.li/flat1.jpg?w=500")).toEqual({
    ok: false,
    reason: "delivery-host",
    sentence:
      "The path begins with the delivery host doc.cloudimg.io and carries a query; name the original alone: /sample.li/flat1.jpg.",
    suggestion: "/sample.li/flat1.jpg",
  });
  expect(normalize("/sample.li/flat1.jpg?w=500")).toMatchObject({
    sentence:
      "The path carries a query; name the original alone, and all its variants follow: /sample.li/flat1.jpg.",
  });
});

test("paths beyond every request line are refused", () => {
  expect(normalize(`/${"a".repeat(9000)}`)).toMatchObject({ ok: false, reason: "malformed" });
});

const piece = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "/",
    "v7/",
    "https://",
    "http%3A/",
    "https%3A%2F%2F",
    "img.example.com",
    "x.cloudimg.io",
    ":443",
    "?",
    "*",
    "#",
    ".",
  ),
);

test("any text is accepted or refused with a sentence, and what is accepted or suggested is a fixed point", () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join("")),
      (text) => {
        const answer = normalize(text);
        if (answer.ok) {
          // A folder that is really named v7 is written /v7/v7/… once, as in delivery URLs.
          fc.pre(!answer.path.startsWith("/v7"));
          expect(answer.path).toMatch(/^\/[^/?*]?[^?*]*\*?$/s);
          expect(answer.isPrefix).toBe(answer.path.endsWith("*"));
          expect(normalize(answer.path)).toEqual(answer);
        } else {
          expect(answer.sentence).toMatch(/^[A-Z].*\.$/s);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
