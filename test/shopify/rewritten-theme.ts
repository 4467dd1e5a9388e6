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

/** A theme after `freshet-theme rewrite`, and the app's own extension beside it, as Shopify would render them. */
export interface RewrittenTheme {
  in(shop: LocalShop, data: Readonly<Record<string, unknown>>): ThemeInShop;
  close(): void;
}
export interface ThemeInShop {
  /** Renders a file of the theme, "sections/product", with more data than all files have. */
  file(name: string, more?: object): Promise<string>;
  /** Renders Liquid that no command has seen. */
  text(liquid: string): Promise<string>;
  /** Renders a block of the extension; nothing where the shop has the app no more. */
  block(name: string, settings: object): Promise<string>;
}

/** Rewrites files of a theme by the command that merchants run; throws what it says when it fails. */
export function rewriteFiles(files: Readonly<Record<string, string>>, endpoint: string): RewrittenTheme {
  const root = mkdtempSync(join(tmpdir(), "freshet-theme-"));
  writeTheme(root, files);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, "rewrite", root, "--endpoint", endpoint, "--write", "--json"],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  const { left } = JSON.parse(stdout) as { readonly left: readonly unknown[] };
  if (left.length > 0) throw new Error(`The command left ${JSON.stringify(left)}.`);
  return {
    in(shop, given) {
      const { host, protocol } = new URL(shop.url);
      const place = { host, scheme: protocol === "http:" ? protocol : "" };
      const data = {
        shop: { name: shop.domain, domain: host, permanent_domain: shop.domain },
        request: { host },
        ...given,
      };
      const theme = shopLiquid({ snippets: [join(root, "snippets")], ...place });
      const app = shopLiquid({ snippets: [join(EXTENSION, "snippets")], ...place });
      return {
        file: (name, more = {}) =>
          theme.parseAndRender(readFileSync(join(root, `${name}.liquid`), "utf8"), { ...data, ...more }),
        text: (liquid) => theme.parseAndRender(liquid, data),
        async block(name, settings) {
          // An app that was removed has taken its blocks along, and its settings.
          const published = shop.isInstalled ? shop.metafields.get("freshet.storefront") : undefined;
          if (published === undefined) return "";
          return await app.parseAndRender(blockText(name), {
            ...data,
            app: { metafields: { freshet: { storefront: { value: JSON.parse(published) } } } },
            block: { settings, shopify_attributes: "" },
          });
        },
      };
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What a block prints; its schema is Shopify's to read. */
const blockText = (name: string) =>
  readFileSync(join(EXTENSION, `blocks/${name}.liquid`), "utf8").replace(/\{% schema %\}[\s\S]*/, "");

/** A file as Liquid holds it. */
export const shown = ({ path, width, height, version, alt }: LocalFile): ShopPicture =>
  picture(path, width, height, String(version), alt);
