import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNotModified, rangeOf } from "./conditional.ts";

const etag = '"abc"';

describe("isNotModified", () => {
  it("finds the tag in a list, weak or strong, and in the star", () => {
    for (const header of ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
      expect(isNotModified(header, etag)).toBe(true);
    for (const header of [undefined, "", '"ab"', "abc"]) expect(isNotModified(header, etag)).toBe(false);
  });
});

describe("rangeOf", () => {
  const ask = (range?: string, ifRange?: string) => rangeOf({ range, ifRange }, etag, 100);

  it("reads from–to, open and suffix ranges", () => {
    expect(ask("bytes=0-9")).toEqual({ first: 0, last: 9 });
    expect(ask("bytes=90-")).toEqual({ first: 90, last: 99 });
    expect(ask("bytes=-5")).toEqual({ first: 95, last: 99 });
    expect(ask("bytes=50-500")).toEqual({ first: 50, last: 99 });
  });

  it("says so when nothing of the range exists", () => {
    expect(ask("bytes=100-")).toBe("unsatisfiable");
    expect(ask("bytes=-0")).toBe("unsatisfiable");
  });

  it("sends the whole for several ranges, other units, nonsense and a changed entity", () => {
    for (const range of [undefined, "bytes=0-1,5-6", "lines=1-2", "bytes=9-3", "bytes=-", "bytes"]) {
      expect(ask(range)).toBeUndefined();
    }
    expect(ask("bytes=0-9", '"other"')).toBeUndefined();
    expect(ask("bytes=0-9", etag)).toEqual({ first: 0, last: 9 });
  });

  it("never answers bytes outside the body, whatever is asked", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,20}-\d{0,20}$/)),
        fc.nat(1000),
        (range, size) => {
          const part = rangeOf({ range, ifRange: undefined }, etag, size);
          if (part === undefined || part === "unsatisfiable") return true;
          return part.first >= 0 && part.first <= part.last && part.last < size;
        },
      ),
    );
  });
});
