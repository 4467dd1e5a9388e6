import fc from "fast-check";
import { expect, test } from "vitest";
import { addVersion, readVersion, versionOfDigest } from "./version.ts";

const url = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom("/a.jpg", "?", "&", "vh=1", "vh", "w=5", "#", "&amp;", "=", "vh=x&", "xvh=2"), {
      maxLength: 8,
    })
    .map((pieces) => pieces.join("")),
);

test("a version that was added is read, and adding it again changes nothing", () => {
  fc.assert(
    fc.property(url, fc.string({ minLength: 1 }), (text, version) => {
      const versioned = addVersion(text, version);
      expect(readVersion(versioned)).toBe(version.toWellFormed());
      expect(addVersion(versioned, version)).toBe(versioned);
    }),
    { numRuns: 1000 },
  );
});

test("what is no digest is refused", () => {
  for (const text of ["", "ab", "g".repeat(64), `${"a".repeat(64)} `])
    expect(() => versionOfDigest(text)).toThrow(TypeError);
});
