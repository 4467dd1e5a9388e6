import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { picture } from "../support/shop-liquid.ts";

/** A theme of our own that shows every way in which themes write pictures. */
const THEME: Readonly<Record<string, string>> = {
  "layout/theme.liquid": `<!doctype html>
<html lang="{{ request.locale.iso_code }}">
  <head>
    <meta charset="utf-8">
    <title>{{ page_title }}</title>
    <link rel="preconnect" href="https://cdn.shopify.com" crossorigin>
    <link rel="icon" type="image/png" href="{{ settings.favicon | image_url: width: 32, height: 32 }}">
    {{ 'base.css' | asset_url | stylesheet_tag }}
    {{ content_for_header }}
  </head>
  <body>
    <script src="{{ 'theme.js' | asset_url }}" defer></script>
    {{ content_for_layout }}
  </body>
</html>
`,
  "snippets/card.liquid": `{%- liquid
  assign swatch = card.featured_image | image_url: width: 50
  if card.second
    echo card.second | image_url: width: 40 | escape
  endif
-%}
<div class="card" style="background: url({{ swatch }})">
  <img
    srcset="
      {{ card.featured_image | image_url: width: 165 }} 165w,
      {{ card.featured_image | image_url: width: 360 }} 360w,
      {{ card.featured_image | image_url }} {{ card.featured_image.width }}w
    "
    src="{{ card.featured_image | image_url: width: 533 }}"
    sizes="(min-width: 750px) 25vw, 50vw"
    alt="{{ card.featured_image.alt | escape }}"
    loading="lazy"
    width="{{ card.featured_image.width }}"
    height="{{ card.featured_image.height }}"
  >
</div>
`,
  "sections/main.liquid": `{%- style -%}
  .banner { background-image: url({{ section.settings.image | image_url: width: 1500, height: 500, crop: 'top' }}); }
{%- endstyle -%}
{{ section.settings.image | image_url: width: 1200 | image_tag: sizes: '100vw', widths: '300, 600, 900, 1200', class: 'hero', fetchpriority: 'high', alt: section.settings.alt }}
{{- product | image_url: width: 300, height: 300, crop: 'center' | image_tag: loading: 'lazy', data-zoom: product.title -}}
{%- for media in product.media -%}
  {{ media.preview_image | image_url: width: 200, format: 'pjpg' | image_tag }}
{%- endfor -%}
<noscript data-html="{{ product | image_url: width: 64 | image_tag | escape }}"></noscript>
<script type="application/json">{ "image": {{ product | image_url: width: 500 | prepend: "https:" | json }} }</script>
<img src="{{ product | img_url: '480x480' }}" srcset="{{ product | img_url: '480x480', scale: 2 }} 2x" alt="" width="480" height="480">
<meta itemprop="image" content="http:{{ product | image_url }}">
{{ product.images | first | image_url: height: 90 }}
{{ 'payment.png' | asset_url }} {{ 'guide.jpg' | file_url }} {{ 'badge.gif' | asset_img_url: '100x' }} {{ 'map.png' | file_img_url: 'grande' }}
{{ 'icon.svg' | asset_url }}
{% render 'card', card: product %}

{% schema %}
{
  "name": "Main",
  "settings": [
    { "type": "image_picker", "id": "image", "label": "Image" },
    { "type": "text", "id": "alt", "label": "Text" }
  ]
}
{% endschema %}
`,
  "sections/old.liquid": `{%- assign lazy = product.featured_image | img_url: '1x1' | replace: '_1x1.', '_{width}x.' -%}
<img data-src="{{ lazy }}" alt="" width="10" height="10">
<img src="{{ collection | collection_img_url: 'large' }}" alt="" width="480" height="480">
<img src="{{ article | article_img_url: 'medium' }}" alt="" width="240" height="240">
<img src="{{ product | product_img_url: 'compact' }}" alt="" width="160" height="160">
{{ file_name | asset_url }}

{% schema %}
{ "name": "Old" }
{% endschema %}
`,
  "templates/index.json": `{ "sections": { "main": { "type": "main" } }, "order": ["main"] }\n`,
  "templates/page.liquid": "<h1>{{ page.title }}</h1>\r\n{%- echo page.image | image_url: width: 700 -%}\r\n",
  "assets/theme.js": "document.documentElement.classList.add('js');\n",
  ...{ "assets/payment.png": "", "assets/badge.gif": "", "assets/icon.svg": "" },
  "assets/base.css": "body { margin: 0; }\n",
  "config/settings_schema.json": `[{ "name": "theme_info", "theme_name": "Own", "theme_version": "1.0.0", "theme_author": "Freshet", "theme_documentation_url": "https://freshet.example/", "theme_support_url": "https://freshet.example/" }, { "name": "Icon", "settings": [{ "type": "image_picker", "id": "favicon", "label": "Icon" }] }]\n`,
  "locales/en.default.json": "{}\n",
};

export function writeTheme(root: string, files: Readonly<Record<string, string>> = THEME): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const hat = picture("files/hat.jpg", 1500, 1000, "17", 'A "hat"');
/** What its pages are rendered with. */
export const DATA = {
  settings: { favicon: picture("files/icon.png", 64, 64, "3") },
  section: { settings: { image: hat, alt: "Hat" } },
  product: {
    title: "A <hat>",
    featured_image: hat,
    second: picture("files/second.jpg", 800, 600, "18"),
    media: [{ preview_image: hat }, { preview_image: picture("files/two.png", 300, 300, "19") }],
    images: [hat],
  },
  collection: { image: hat },
  article: { image: hat },
  page: { title: "Page", image: hat },
};
