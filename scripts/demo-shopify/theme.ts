import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalShop } from "../../test/shopify/local/shop.ts";
import { rewriteFiles, shown } from "../../test/shopify/rewritten-theme.ts";
import { ROOT } from "../steps.mjs";
import type { Content } from "./shop.ts";

/** Shopify puts it into pages that have a block of the app. */
const STYLE = readFileSync(join(ROOT, "apps/shopify/extensions/freshet-theme/assets/freshet.css"), "utf8");

/** A theme as its author wrote it, without a thought of Freshet. */
const THEME: Readonly<Record<string, string>> = {
  "layout/theme.liquid": `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>{{ page_title }}</title>
    <link rel="icon" href="data:,">
    <style>
      body { margin: 0; font: 17px/1.5 system-ui, sans-serif; color: #222; background: #fbfaf8; }
      header, main, footer { max-width: 66rem; margin: auto; padding: 1rem 1.5rem; }
      header a { font-weight: 700; font-size: 1.3rem; color: inherit; text-decoration: none; }
      img { display: block; max-width: 100%; height: auto; border-radius: .5rem; }
      .hero img { width: 100%; }
      .goods { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1.5rem; padding: 0; list-style: none; }
      .goods a { color: inherit; text-decoration: none; }
      .sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.5rem; align-items: start; }
      h2 { margin: 2rem 0 .5rem; }
      footer { color: #777; font-size: .9rem; }
    </style>
    {{ content_for_header }}
  </head>
  <body>
    <header><a href="/">Hats and so on</a></header>
    <main>{{ content_for_layout }}</main>
    <footer>A shop on this machine. Its theme was rewritten by freshet-theme; what comes later is brought by the app embed.</footer>
  </body>
</html>
`,
  "sections/front.liquid": `<div class="hero">{{ lake | image_url: width: 1600, height: 520, crop: 'center' | image_tag: widths: '400, 800, 1200, 1600', sizes: '(min-width: 66rem) 63rem, 100vw' }}</div>
<h2>Everything we have</h2>
<ul class="goods">
  {%- for each in products %}
  <li><a href="/products/{{ each.handle }}">
    {{ each.featured_image | image_url: width: 640, height: 640, crop: 'center' | image_tag: widths: '240, 480, 640', sizes: '20rem' }}
    {{ each.title }}
  </a></li>
  {%- endfor %}
</ul>
`,
  "sections/product.liquid": `<div class="sides">
  {{ product.featured_image | image_url: width: 960 | image_tag: widths: '320, 640, 960', sizes: '(min-width: 40rem) 30rem, 100vw' }}
  <div><h1>{{ product.title }}</h1><p>One of a kind, and always in the colour of the picture.</p></div>
</div>
`,
};

/** What people write into a shop's editor: no command sees it. */
const STORY = `<h2>Where they come from</h2>
<div class="sides">
  <img loading="lazy" width="480" height="320" alt="" src="{{ lake | image_url: width: 480 }}">
  <p>Every hat is made at this lake. The picture is a file of the shop that no product shows: it is brought by the app embed, and when it is
  replaced no webhook tells of it.</p>
</div>
`;

/** Renders pages of the shop, as they would come from Shopify: "/" and "/products/hat". */
export interface Storefront {
  page(path: string): Promise<string>;
  close(): void;
}

/** Rewrites the theme by the command that merchants run, for this address of Freshet. */
export function openStorefront(shop: LocalShop, { products, lake }: Content, endpoint: string): Storefront {
  const rewritten = rewriteFiles(THEME, endpoint);
  return {
    async page(path) {
      const all = products.map(({ product: { title }, shown: { file } }) => ({
        ...{ title, handle: title.toLowerCase() },
        ...{ featured_image: shown(file), images: [shown(file)] },
      }));
      const product = all.find(({ handle }) => path === `/products/${handle}`);
      const theme = rewritten.in(shop, { products: all, product, lake: shown(lake.file) });
      const body =
        product === undefined
          ? [await theme.file("sections/front"), await theme.text(STORY)]
          : [
              await theme.file("sections/product"),
              "<h2>A gallery, by the app</h2>",
              await theme.block("gallery", { limit: 4, columns: 4, shape: "100" }),
            ];
      return await theme.file("layout/theme", {
        page_title: product?.title ?? "Hats and so on",
        content_for_header: `<style>${STYLE}</style>${await theme.block("lazy-images", {})}`,
        content_for_layout: body.join("\n"),
      });
    },
    close: rewritten.close,
  };
}
