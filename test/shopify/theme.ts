import type { LocalFile, LocalShop } from "./local/shop.ts";
import { rewriteFiles, shown } from "./rewritten-theme.ts";

/** A small theme as its author wrote it, without a thought of Freshet. */
const THEME: Readonly<Record<string, string>> = {
  "layout/theme.liquid": `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>{{ shop.name }}</title>
    <link rel="icon" href="data:,">
    {{ content_for_header }}
  </head>
  <body>{{ content_for_layout }}</body>
</html>
`,
  "sections/product.liquid": `{{ product.featured_image | image_url: width: 640 | image_tag: widths: '160, 320, 640', sizes: '320px', class: 'eager' }}
<div class="backdrop" style="background: url({{ product.featured_image | image_url: width: 200 }}); width: 200px; height: 150px"></div>
`,
};
/** Put into the theme after the command had run. */
const LATER = `<img class="late" loading="lazy" width="320" height="240" alt="" src="{{ banner | image_url: width: 320 }}">\n`;

/** A shop's theme after `freshet-theme rewrite`, with the app's own embed and blocks placed in it, as Shopify would render them. */
export interface Theme {
  render(shop: LocalShop, pictures: { readonly hat: LocalFile; readonly banner: LocalFile }): Promise<string>;
  close(): void;
}

/** Rewrites the theme by the command that merchants run; throws what it says when it fails. */
export function rewriteTheme(endpoint: string): Theme {
  const rewritten = rewriteFiles(THEME, endpoint);
  return {
    async render(shop, { hat, banner }) {
      const theme = rewritten.in(shop, {
        product: { title: "Hat", featured_image: shown(hat), images: [shown(hat)] },
        banner: shown(banner),
      });
      const body = [
        await theme.file("sections/product"),
        await theme.text(LATER),
        await theme.block("picture", {
          image: shown(banner),
          shape: "100",
          crop: "center",
          sizes: "240px",
          loading: "eager",
        }),
        await theme.block("gallery", { limit: 2, columns: 3, shape: "own" }),
      ];
      return await theme.file("layout/theme", {
        content_for_header: await theme.block("lazy-images", {}),
        content_for_layout: body.join("\n"),
      });
    },
    close: rewritten.close,
  };
}
