import { expect, test } from "vitest";
import type { Location } from "../sources/source.ts";
import { pastSeenVersions, withVersion } from "./origin-version.ts";

test.each([
  ["", "v", "17", "v=17"],
  ["a=1&z=2", "v", "17", "a=1&v=17&z=2"],
  ["v=16", "v", "17", "v=16"],
  ["", "v", undefined, ""],
  ["a=1", undefined, "17", "a=1"],
  ["", "v", "1&x=2", "v=1%26x%3D2"],
])("the query %j with %s %s", (query, parameter, version, result) => {
  expect(withVersion(query, parameter, version)).toBe(result);
});

const at = (url: string): Location => ({ kind: "http", urls: [url] });

test("a first reading asks for just the version, a later one for one that no cache has seen", () => {
  const first = { isAgain: false, floor: 9 };
  const again = { isAgain: true, floor: 9 };
  expect(pastSeenVersions(at("https://h/a.jpg?v=17"), "v", first)).toEqual(at("https://h/a.jpg?v=17"));
  expect(pastSeenVersions(at("https://h/a.jpg?v=17"), "v", again)).toEqual(at("https://h/a.jpg?v=17.9"));
  expect(pastSeenVersions(at("https://h/a.jpg?b=1"), "v", first)).toEqual(at("https://h/a.jpg?b=1&v=9"));
  expect(pastSeenVersions(at("https://h/a.jpg"), "v", again)).toEqual(at("https://h/a.jpg?v=9"));
  const quiet = { isAgain: true, floor: 0 };
  expect(pastSeenVersions(at("https://h/a.jpg?v=17"), "v", quiet)).toEqual(at("https://h/a.jpg?v=17"));
  expect(pastSeenVersions(at("https://h/a.jpg?v=17"), undefined, again)).toEqual(at("https://h/a.jpg?v=17"));
});
