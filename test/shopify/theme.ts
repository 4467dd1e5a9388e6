import { loadAdminSchema } from "./local/graphql.ts";
import type { LocalFile, LocalShop } from "./local/shop.ts";

interface LiquidEngine {
  registerFilter(name: string, filter: (value: unknown, ...rest: unknown[]) => unknown): void;
  parseAndRender(template: string, data: Readonly<Record<string, unknown>>): Promise<string>;
}

/** A page of a theme of our own: plain Liquid that makes delivery URLs out of what `image_url` prints. */
const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ shop.name }}</title><link rel="icon" href="data:,"></head>
<body>
{%- for image in images -%}
  {%- assign address = image | image_url: width: 320 -%}
  {%- assign plain = address | split: '?' | first -%}
  {%- assign version = address | split: 'v=' | last | split: '&' | first -%}
  {%- if endpoint == '' -%}
  <img src="{{ address }}" width="320" height="240" alt="{{ image.alt | escape }}">
  {%- else -%}
  <img src="{{ endpoint }}/v7/{{ shop.scheme }}:{{ plain }}?w=320&amp;vh={{ version }}" width="320" height="240" alt="{{ image.alt | escape }}">
  {%- endif -%}
{%- endfor -%}
</body>
</html>`;

/** Renders the page of a shop that shows these images, with the settings that the app published to it. */
export async function renderPage(shop: LocalShop, images: readonly LocalFile[]): Promise<string> {
  const { part } = await loadAdminSchema();
  const { Liquid } = part.require("liquidjs") as { readonly Liquid: new () => LiquidEngine };
  const engine = new Liquid();
  // As Shopify prints it: without scheme, on the domain that is visited, with v.
  engine.registerFilter("image_url", (image, named) => {
    // Liquid gives a named argument as a pair.
    const width = Array.isArray(named) ? named[1] : 0;
    const { path, version } = image as LocalFile;
    return `//${new URL(shop.url).host}/cdn/shop/${path}?v=${version}&width=${width}`;
  });
  const published = shop.metafields.get("freshet.storefront");
  const settings =
    published === undefined
      ? { enabled: false, endpoint: "" }
      : (JSON.parse(published) as { enabled: boolean; endpoint: string });
  return await engine.parseAndRender(PAGE, {
    shop: { name: shop.domain, scheme: "http" },
    images,
    endpoint: settings.enabled ? settings.endpoint : "",
  });
}
