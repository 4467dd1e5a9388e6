import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { normalizePath } from "@freshet/core";
import { toLiquidHtmlAST } from "@shopify/liquid-html-parser";
import fc from "fast-check";
import { Liquid } from "liquidjs";
import { type ComponentType, createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { transformWithOxc } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boxOf, candidatesOf, usualSizes, widthsFor } from "../candidates.ts";
import { type Look, readLook, type Spelling, USUAL, writeLook } from "../look.ts";
import { lookOf, looks } from "../looks.test.support.ts";
import { htmlSnippets } from "./html.ts";
import { liquidSnippets } from "./liquid.ts";
import { phpSnippets } from "./php.ts";
import type { Picture } from "./picture.ts";
import { reactSnippets } from "./react.ts";

const REPO = join(import.meta.dirname, "../../../../../..");
const ENDPOINT = "https://img.example";

function pictureOf(look: Look, spelling: Spelling = USUAL, alt = `A "hat" & it's <b>{{ 7 }} %} ?>`): Picture {
  return {
    ...{ endpoint: ENDPOINT, look, spelling, alt },
    target: writeLook(look, spelling),
    candidates: candidatesOf(look, widthsFor(look, { original: 2_400 }), spelling),
    sizes: usualSizes(look),
    shown: { width: 400, height: 300 },
  };
}

/** What a page asks for: each address with its descriptor, in the one spelling of its target. */
interface Asked {
  readonly src: string;
  readonly srcset: readonly string[];
}

const attribute = (html: string, name: string) => {
  const text = new RegExp(`\\s${name}="([^"]*)"`).exec(html)?.[1];
  return text
    ?.replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#039;", "'")
    .replaceAll("&#x27;", "'")
    .replaceAll("&#39;", "'")
    .replaceAll("&#038;", "&")
    .replaceAll("&amp;", "&");
};

function askedBy(html: string): Asked {
  const spelled = (url: string) => {
    expect(url.startsWith(`${ENDPOINT}/`), url).toBe(true);
    const found = readLook(url.slice(ENDPOINT.length));
    if (!found) throw new Error(`${url} names no original.`);
    expect(found.notes).toEqual([]);
    // The same request: a wish that the snippet writes against its own, a density that is multiplied into the box, an escape more or less.
    const { org_if_sml, dpr, w, h, ...others } = found.look.values;
    const box = boxOf(found.look);
    const values = {
      ...others,
      ...(org_if_sml === "1" && { org_if_sml }),
      ...(box.w !== undefined && { w: String(box.w) }),
      ...(box.h !== undefined && { h: String(box.h) }),
      ...(dpr !== undefined && box.w === undefined && box.h === undefined && { dpr }),
    };
    return writeLook({ ...found.look, values, original: normalizePath(found.look.original) });
  };
  const set = attribute(html, "srcset") ?? attribute(html, "srcSet");
  return {
    src: spelled(attribute(html, "src") ?? ""),
    srcset: (set?.split(/,\s+/) ?? []).map((candidate) => {
      const [url = "", descriptor = ""] = candidate.trim().split(/\s+/);
      return `${spelled(url)} ${descriptor}`;
    }),
  };
}

const wanted = (picture: Picture): Asked => {
  const set = picture.candidates.map((each) => `${ENDPOINT}${each.target} ${each.descriptor}`).join(", ");
  return askedBy(`<img src="${ENDPOINT}${picture.target}"${set === "" ? "" : ` srcset="${set}"`}>`);
};

/** Each of them in one run of the property; programs are started for some looks alone. */
const SOME: readonly Look[] = [
  lookOf("https://shop.example/media/hat.jpg", { dpr: "2" }),
  lookOf("https://shop.example/media/hat.jpg", { w: "300", dpr: "2" }),
  lookOf("https://shop.example/media/hat.jpg", { w: "300", h: "200", dpr: "2" }),
  lookOf("https://shop.example/media/hat.jpg", { h: "300", dpr: "2" }),
  lookOf("https://shop.example/media/hat.jpg"),
  lookOf("https://shop.example/media/hat.jpg", { w: "400", h: "300", gravity: "north", blur: "4" }),
  lookOf("https://shop.example/hat.jpg?v=2", { w: "400", h: "300", func: "fit", bg_color: "ff8800" }),
  lookOf('https://shop.example/it\'s "x" {{ y }} %7D.jpg', {
    w: "300",
    gravity: "50p,20p",
    aspect_ratio: "1.7778",
  }),
  lookOf("_media_/hat.jpg", {
    h: "300",
    wat: "1",
    wat_text: `O'Reilly "$x" {{ 1 }} ?> \\`,
    "wat_text[2]": "b",
  }),
  lookOf("_media_/hat.jpg", { w: "400", h: "300", func: "bound", org_if_sml: "1", duotone: "1d2b53,ffd9a0" }),
  { ...lookOf("https://shop.example/$(id)`id`\\.jpg", { w: "400", radius: "24" }), version: "a b&c" },
  lookOf("https://shop.example/media/hat.jpg", { dpr: "2" }),
  { ...lookOf("_media_/hat.jpg", { gray: "1" }), preset: "teaser", cacheSeconds: "60" },
];

describe("HTML", () => {
  it("asks for the same pictures, and cannot be broken out of", () => {
    fc.assert(
      fc.property(looks, fc.string(), (look, alt) => {
        const picture = pictureOf(look, USUAL, alt);
        const [img, several] = htmlSnippets(picture);
        expect(askedBy(img?.code ?? "")).toEqual(wanted(picture));
        expect(attribute(img?.code ?? "", "alt")).toBe(alt);
        for (const code of [img?.code, several?.code])
          expect(
            (code ?? "")
              .replace(/"[^"]*"/g, "")
              .match(/<\/?[a-z]+/g)
              ?.every((tag) => /^<\/?(img|picture|source)$/.test(tag)),
          ).toBe(true);
        expect(several?.code.match(/<source/g)).toHaveLength(2);
        expect(several?.code).toContain("force_format=_webp");
      }),
    );
  });
});

describe("Liquid", () => {
  const liquid = new Liquid({
    root: [join(REPO, "apps/shopify/snippets")],
    partials: [join(REPO, "apps/shopify/snippets")],
    extname: ".liquid",
    strictFilters: true,
  });
  liquid.registerFilter("image_url", () => "//shop.example/cdn/shop/files/hat.jpg?v=17&width=5760");

  it("is read by Shopify's own parser, and asks for the same pictures by the snippets of themes", () => {
    fc.assert(
      fc.property(looks, (look) => {
        const picture = pictureOf(look);
        const [own, ofShop] = liquidSnippets(picture);
        for (const code of [own?.code, ofShop?.code]) if (code) toLiquidHtmlAST(code);
        const html = liquid.parseAndRenderSync(own?.code ?? "");
        const asked = askedBy(html);
        // Of an address alone the snippet knows no shape: it has a srcset where the box says it, whose largest is the src.
        if (asked.srcset.length > 0) expect(asked.srcset).toEqual(wanted(picture).srcset);
        const largest = asked.srcset.at(-1)?.split(" ")[0];
        expect(asked.src).toBe(largest ?? wanted(picture).src);
      }),
      { numRuns: 100, examples: SOME.map((look): [Look] => [look]) },
    );
  });

  it("of the shop's own pictures has a srcset", () => {
    const picture = pictureOf(lookOf("https://shop.example/cdn/shop/files/hat.jpg", { w: "400", blur: "4" }));
    const [, ofShop] = liquidSnippets(picture);
    const product = { featured_image: { width: 2_400, height: 1_600, aspect_ratio: 1.5, alt: "A hat" } };
    const html = liquid.parseAndRenderSync(ofShop?.code ?? "", { product });
    expect(askedBy(html).srcset).toEqual(
      wanted({ ...picture, look: { ...picture.look, version: "17" } }).srcset.map((each) =>
        each.replace(" ", "&vh=17 "),
      ),
    );
  });
});

const hasPhp = spawnSync("php", ["--version"]).status === 0;
if (!hasPhp && process.env.CI) throw new Error("With CI set the PHP is run, but there is no php.");

describe.skipIf(!hasPhp)("PHP", () => {
  /** As much of WordPress as the code of a theme meets; the builder is the plugin's own. */
  const wordPress = `<?php
define( 'ABSPATH', '/' );
require ${JSON.stringify(join(REPO, "apps/wordpress/plugin/includes/class-freshet-delivery-url.php"))};
function freshet() { return (object) [ 'settings' => new class { function endpoint(): string { return '${ENDPOINT}/'; } } ]; }
function esc_url( $url ) { return str_replace( [ '&', "'" ], [ '&#038;', '&#039;' ], $url ); }
function esc_attr( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
?>`;

  it("runs, and asks for the same pictures", () => {
    for (const look of SOME) {
      const picture = pictureOf(look);
      for (const { title, code } of phpSnippets(picture)) {
        const run = spawnSync("php", ["-d", "error_reporting=-1", "-d", "display_errors=stderr"], {
          input: title === "Plain PHP" ? code : wordPress + code,
          encoding: "utf8",
        });
        expect([title, run.stderr, run.status], code).toEqual([title, "", 0]);
        expect(askedBy(run.stdout), code).toEqual(wanted(picture));
        expect(attribute(run.stdout, "alt")).toBe(picture.alt);
      }
    }
  });
});

describe("React", () => {
  let folder: string;
  beforeAll(() => {
    // Below the package, so that its imports are found.
    folder = mkdtempSync(join(import.meta.dirname, ".react-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is well typed, and shows the same pictures", async () => {
    const codes = SOME.flatMap((look) => {
      const picture = pictureOf(look);
      return reactSnippets(picture).map(({ code }) => ({ picture, code }));
    });
    for (const [at, { code }] of codes.entries()) writeFileSync(join(folder, `picture-${at}.tsx`), code);
    const tsconfig = { extends: "../../../../../tsconfig.json", include: ["*.tsx"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    execFileSync(join(REPO, "node_modules/.bin/tsc"), ["-p", folder], { stdio: "pipe" });
    for (const [at, { picture, code }] of codes.entries()) {
      const { code: script } = await transformWithOxc(code, "picture.tsx", { jsx: { runtime: "automatic" } });
      const file = join(folder, `picture-${at}.mjs`);
      writeFileSync(file, script);
      const { Picture: Shown } = (await import(/* @vite-ignore */ file)) as { Picture: ComponentType };
      const html = renderToStaticMarkup(createElement(Shown));
      expect(askedBy(html), code).toEqual(wanted(picture));
      expect(attribute(html, "alt")).toBe(picture.alt);
    }
  }, 60_000);
});
