import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { installSite } from "../support/wordpress/site.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, "../..");
const PLUGIN = join(ROOT, "apps/wordpress/plugin");
const VECTORS = join(ROOT, "packages/conformance/vectors");

const missing = wordpressIsMissing("phpunit");

describe.skipIf(missing)(`the plugin's own tests ${missing ?? ""}`, () => {
  test("pass inside a real WordPress", async () => {
    const site = await installSite({ plugins: [PLUGIN] });
    try {
      const env = { ...process.env, WP_SITE: site.folder, FRESHET_VECTORS: VECTORS };
      const { code, output } = await run("phpunit", ["-c", join(PLUGIN, "phpunit.xml")], { env }).then(
        ({ stdout }) => ({ code: 0, output: stdout }),
        (error: { code: number; stdout: string; stderr: string }) => ({
          code: error.code,
          output: `${error.stdout}\n${error.stderr}`,
        }),
      );
      expect(code, output).toBe(0);
      expect(output).toMatch(/^OK \(\d+ tests, \d+ assertions\)$/m);
    } finally {
      await site.remove();
    }
  }, 120_000);
});
