import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { full } from "../support/size.ts";
import { mariadbIsMissing } from "../support/wordpress/mariadb.ts";
import { installSite, type SiteOptions } from "../support/wordpress/site.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, "../..");
const PLUGIN = join(ROOT, "apps/wordpress/plugin");
const VECTORS = join(ROOT, "packages/conformance/vectors");
const ALL_WELL = /^OK \(\d+ tests, \d+ assertions\)$/m;

const missing = wordpressIsMissing("phpunit");

/** Runs the plugin's tests inside a WordPress of their own; what PHPUnit printed. */
async function phpunit(options: SiteOptions, suite = "freshet"): Promise<string> {
  const site = await installSite({ plugins: [PLUGIN], ...options });
  try {
    const env = { ...process.env, WP_SITE: site.folder, FRESHET_VECTORS: VECTORS };
    const command = ["-c", join(PLUGIN, "phpunit.xml"), "--testsuite", suite];
    return await run("phpunit", command, { env, maxBuffer: 1 << 26 }).then(
      ({ stdout }) => stdout,
      (error: { stdout: string; stderr: string }) => `${error.stdout}\n${error.stderr}`,
    );
  } finally {
    await site.remove();
  }
}

describe.skipIf(missing)(`the plugin's own tests ${missing ?? ""}`, () => {
  test("pass inside a real WordPress", async () => {
    expect(await phpunit({})).toMatch(ALL_WELL);
  }, 300_000);

  test("pass on a network of blogs", async () => {
    expect(await phpunit({ isNetwork: true }, "network")).toMatch(ALL_WELL);
  }, 300_000);
});

const noMatrix = missing ?? mariadbIsMissing();

describe.skipIf(noMatrix || !full)(`the plugin's own tests, elsewhere ${noMatrix ?? ""}`, () => {
  test.each<[string, SiteOptions, string]>([
    ["on MariaDB", { database: "mariadb" }, "freshet"],
    ["on a network over MariaDB", { database: "mariadb", isNetwork: true }, "network"],
    ["on WordPress 6.2", { release: "6.2" }, "freshet"],
    ["on the newest WordPress", { release: "newest" }, "freshet"],
  ])(
    "pass %s",
    async (_where, options, suite) => {
      expect(await phpunit(options, suite)).toMatch(ALL_WELL);
    },
    600_000,
  );
});
