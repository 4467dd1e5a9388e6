import { readFileSync } from "node:fs";
import { parseDeliveryUrl, writeTransformation } from "@freshet/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHydrogenLoader, createNextLoader, readShopifyImage, shopifyDeliveryUrl } from "./index.ts";

const { images, same }: Vectors = JSON.parse(
  readFileSync(
    new URL("../../../../packages/conformance/vectors/shopify-images.json", import.meta.url),
    "utf8",
  ),
);
interface Vectors {
  images: {
    name: string;
    endpoint: string;
    url: string;
    wish: Record<string, string | number>;
    deliveryUrl: string;
  }[];
  same: { name: string; url: string }[];
}
const endpoint = "https://img.example.com";
const HAT = "https://cdn.shopify.com/s/files/1/0533/products/hat.jpg?v=17";
const DELIVERED = `${endpoint}/v7/https://cdn.shopify.com/s/files/1/0533/products/hat.jpg`;

describe("the delivery URL of a picture of a shop", () => {
  test.each(images)("$name", ({ endpoint, url, wish, deliveryUrl }) => {
    const asked = new URL(url, "https://shop.example");
    for (const [name, value] of Object.entries(wish)) asked.searchParams.set(name, String(value));
    expect(shopifyDeliveryUrl(asked.href, {}, { endpoint })).toBe(deliveryUrl);
  });

  test.each(same)("of $name is its own address", ({ url }) => {
    expect(shopifyDeliveryUrl(url, { width: 300 }, { endpoint })).toBe(url);
  });

  test("takes what the page asks for rather than the URL's own size, in its shape", () => {
    const src = "//shop.example/cdn/shop/files/hat.jpg?height=300&v=17&width=400&crop=top";
    expect(shopifyDeliveryUrl(src, { width: 800 }, { endpoint })).toContain(
      "?w=800&h=600&gravity=north&org_if_sml=1&vh=17",
    );
  });

  test("can be read back, whatever was asked", () => {
    const number = fc.option(fc.integer({ min: 1, max: 5760 }), { nil: undefined });
    const crop = fc.option(fc.constantFrom("center", "top", "left", "region", "nonsense"), {
      nil: undefined,
    });
    fc.assert(
      fc.property(
        number,
        number,
        crop,
        fc.stringMatching(/^[a-z0-9 ._%-]{1,20}$/),
        (width, height, crop, name) => {
          const src = `//shop.example/cdn/shop/files/${name}.jpg?v=17`;
          const url = shopifyDeliveryUrl(src, { width, height, crop }, { endpoint });
          if (url === src) return;
          const parsed = parseDeliveryUrl(url.slice(endpoint.length));
          expect(parsed?.version).toBe("17");
          expect(parsed?.transformation.resize?.w).toBe(width);
          expect(parsed?.original).toBe(readShopifyImage(src)?.original);
          expect(parsed && writeTransformation(parsed.transformation)).not.toContain("undefined");
        },
      ),
    );
  });

  test("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.string(),
        (src) => typeof shopifyDeliveryUrl(src, { width: 3 }, { endpoint }) === "string",
      ),
    );
  });
});

describe("a loader for Hydrogen", () => {
  const loader = createHydrogenLoader({ endpoint, parameters: "q=70&w=9" });

  test("brings size and crop over and keeps the settings of the project below them", () => {
    expect(loader({ src: HAT, width: 400, height: 300, crop: "top" })).toBe(
      `${DELIVERED}?w=400&h=300&gravity=north&org_if_sml=1&q=70&vh=17`,
    );
    expect(loader({ src: HAT, width: 400 })).toBe(`${DELIVERED}?w=400&org_if_sml=1&q=70&vh=17`);
  });

  test("takes fractions, and nothing at all", () => {
    expect(loader({ src: HAT, width: 399.6 })).toContain("?w=400&");
    expect(loader({})).toBe("");
  });
});

describe("a loader for Next.js", () => {
  const loader = createNextLoader({ endpoint });

  test("brings width and quality over", () => {
    expect(loader({ src: HAT, width: 640, quality: 60 })).toBe(`${DELIVERED}?w=640&org_if_sml=1&q=60&vh=17`);
    expect(loader({ src: HAT, width: 640 })).toBe(`${DELIVERED}?w=640&org_if_sml=1&vh=17`);
  });

  test("leaves a picture of the application alone", () => {
    expect(loader({ src: "/me.png", width: 640 })).toBe("/me.png");
  });
});
