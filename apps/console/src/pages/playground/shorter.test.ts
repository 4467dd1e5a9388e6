import {
  effectiveTransformation,
  readQuery,
  readTransformation,
  resolveOriginal,
  writeTransformation,
} from "@freshet/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readLook } from "./look.ts";
import { lookOf, looks } from "./looks.test.support.ts";
import { shorterOriginal, shortestTarget } from "./shorter.ts";

const naming = {
  aliases: {
    _media_: { url: "https://shop.example/media" },
    _m_: { url: "https://shop.example/media/2026/" },
    _files_: { folder: "files" },
  },
  prefix: "https://blog.example/pictures",
};
const usual = { v7: true, keepsNeutral: false };

it("puts aliases and the prefix in the place of what they stand for", () => {
  expect(shorterOriginal("https://shop.example/media/hat.jpg", naming)).toBe("_media_/hat.jpg");
  expect(shorterOriginal("https://shop.example/media/2026/hat.jpg?x=1", naming)).toBe("_m_/hat.jpg?x=1");
  expect(shorterOriginal("https://blog.example/pictures/a/b.jpg", naming)).toBe("a/b.jpg");
  // What would be read as a host, or as an alias, stays.
  expect(shorterOriginal("https://blog.example/pictures/a.example/b.jpg", naming)).toBe(
    "https://blog.example/pictures/a.example/b.jpg",
  );
  expect(shorterOriginal("https://blog.example/pictures/_media_/b.jpg", naming)).toBe(
    "https://blog.example/pictures/_media_/b.jpg",
  );
  expect(shorterOriginal("https://other.example/hat.jpg", naming)).toBe("https://other.example/hat.jpg");
});

it("leaves out what has no effect, unless rules may have a say", () => {
  const look = lookOf("https://shop.example/media/hat.jpg", { w: "200", dpr: "2", margin: "4", gray: "0" });
  expect(shortestTarget(look, usual, naming)).toBe("/v7/_media_/hat.jpg?w=400");
  expect(shortestTarget(look, { ...usual, keepsNeutral: true }, naming)).toBe(
    "/v7/_media_/hat.jpg?w=200&dpr=2&margin=4&gray=0",
  );
});

it("names the same original and asks for the same pixels, whatever was asked", () => {
  fc.assert(
    fc.property(looks, (look) => {
      const found = readLook(shortestTarget(look, usual, naming))?.look;
      const pixels = (values: Readonly<Record<string, string>>) =>
        writeTransformation(
          effectiveTransformation(
            readTransformation(Object.entries(values).map(([name, value]) => ({ raw: "", name, value })))
              .transformation,
          ),
        );
      expect(pixels(found?.values ?? {})).toBe(pixels(look.values));
      const name = (text = "") => resolveOriginal(text.split("?")[0] ?? "", naming);
      expect(nameOf(name(found?.original))).toBe(nameOf(name(look.original)));
      expect(readQuery(`p=${found?.preset ?? ""}`)).toEqual(readQuery(`p=${look.preset ?? ""}`));
    }),
  );
});

const nameOf = (found: ReturnType<typeof resolveOriginal>) =>
  found.kind === "invalid" ? found.reason : found.name;
