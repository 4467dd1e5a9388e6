import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isServerError } from "../errors.ts";
import { readIfMatch, readNumber, writeEtag } from "../projects/versions.ts";
import { readPlace, writePlace } from "./cursor.ts";

/** What it throws, if it throws something that callers may see. */
function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!isServerError(error)) throw error;
    return error.code;
  }
}

describe("cursors", () => {
  test("lead back to the name that they were made of", () => {
    const name = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !/\p{Cc}|\uFFFD/u.test(text));
    fc.assert(
      fc.property(name, (last) => {
        expect(readPlace(writePlace(last))).toBe(last);
      }),
    );
    expect(readPlace(undefined)).toBeUndefined();
  });

  test("of any other form are refused", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const code = codeOf(() => expect(writePlace(readPlace(text) ?? "")).toBe(text));
        expect([undefined, "QUERY_WRONG"]).toContain(code);
      }),
    );
    for (const text of ["", "=", "AA==", "gA", "w", "%00", "AA"]) {
      expect(
        codeOf(() => readPlace(text)),
        text,
      ).toBe("QUERY_WRONG");
    }
  });
});

describe("If-Match", () => {
  test("names the version whose ETag it is", () => {
    fc.assert(
      fc.property(fc.nat(1e12), (version) => {
        expect(readIfMatch(writeEtag(version))).toBe(version);
      }),
    );
  });

  test("of any other form names none", () => {
    expect(codeOf(() => readIfMatch(undefined))).toBe("VERSION_MISSING");
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const code = codeOf(() => expect(writeEtag(readIfMatch(text))).toBe(text.trim()));
        expect([undefined, "VERSION_OUTDATED"]).toContain(code);
      }),
    );
    for (const text of ["*", "1", 'W/"1"', '"01"', '"1", "2"', '"-1"', '""']) {
      expect(
        codeOf(() => readIfMatch(text)),
        text,
      ).toBe("VERSION_OUTDATED");
    }
    expect(readNumber("1e3")).toBeUndefined();
  });
});
