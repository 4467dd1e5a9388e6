import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openShopifyCli, type ShopifyCli } from "./shopify-cli.ts";

const APP = join(import.meta.dirname, "../../apps/shopify");

// Shopify's command takes seconds to start, and many of them on a busy machine.
describe("the app and its theme extension, as Shopify's own command judges it", { timeout: 300_000 }, () => {
  let cli: ShopifyCli;
  let app: string;
  let extension: string;

  beforeAll(async () => {
    cli = await openShopifyCli();
    app = mkdtempSync(join(tmpdir(), "freshet-app-"));
    extension = join(app, "extensions/freshet-theme");
    cpSync(join(APP, "extensions"), join(app, "extensions"), { recursive: true });
    cpSync(join(APP, "shopify.app.toml"), join(app, "shopify.app.toml"));
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

  it("builds with the declaration that is deployed, without an account and offline, and would not with a wrong one", () => {
    const build = () => cli.run("app", "build", "--path", app, "--client-id", "any");
    const { status, output } = build();
    expect([status, output]).toEqual([0, expect.stringContaining("built!")]);
    const file = join(app, "shopify.app.toml");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"shop/redact"]', '"shop/forget"]'));
    const wrong = build();
    expect([wrong.status, wrong.output]).toEqual([1, expect.stringContaining("compliance_topics")]);
  });
});
