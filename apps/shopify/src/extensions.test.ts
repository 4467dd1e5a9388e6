import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../extensions/freshet-theme");
const SNIPPETS = join(import.meta.dirname, "../snippets");
const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const bytesOf = (paths: readonly string[]) =>
  paths.reduce((sum, path) => sum + statSync(join(ROOT, path)).size, 0);
const inFolder = (folder: string) => files.filter((path) => path.startsWith(`${folder}/`));
const blocks = inFolder("blocks").map((path) => ({ path, schema: schemaOf(path) }));

interface Schema {
  readonly name: string;
  readonly target: string;
  readonly stylesheet?: string;
  readonly javascript?: string;
  readonly settings: readonly { readonly id?: string; readonly options?: readonly unknown[] }[];
}

function schemaOf(path: string): Schema {
  const text = /\{% schema %\}([\s\S]*)\{% endschema %\}/.exec(read(path))?.[1];
  return JSON.parse(text ?? "null");
}

/** Keys of translations, such as "blocks.picture.name". */
function keysIn(value: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof value !== "object" || value === null) return [path.join(".")];
  return Object.entries(value).flatMap(([key, inner]) => keysIn(inner, [...path, key]));
}

// Shopify's limits: those that its command checks before a deploy, and those of theme check.
describe("the theme app extension", () => {
  test("has only folders and kinds of files that Shopify takes, and no larger ones", () => {
    const strays = files.filter((path) => !/^(?:assets|blocks|locales|snippets)\/[^/]+$/.test(path));
    expect(strays).toEqual(["shopify.extension.toml"]);
    expect(bytesOf(files)).toBeLessThan(10_000_000);
    expect(bytesOf([...inFolder("blocks"), ...inFolder("snippets")])).toBeLessThan(500_000);
    const allowed = [".jpg", ".jpeg", ".json", ".js", ".css", ".png", ".svg", ".wasm"];
    for (const path of inFolder("assets")) expect(allowed, path).toContain(extname(path));
    expect(blocks.length).toBeGreaterThan(0);
    expect(blocks.length).toBeLessThanOrEqual(30);
  });

  test("names styles and scripts that are there and are small enough", () => {
    for (const { path, schema } of blocks) {
      for (const [asset, limit] of [
        [schema.stylesheet, 100_000],
        [schema.javascript, 10_000],
      ] as const) {
        if (asset === undefined) continue;
        expect(files, path).toContain(`assets/${asset}`);
        expect(bytesOf([`assets/${asset}`])).toBeLessThanOrEqual(limit);
      }
    }
  });

  test("keeps the script of the page below 10 kB and free of what a content policy forbids", () => {
    const script = /<script>([\s\S]*)<\/script>/.exec(read("blocks/lazy-images.liquid"))?.[1] ?? "";
    expect(script.length).toBeGreaterThan(1_000);
    expect(Buffer.byteLength(script)).toBeLessThan(10_000);
    expect(script).not.toMatch(
      /\beval\b|new Function|innerHTML|document\.write|setTimeout\(["']|\bfetch\b|XMLHttpRequest|\{\{|\{%/,
    );
  });

  test("takes its settings from the app's own metafield alone", () => {
    for (const { path } of blocks) {
      expect(read(path)).toContain("app.metafields.freshet.storefront.value");
      expect(read(path)).not.toMatch(/\b(?:shop|product|customer)\.metafields\b/);
    }
  });

  test("says the same in every language, and says everything that blocks name", () => {
    const said = keysIn(JSON.parse(read("locales/en.default.schema.json"))).toSorted();
    const named = blocks.flatMap(({ schema }) =>
      [...JSON.stringify(schema).matchAll(/"t:([\w.]+)"/g)].map(([, key]) => key),
    );
    expect(said).toEqual([...new Set(named)].toSorted());
    for (const path of inFolder("locales").filter((each) => each.endsWith(".schema.json")))
      expect(keysIn(JSON.parse(read(path))).toSorted(), path).toEqual(said);
    // At most 25 characters of a block's name are shown.
    for (const path of inFolder("locales").filter((each) => each.endsWith(".schema.json")))
      for (const block of ["lazy_images", "picture", "gallery"])
        expect(JSON.parse(read(path)).blocks[block].name.length, path).toBeLessThanOrEqual(25);
  });

  test("has the snippets that themes get", () => {
    for (const path of inFolder("snippets"))
      expect(read(path), path).toBe(readFileSync(join(SNIPPETS, path.slice("snippets/".length)), "utf8"));
  });
});
