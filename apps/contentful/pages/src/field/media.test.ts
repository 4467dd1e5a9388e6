import { expect, test } from "vitest";
import { assetsOfField, fieldOfAssets, linkTo, shifted } from "./media.ts";

test("a media field of one and of many is read and written, and an empty one holds nothing", () => {
  expect(assetsOfField(linkTo("a"))).toEqual(["a"]);
  expect(assetsOfField([linkTo("a"), null, linkTo("b"), 1])).toEqual(["a", "b"]);
  for (const nothing of [undefined, null, [], "a"]) expect(assetsOfField(nothing)).toEqual([]);
  expect(fieldOfAssets(["a"], false)).toEqual(linkTo("a"));
  expect(fieldOfAssets(["a"], true)).toEqual([linkTo("a")]);
  expect(fieldOfAssets([], true)).toBeUndefined();
});

test("a member of a list moves one step, and not beyond its ends", () => {
  expect(shifted(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
  expect(shifted(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
  expect(shifted(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  expect(shifted(["a", "b"], 1, 1)).toEqual(["a", "b"]);
});
