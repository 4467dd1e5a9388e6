import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { belongsTo, originalsOf, readImageUrl, withoutOldSize } from "./identity.ts";

const CDN = "https://cdn.shopify.com/s/files/1/0012/3456/7890";

describe("one image has one name", () => {
  test.each([
    [`${CDN}/files/hat.jpg?v=1700000001`],
    ["//shop.example/cdn/shop/files/hat.jpg?v=1700000001&width=400"],
    ["https://other.example/cdn/shop/files/hat.jpg?height=3&v=1700000001&width=400"],
    ["http://127.0.0.2:9000/cdn/shop/files/hat.jpg?v=1700000001"],
  ])("%s", (url) => {
    expect(readImageUrl(url)).toMatchObject({ path: "files/hat.jpg", version: "1700000001" });
  });

  test("theme assets and other folders too, percent-encoded in one way", () => {
    expect(readImageUrl("//s.example/cdn/shop/t/12/assets/logo.svg?v=99")?.path).toBe("t/12/assets/logo.svg");
    expect(readImageUrl(`${CDN}/products/a%2db%20c.png?v=1`)?.path).toBe("products/a-b%20c.png");
    expect(readImageUrl(`${CDN}/products/a-b c.png?v=1`)?.path).toBe("products/a-b%20c.png");
    expect(readImageUrl(`${CDN}/files/hat.jpg`)?.version).toBeUndefined();
  });

  test.each([
    ["https://shop.example/files/hat.jpg"],
    ["https://user:pass@shop.example/cdn/shop/files/hat.jpg"],
    ["https://shop.example/cdn/shop/files/../secret.jpg"],
    ["https://shop.example/cdn/shop/files/a/b.jpg"],
    ["ftp://shop.example/cdn/shop/files/hat.jpg"],
    ["javascript:alert(1)"],
    [""],
  ])("%j is no image of a shop", (url) => {
    expect(readImageUrl(url)).toBeUndefined();
  });

  test("whatever is read, nothing is thrown, and a path has no way out of its folder", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.webUrl({ withQueryParameters: true }), fc.string()), (text) => {
        const place = readImageUrl(text);
        if (place !== undefined) expect(place.path).not.toMatch(/\.\.\/|^\/|\?|#/);
      }),
    );
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), (name) => {
        const place = readImageUrl(`${CDN}/files/${encodeURIComponent(name.toWellFormed())}?v=7`);
        if (place === undefined) return;
        for (const url of originalsOf(place.path, { origins: ["https://s.example"], prefix: CDN }))
          expect(readImageUrl(url.replaceAll("%2A", "*"))?.path).toBe(place.path);
      }),
    );
  });
});

describe("a shop has its own images only", () => {
  const places = { origins: ["https://shop.example"], prefix: CDN };
  const isOwn = (url: string) => {
    const place = readImageUrl(url);
    return place !== undefined && belongsTo(place, places);
  };
  test("by its domains and its folder", () => {
    expect(isOwn(`${CDN}/files/hat.jpg`)).toBe(true);
    expect(isOwn("//shop.example/cdn/shop/files/hat.jpg")).toBe(true);
    expect(isOwn("https://cdn.shopify.com/s/files/1/9/9/9/files/hat.jpg")).toBe(false);
    expect(isOwn(`${CDN}/../9/files/hat.jpg`)).toBe(false);
    expect(isOwn("//other.example/cdn/shop/files/hat.jpg")).toBe(false);
  });
  test("all addresses of one are named, and none reads as a folder", () => {
    expect(originalsOf("files/a*.jpg", places)).toEqual([
      `${CDN}/files/a%2A.jpg`,
      "https://shop.example/cdn/shop/files/a%2A.jpg",
    ]);
  });
});

test.each([
  ["files/hat_480x480.jpg", "files/hat.jpg"],
  ["files/hat_x480.jpg", "files/hat.jpg"],
  ["files/hat_grande.jpg", "files/hat.jpg"],
  ["files/hat_480x_crop_center@2x.progressive.png", "files/hat.png"],
  ["files/hat@2x.png", "files/hat.png"],
  ["files/hat.jpg", undefined],
  ["files/_small.jpg", undefined],
])("the old size in %s", (path, shorter) => {
  expect(withoutOldSize(path)).toBe(shorter);
});
