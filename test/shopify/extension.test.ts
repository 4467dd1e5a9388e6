import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openShopifyCli, type ShopifyCli } from "./shopify-cli.ts";

const EXTENSION = join(import.meta.dirname, "../../apps/shopify/extensions/freshet-theme");
const CONFIG = `client_id = "0123456789abcdef0123456789abcdef"
name = "Freshet"
application_url = "https://freshet.example"
embedded = true

[access_scopes]
scopes = "read_products,read_files"

[auth]
redirect_urls = [ "https://freshet.example/auth" ]

[webhooks]
api_version = "2026-10"
`;

// Shopify's command takes seconds to start, and many of them on a busy machine.
describe("the theme app extension, as Shopify's own command judges it", { timeout: 300_000 }, () => {
  let cli: ShopifyCli;
  let app: string;
  let extension: string;

  beforeAll(async () => {
    cli = await openShopifyCli();
    app = mkdtempSync(join(tmpdir(), "freshet-app-"));
    extension = join(app, "extensions/freshet-theme");
    cpSync(EXTENSION, extension, { recursive: true });
    writeFileSync(join(app, "shopify.app.toml"), CONFIG);
    writeFileSync(join(app, "package.json"), `{ "name": "freshet-app", "private": true }`);
  }, 180_000);
  afterAll(() => {
    cli?.close();
    rmSync(app, { recursive: true, force: true });
  });

  const check = () =>
    cli.run(
      "theme",
      "check",
      "--path",
      extension,
      "-C",
      "theme-check:theme-app-extension",
      "--fail-level",
      "error",
    );

  it("has no offence, and would be told of one", () => {
    const { status, output } = check();
    expect([status, output]).toEqual([0, expect.stringContaining("no offenses found")]);
    const block = join(extension, "blocks/gallery.liquid");
    const text = readFileSync(block, "utf8");
    try {
      writeFileSync(block, text.replace(/\{% schema %\}[\s\S]*/, "{{ x | no_such_filter }}"));
      expect(check().status).not.toBe(0);
    } finally {
      writeFileSync(block, text);
    }
  });

  it("builds, without an account and offline", () => {
    const { status, output } = cli.run("app", "build", "--path", app, "--client-id", "any");
    expect([status, output]).toEqual([0, expect.stringContaining("built!")]);
  });
});
