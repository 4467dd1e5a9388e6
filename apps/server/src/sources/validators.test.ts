import { describe, expect, test } from "vitest";
import { conditionOf } from "./validators.ts";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toUTCString();

describe("which validators prove that bytes are the same", () => {
  test("a strong ETag does, and is then the only condition", () => {
    expect(conditionOf({ etag: '"a"', lastModified: at(0), date: at(90) })).toEqual({
      "if-none-match": '"a"',
    });
  });

  test.each(['W/"a"', "a", '"a" , "b"', '"a\r\nx: y"', "*", '"'])("%j is no strong ETag", (etag) => {
    expect(conditionOf({ etag })).toBeUndefined();
  });

  test("a Last-Modified does from 60 s before Date on", () => {
    expect(conditionOf({ lastModified: at(0), date: at(60) })).toEqual({ "if-modified-since": at(0) });
    expect(conditionOf({ lastModified: at(0), date: at(59) })).toBeUndefined();
    expect(conditionOf({ lastModified: at(30), date: at(0) })).toBeUndefined();
    expect(conditionOf({ lastModified: at(0) })).toBeUndefined();
    expect(conditionOf({ lastModified: "yesterday", date: at(0) })).toBeUndefined();
    expect(conditionOf(undefined)).toBeUndefined();
  });
});
