import { expect, test } from "vitest";
import { rulesOf } from "../project-rules.ts";
import { searchedBy } from "./search.ts";

const RULES = rulesOf("shop", { aliases: { _media_: "https://shop.example/media" } }, "127.0.0.1:8080");

test.each([
  ["_media_/hat.jpg", "/_media_/hat.jpg", false],
  ["/_media_/summer/*", "/_media_/summer/*", false],
  ["http://127.0.0.1:8080/v7/_media_/hat.jpg?w=500&vh=3", "/_media_/hat.jpg", true],
  ["https://shop.img.example/v7/_media_/hat.jpg", "/_media_/hat.jpg", true],
  ["https://elsewhere.example/a.jpg", "/https://elsewhere.example/a.jpg", false],
])("%s searches for %s", (text, path, isCorrected) => {
  expect(searchedBy(text, RULES)).toEqual({ path, isCorrected });
});

test.each(["", "hat", "/../x"])("%j searches for nothing, and a sentence says why", (text) => {
  expect(searchedBy(text, RULES)).toEqual({ sentence: expect.stringMatching(/^[A-Z].*\.$/) });
});
