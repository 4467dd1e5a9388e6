import { join } from "node:path";
import { createHydrogenLoader } from "@freshet/shopify/storefront";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { installPart } from "../support/part.ts";

/** What the modules of the part export, as far as it is used here. */
interface React {
  createElement(type: unknown, props: object): unknown;
}
interface ReactServer {
  renderToStaticMarkup(element: unknown): string;
}

describe("Hydrogen's Image with our loader", () => {
  let origin: Origin;
  let freshet: Freshet;
  let show: (props: object) => string;

  beforeAll(async () => {
    const part = await installPart(join(import.meta.dirname, "../parts/headless"));
    const { Image } = part.require("@shopify/hydrogen-react") as { Image: unknown };
    const react = part.require("react") as React;
    const { renderToStaticMarkup } = part.require("react-dom/server") as ReactServer;
    show = (props) => renderToStaticMarkup(react.createElement(Image, props));
    origin = await startOrigin();
    await origin.paint(
      "/cdn/shop/files/hat.jpg",
      { red: 20, green: 120, blue: 220 },
      { width: 1200, height: 800 },
    );
    freshet = await startFreshet({
      config: {
        projects: {
          shop: {
            apiKey: "client_0123456789abcdef",
            origins: { allow: ["127.0.0.1"], allowPrivate: true },
          },
        },
      },
    });
  }, 180_000);
  afterAll(async () => {
    await freshet?.stop();
    await origin?.close();
  });

  it("shows pictures that Freshet delivers in every size of the srcset", async () => {
    const html = show({
      data: { url: `${origin.url}/cdn/shop/files/hat.jpg?v=17`, width: 1200, height: 800, altText: "Hat" },
      sizes: "(min-width: 750px) 50vw, 100vw",
      aspectRatio: "1/1",
      loader: createHydrogenLoader({ endpoint: freshet.url }),
    });
    const srcset = /srcSet="([^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&").split(", ") ?? [];
    expect(srcset.length).toBeGreaterThan(3);
    for (const candidate of srcset) {
      const [url = "", descriptor = ""] = candidate.split(" ");
      expect(url).toContain("vh=17");
      const { status, bytes } = await ask(freshet, "shop.freshet.test", url.slice(freshet.url.length));
      expect(status, url).toBe(200);
      // A picture is never enlarged: 800 is the largest square in it.
      const side = Math.min(Number.parseInt(descriptor, 10), 800);
      const { width, height } = await sharp(bytes).metadata();
      expect([width, height], url).toEqual([side, side]);
    }
    expect(html).toContain('sizes="(min-width: 750px) 50vw, 100vw"');
  });
});
