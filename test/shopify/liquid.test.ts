import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findProgram, missingPart } from "../support/find.ts";
import { picture, shopLiquid } from "../support/shop-liquid.ts";
import { DATA, writeTheme } from "./every-form.ts";
import { snippetsFor } from "./snippets.ts";

const ruby = findProgram("ruby");
const hasLiquid =
  ruby !== undefined && spawnSync(ruby, ["-e", 'require "liquid"'], { stdio: "ignore" }).status === 0;
const missing = missingPart("Ruby with its Liquid", hasLiquid, "apt-get install ruby ruby-liquid");

const vectorsOf = (name: string) =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../../packages/conformance/vectors/${name}.json`), "utf8"),
  );
const grammar: {
  build: {
    name: string;
    endpoint: string;
    original: string;
    parameters: Record<string, string>;
    options: { version?: string; v7?: boolean; download?: boolean };
    url: string;
  }[];
} = vectorsOf("delivery-urls");
const shop: {
  images: {
    name: string;
    endpoint: string;
    url: string;
    wish: Record<string, string | number>;
    deliveryUrl: string;
  }[];
  same: { name: string; url: string }[];
} = vectorsOf("shopify-images");

/** One text that both engines have to make of a template. */
interface Case {
  readonly name: string;
  readonly endpoint: string;
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** What it has to be; absent: whatever it is, both say the same. */
  readonly text?: string;
}

const argumentsOf = (wish: Readonly<Record<string, unknown>>) =>
  Object.keys(wish)
    .map((name) => `, ${name}: wish.${name}`)
    .join("");

const CASES: readonly Case[] = [
  // Themes always write the version segment, and an endpoint that is empty is the off switch there.
  ...grammar.build
    .filter(({ options, endpoint }) => options.v7 !== false && endpoint !== "")
    .map(({ name, endpoint, original, parameters, options, url }) => ({
      name: `URL: ${name}`,
      endpoint,
      template: "{% render 'freshet-url', src: src, parameters: parameters, version: version %}",
      data: {
        src: original,
        parameters: Object.entries({ ...parameters, ...(options.download && { force_download: "1" }) })
          .map(([key, value]) => `${key}=${value}`)
          .join("&"),
        version: options.version,
      },
      text: url,
    })),
  ...shop.images.map(({ name, endpoint, url, wish, deliveryUrl }) => ({
    name: `picture: ${name}`,
    endpoint,
    template: `{% render 'freshet-url', src: url${argumentsOf(wish)} %}`,
    data: { url, wish },
    text: deliveryUrl,
  })),
  ...shop.same.map(({ name, url }) => ({
    name: `${name} stays`,
    endpoint: "https://img.example.com",
    template: "{% render 'freshet-url', src: url, width: 300 %}",
    data: { url },
    text: url,
  })),
  ...imageCases(),
  ...blockCases(),
  ...themeCases(),
];

function imageCases(): readonly Case[] {
  const hat = picture("files/hat.jpg", 1500, 1000, "17", 'A "hat" & more');
  const data = {
    hat,
    odd: picture("files/odd name.jpg", 1001, 777, "17"),
    small: picture("files/small.jpg", 300, 200, "18"),
    focused: { ...hat, presentation: { focal_point: "20.5% 70.0%" } },
    product: { title: "Hat", featured_image: hat },
    media: { preview_image: hat },
    sizes: "(min-width: 750px) 50vw, 100vw",
  };
  const of = (name: string, template: string, text?: string, endpoint = "https://img.example.com"): Case => ({
    name,
    endpoint,
    template,
    data,
    ...(text !== undefined && { text }),
  });
  const at = (query: string) =>
    `https://img.example.com/v7/https://shop.example/cdn/shop/files/hat.jpg?${query}`;
  return [
    of(
      "img: the usual widths, up to the one that is shown",
      "{% render 'freshet-image', image: hat, width: 1000 %}",
      `<img src="${at("w=1000&amp;org_if_sml=1&amp;vh=17")}" alt="A &quot;hat&quot; &amp; more" srcset="${[
        352, 832, 1000,
      ]
        .map((w) => `${at(`w=${w}&amp;org_if_sml=1&amp;vh=17`)} ${w}w`)
        .join(", ")}" width="1000" height="667">`,
    ),
    of(
      "img: what image_tag takes is kept",
      `{% render 'freshet-image', image: hat, width: 600, widths: '200, 600,1200 , 3000', sizes: sizes, alt: '', class: 'a b', loading: 'eager', fetchpriority: 'high', decoding: 'async', id: 'x', style: 'top: 0;', attributes: ' data-zoom="2"' %}`,
      `<img src="${at("w=600&amp;org_if_sml=1&amp;vh=17")}" alt="" srcset="${[200, 600, 1200, 1500]
        .map((w) => `${at(`w=${w}&amp;org_if_sml=1&amp;vh=17`)} ${w}w`)
        .join(
          ", ",
        )}" sizes="(min-width: 750px) 50vw, 100vw" width="600" height="400" loading="eager" fetchpriority="high" decoding="async" class="a b" id="x" style="top: 0;" data-zoom="2">`,
    ),
    of(
      "img: a crop keeps its shape at every width",
      "{% render 'freshet-image', image: hat, width: 400, height: 400, crop: 'top', widths: '100, 400' %}",
      `<img src="${at("w=400&amp;h=400&amp;gravity=north&amp;org_if_sml=1&amp;vh=17")}" alt="A &quot;hat&quot; &amp; more" srcset="${[
        100, 400,
      ]
        .map((w) => `${at(`w=${w}&amp;h=${w}&amp;gravity=north&amp;org_if_sml=1&amp;vh=17`)} ${w}w`)
        .join(", ")}" width="400" height="400">`,
    ),
    of("img: never larger than the picture", "{% render 'freshet-image', image: small, width: 2000 %}"),
    of("img: a box", "{% render 'freshet-image', image: hat, width: 900, height: 300 %}"),
    of("img: a height", "{% render 'freshet-image', image: hat, height: 333 %}"),
    of("img: odd sizes and a name with a space", "{% render 'freshet-image', image: odd, width: 777 %}"),
    of("img: no size at all", "{% render 'freshet-image', image: hat %}"),
    of("img: a focal point", "{% render 'freshet-image', image: focused, width: 300 %}"),
    of("img: of a product", "{% render 'freshet-image', image: product, width: 300 %}"),
    of("img: of a media", "{% render 'freshet-image', image: media, width: 300 %}"),
    of("img: sizes as texts", "{% assign w = '300' %}{% render 'freshet-image', image: hat, width: w %}"),
    of(
      "img: preload",
      "{% render 'freshet-image', image: hat, width: 300, preload: true, fetchpriority: 'high' %}",
    ),
    of(
      "img: a region",
      "{% render 'freshet-image', image: hat, width: 200, crop: 'region', crop_left: 10, crop_top: 20, crop_width: 400, crop_height: 200 %}",
    ),
    of("img: padding", "{% render 'freshet-image', image: hat, width: 400, height: 400, pad_color: 'fff' %}"),
    of(
      "img: its own attributes",
      "{% render 'freshet-image', image: hat, width: 400, img_width: 90, img_height: 60, widths: 'none' %}",
    ),
    of("img: nothing for nothing", "{% render 'freshet-image', image: nothing, width: 400 %}", ""),
    of(
      "img: of an address",
      "{% render 'freshet-image', src: '//shop.example/cdn/shop/t/4/assets/a.png?v=2', width: 40 %}",
    ),
    ...["pico", "grande", "480x480", "480x", "x480", "master", "1024x1024"].map((size) =>
      of(`URL: the size ${size}`, `{% render 'freshet-url', image: hat, img_size: '${size}', scale: 2 %}`),
    ),
    of(
      "URL: without an endpoint it is Shopify's",
      "{% render 'freshet-url', image: hat, width: 300, height: 200, crop: 'top' %}",
      "//shop.example/cdn/shop/files/hat.jpg?v=17&width=300&height=200&crop=top",
      "",
    ),
    of(
      "URL: a scheme for Shopify's address",
      "{% render 'freshet-url', image: hat, width: 300, scheme: 'http:' %}",
      "http://shop.example/cdn/shop/files/hat.jpg?v=17&width=300",
      "",
    ),
    of(
      "URL: none for ours",
      "{% render 'freshet-url', image: hat, width: 300, scheme: 'http:' %}",
      at("w=300&org_if_sml=1&vh=17"),
    ),
    of("img: without an endpoint", "{% render 'freshet-image', image: hat, width: 300 %}", undefined, ""),
    of(
      "preconnect",
      "{% render 'freshet-preconnect' %}",
      '<link rel="preconnect" href="https://img.example.com">',
    ),
    of("no preconnect to nobody", "{% render 'freshet-preconnect' %}", "", ""),
  ];
}

/** The blocks of the extension, whose settings come from the app's metafield. */
function blockCases(): readonly Case[] {
  const folder = join(import.meta.dirname, "../../apps/shopify/extensions/freshet-theme/blocks");
  const hat = picture("files/hat.jpg", 1500, 1000, "17", "Hat");
  const settings = {
    shape: "75",
    crop: "top",
    sizes: "50vw",
    loading: "lazy",
    caption: "A <b>hat</b>",
    link: "/hat",
  };
  const appOf = (enabled: boolean) => ({
    app: {
      metafields: { freshet: { storefront: { value: { enabled, endpoint: "https://img.example.com/" } } } },
    },
    shop: { domain: "shop.example", permanent_domain: "shop.myshopify.com" },
    request: { host: "www.shop.example" },
    product: { images: [hat, picture("files/two.png", 300, 400, "18")] },
  });
  return ["lazy-images", "picture", "gallery"].flatMap((name) =>
    [true, false].flatMap((enabled) =>
      [
        { image: hat, columns: 3, limit: 2 },
        { columns: 4, limit: 1, shape: "own" },
      ].map((more, at) => ({
        name: `block ${name}, ${enabled ? "on" : "off"}, ${at + 1}`,
        endpoint: "",
        template: readFileSync(join(folder, `${name}.liquid`), "utf8").replace(/\{% schema %\}[\s\S]*/, ""),
        data: {
          ...appOf(enabled),
          block: { settings: { ...settings, ...more }, shopify_attributes: "data-x" },
        },
        ...(name === "lazy-images" && !enabled && { text: "" }),
      })),
    ),
  );
}

/** Files of a theme after the codemod. */
function themeCases(): readonly Case[] {
  const root = mkdtempSync(join(tmpdir(), "freshet-theme-"));
  try {
    writeTheme(root);
    const program = join(import.meta.dirname, "../../apps/shopify/bin/freshet-theme.mjs");
    const endpoint = "https://img.example.com";
    const { status, stderr } = spawnSync(process.execPath, [
      program,
      "rewrite",
      root,
      "--endpoint",
      endpoint,
      "--write",
    ]);
    if (status !== 0) throw new Error(stderr.toString());
    return ["snippets/card", "sections/main", "templates/page", "layout/theme"].map((name) => ({
      name: `rewritten ${name}`,
      endpoint,
      template: readFileSync(join(root, `${name}.liquid`), "utf8")
        .replace(/\{% schema %\}[\s\S]*/, "")
        .replace(/\{%-? (?:end)?style -?%\}/g, "")
        .replace("{% render 'card', card: product %}", ""),
      data: { ...DATA, card: DATA.product },
    }));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Rendered by liquidjs, cases of one endpoint with one engine. */
async function inJavaScript(): Promise<readonly string[]> {
  const engines = new Map<string, ReturnType<typeof shopLiquid>>();
  const texts: string[] = [];
  for (const { endpoint, template, data } of CASES) {
    const engine = engines.get(endpoint) ?? shopLiquid({ templates: snippetsFor(endpoint) });
    engines.set(endpoint, engine);
    texts.push(await engine.parseAndRender(template, data));
  }
  return texts;
}

function inRuby(): readonly string[] {
  const texts = new Map<Case, string>();
  for (const [endpoint, cases] of Map.groupBy(CASES, (each) => each.endpoint)) {
    const input = JSON.stringify({ snippets: snippetsFor(endpoint), cases });
    const { stdout, stderr, status } = spawnSync("ruby", [join(import.meta.dirname, "render.rb")], { input });
    if (status !== 0) throw new Error(stderr.toString());
    const made: readonly string[] = JSON.parse(stdout.toString());
    for (const [at, each] of cases.entries()) texts.set(each, made[at] ?? "");
  }
  return CASES.map((each) => texts.get(each) ?? "");
}

describe("the snippets in liquidjs", async () => {
  const texts = await inJavaScript();
  it.each(
    CASES.map(({ name, text }, at) => ({ name, text, made: texts[at] })).filter(
      ({ text }) => text !== undefined,
    ),
  )("$name", ({ text, made }) => {
    expect(made).toBe(text);
  });
});

describe.skipIf(missing)(
  `the snippets in Ruby's Liquid, strict${missing ? `: ${missing}` : ""}`,
  async () => {
    const [texts, wanted] = missing ? [[], []] : [inRuby(), await inJavaScript()];
    it.each(CASES.map(({ name }, at) => ({ name, made: texts[at], wanted: wanted[at] })))(
      "$name",
      ({ made, wanted }) => {
        expect(made).toBe(wanted);
      },
    );
  },
);
