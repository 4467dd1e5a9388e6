import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shopLiquid } from "../support/shop-liquid.ts";
import { DATA, writeTheme } from "./every-form.ts";
import { openShopifyCli, type ShopifyCli } from "./shopify-cli.ts";

const PROGRAM = join(import.meta.dirname, "../../apps/shopify/bin/freshet-theme.mjs");
const ENDPOINT = "https://img.example.com";
/** A whole theme to try the command on, such as one that "shopify theme pull" made. */
const given = process.env.FRESHET_THEME;

interface Report {
  readonly files: number;
  readonly handled: readonly { readonly path: string; readonly line: number }[];
  readonly left: readonly { readonly path: string; readonly line: number; readonly code: string }[];
  readonly changes: readonly { readonly path: string }[];
  readonly diff: string;
}

function command(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { status, stdout, stderr };
}
const rewrite = (root: string, endpoint = ENDPOINT): Report => {
  const { status, stdout, stderr } = command("rewrite", root, "--endpoint", endpoint, "--write", "--json");
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
};

/** Every file of a folder with its bytes. */
function bytesIn(root: string): ReadonlyMap<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file.slice(root.length), readFileSync(file).toString("base64")];
    }),
  );
}

const PAGES = ["layout/theme", "sections/main", "sections/old", "templates/page"];

/** A page as Shopify would send it; schemas print nothing. */
async function render(root: string, page: string): Promise<string> {
  const liquid = shopLiquid({ snippets: [join(root, "snippets"), root] });
  const text = readFileSync(join(root, `${page}.liquid`), "utf8")
    .replace(/\{% schema %\}[\s\S]*?\{% endschema %\}/, "")
    .replace(/\{%-? (end)?style -?%\}/g, "");
  return await liquid.parseAndRender(text, DATA);
}

/** Addresses of pictures in a text, in their order. */
const addresses = (html: string) =>
  [...html.matchAll(/(?:https:)?\/\/(?:shop\.example|img\.example\.com)[^\s"')\\,&]*/g)].map(
    ([address]) => address,
  );

describe("freshet-theme on a theme of every form", { timeout: 300_000 }, () => {
  let cli: ShopifyCli;
  let folder: string;
  const fresh = (name: string) => {
    const root = join(folder, name);
    writeTheme(root);
    return root;
  };

  beforeAll(async () => {
    cli = await openShopifyCli();
    folder = mkdtempSync(join(tmpdir(), "freshet-themes-"));
  }, 180_000);
  afterAll(() => {
    cli?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("rewrites every chain but those that it lists, once, and back", () => {
    const root = fresh("whole");
    const before = bytesIn(root);
    const { handled, left, changes } = rewrite(root);
    expect(left.map(({ path, line, code }) => `${path}:${line} ${code}`)).toEqual([
      "sections/old.liquid:1 FILTER_UNKNOWN",
      "sections/old.liquid:6 PICTURE_UNKNOWN",
    ]);
    expect(handled.length).toBe(25);
    expect(changes.map(({ path }) => path)).toContain("snippets/freshet-url.liquid");
    const after = bytesIn(root);
    expect(rewrite(root)).toMatchObject({ handled: [], changes: [], diff: "" });
    expect(bytesIn(root)).toEqual(after);
    expect(command("undo", root).status).toBe(0);
    expect(bytesIn(root)).toEqual(before);
  });

  it("leaves a theme that Shopify's check passes", () => {
    const root = fresh("checked");
    const check = () =>
      cli.run("theme", "check", "--path", root, "-C", "theme-check:recommended", "--fail-level", "error");
    const errorsIn = (output: string) => output.split("\n").filter((line) => line.includes("[error]"));
    const before = check();
    expect(errorsIn(before.output)).toEqual([]);
    rewrite(root);
    const after = check();
    expect([after.status, errorsIn(after.output)]).toEqual([before.status, []]);
  });

  it.each(PAGES)("shows the same pictures in %s: Shopify's without an endpoint", async (page) => {
    const [before, after] = [fresh("before"), fresh("off")];
    rewrite(after);
    const endpoint = join(after, "snippets/freshet-endpoint.liquid");
    rmSync(endpoint);
    cpSync(join(import.meta.dirname, "../../apps/shopify/snippets/freshet-endpoint.liquid"), endpoint);
    const names = (html: string) => [
      ...new Set(addresses(html).map((each) => each.replace(/^https:/, "").replace(/\?.*/, ""))),
    ];
    const [html, wanted] = [await render(after, page), await render(before, page)];
    expect(names(html).toSorted()).toEqual(names(wanted).toSorted());
    const schemes = (text: string) => text.match(/https?:\/\//g)?.length;
    expect(schemes(html)).toBe(schemes(wanted));
  });

  it("prints delivery URLs with the versions of Shopify's, and keeps what stood around them", async () => {
    const root = fresh("on");
    rewrite(root);
    const main = await render(root, "sections/main");
    const at = (path: string) => `${ENDPOINT}/v7/https://shop.example/cdn/shop/${path}`;
    expect(main).toContain(`url(${at("files/hat.jpg?w=1500&h=500&gravity=north&org_if_sml=1&vh=17")})`);
    expect(main).toContain(`"image": "${at("files/hat.jpg?w=500&org_if_sml=1&vh=17")}"`);
    expect(main).toContain(`fetchpriority="high" class="hero"`);
    expect(main).toContain(`sizes="100vw" width="1200" height="800"`);
    expect(main).toContain(`loading="lazy" data-zoom="A &lt;hat&gt;"`);
    expect(main).toContain(`${at("files/hat.jpg?w=165&org_if_sml=1&vh=17")} 165w,`);
    expect(main).toContain(at("t/4/assets/payment.png?vh=9001"));
    expect(main).toContain(at("files/guide.jpg?vh=9002"));
    expect(main).toContain("//shop.example/cdn/shop/t/4/assets/icon.svg?v=9001");
    expect(main).toContain(`data-html="&lt;img src=&quot;${ENDPOINT}`);
    expect(main).toContain(`${at("files/hat.jpg?w=960&h=960&func=bound&org_if_sml=1&vh=17")} 2x`);
    // What stood as text before an address is there once.
    expect(main).toContain(`content="${at("files/hat.jpg?vh=17")}"`);
    const layout = await render(root, "layout/theme");
    expect(layout).toContain(`<head>\n    <link rel="preconnect" href="${ENDPOINT}">`);
    expect(layout).toContain(`<link rel="preconnect" href="https://cdn.shopify.com" crossorigin>`);
    expect(await render(root, "templates/page")).toContain(at("files/hat.jpg?w=700&org_if_sml=1&vh=17"));
  });
});

describe.skipIf(!given)("freshet-theme on the theme of FRESHET_THEME", { timeout: 600_000 }, () => {
  it("parses all of it, handles or lists every chain, passes the check, and restores every byte", async () => {
    const folder = mkdtempSync(join(tmpdir(), "freshet-theme-"));
    const cli = await openShopifyCli();
    try {
      const root = join(folder, "theme");
      cpSync(given ?? "", root, { recursive: true, filter: (source) => !source.includes("/.git/") });
      const before = bytesIn(root);
      const errors = () => {
        const args = [
          "--path",
          root,
          "-C",
          "theme-check:recommended",
          "--fail-level",
          "crash",
          "--output",
          "json",
        ];
        const { output } = cli.run("theme", "check", ...args);
        const files: { path: string; offenses: { check: string; severity: string }[] }[] = JSON.parse(
          output.slice(output.indexOf("[")),
        );
        return files.flatMap(({ path, offenses }) =>
          offenses
            .filter(({ severity }) => severity === "error" || severity === "0")
            .map(({ check }) => `${path} ${check}`),
        );
      };
      const errorsBefore = errors();
      const { files, handled, left } = rewrite(root);
      console.log(
        `${files} files, ${handled.length} chains rewritten, ${left.length} left, ${errorsBefore.length} errors of its own`,
      );
      expect(left.filter(({ code }) => code === "FILE_UNREADABLE")).toEqual([]);
      expect(errors()).toEqual(errorsBefore);
      expect(rewrite(root).changes).toEqual([]);
      expect(command("undo", root).status).toBe(0);
      expect(bytesIn(root)).toEqual(before);
      expect(existsSync(join(root, ".freshet"))).toBe(false);
    } finally {
      cli.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
