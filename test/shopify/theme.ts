import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { picture, type ShopPicture, shopLiquid } from "../support/shop-liquid.ts";
import { writeTheme } from "./every-form.ts";
import type { LocalFile, LocalShop } from "./local/shop.ts";

const APP = join(import.meta.dirname, "../../apps/shopify");
const PROGRAM = join(APP, "bin/freshet-theme.mjs");
const EXTENSION = join(APP, "extensions/freshet-theme");

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
  const root = mkdtempSync(join(tmpdir(), "freshet-theme-"));
  writeTheme(root, THEME);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, "rewrite", root, "--endpoint", endpoint, "--write", "--json"],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  const { left } = JSON.parse(stdout) as { readonly left: readonly unknown[] };
  if (left.length > 0) throw new Error(`The command left ${JSON.stringify(left)}.`);
  return {
    async render(shop, { hat, banner }) {
      const host = new URL(shop.url).host;
      const data = {
        shop: { name: shop.domain, domain: host, permanent_domain: shop.domain },
        request: { host },
        product: { title: "Hat", featured_image: shown(hat), images: [shown(hat)] },
        banner: shown(banner),
      };
      const theme = shopLiquid({ snippets: [join(root, "snippets")], host });
      const app = shopLiquid({ snippets: [join(EXTENSION, "snippets")], host });
      const inTheme = (name: string, more = {}) =>
        theme.parseAndRender(readFileSync(join(root, `${name}.liquid`), "utf8"), { ...data, ...more });
      // An app that was removed has taken its blocks along, and its settings.
      const published = shop.isInstalled ? shop.metafields.get("freshet.storefront") : undefined;
      const block = (name: string, settings: object) =>
        published === undefined
          ? ""
          : app.parseAndRender(blockText(name), {
              ...data,
              app: { metafields: { freshet: { storefront: { value: JSON.parse(published) } } } },
              block: { settings, shopify_attributes: "" },
            });
      const body = [
        await inTheme("sections/product"),
        await theme.parseAndRender(LATER, data),
        await block("picture", {
          image: shown(banner),
          shape: "100",
          crop: "center",
          sizes: "240px",
          loading: "eager",
        }),
        await block("gallery", { limit: 2, columns: 3, shape: "own" }),
      ];
      return await inTheme("layout/theme", {
        content_for_header: await block("lazy-images", {}),
        content_for_layout: body.join("\n"),
      });
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What a block prints; its schema is Shopify's to read. */
const blockText = (name: string) =>
  readFileSync(join(EXTENSION, `blocks/${name}.liquid`), "utf8").replace(/\{% schema %\}[\s\S]*/, "");

const shown = ({ path, width, height, version, alt }: LocalFile): ShopPicture =>
  picture(path, width, height, String(version), alt);
