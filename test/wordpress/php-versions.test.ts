import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installPart, type Part } from "../support/part.ts";
import { full } from "../support/size.ts";
import { cloneTree, fetchWordPress } from "../support/wordpress/tree.ts";
import { wordpressIsMissing } from "../support/wordpress.ts";

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, "../..");
const PLUGIN = join(ROOT, "apps/wordpress/plugin");
const PART = join(ROOT, "test/parts/playground");

/** The oldest and the newest PHP that the plugin takes. */
const VERSIONS = ["7.4", "8.5"];

/** Debian's PHPUnit is a folder of classes, which any PHP can load. */
const CLASSES = "/usr/share/php";

/** Pictures are slow to make without a machine's own instructions: the tests that make few of them, unless all are asked for. */
const FILTER = full
  ? "."
  : "/^(?:Connection|Corpus|Cuts|DeliveryUrl|HostileNames|Markup|Outlets|Rest|Settings|Signature|Uploads|Vectors|Words)Test/";

/** Runs inside: reads every file of the plugin as this PHP would, then its tests. */
const SCRIPT = `<?php
error_reporting( E_ALL & ~E_DEPRECATED );
foreach ( new RecursiveIteratorIterator( new RecursiveDirectoryIterator( '/wordpress/wp-content/plugins/freshet', FilesystemIterator::SKIP_DOTS ) ) as $file ) {
	if ( 'php' === $file->getExtension() ) {
		token_get_all( file_get_contents( $file->getPathname() ), TOKEN_PARSE );
	}
}
echo 'PHP ', PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION, " reads every file\\n";
putenv( 'WP_SITE=/wordpress' );
putenv( 'FRESHET_VECTORS=/vectors' );
set_include_path( '${CLASSES}' );
require 'PHPUnit/Autoload.php';
chdir( '/wordpress/wp-content/plugins/freshet' );
exit( ( new PHPUnit\\TextUI\\Command() )->run( [ 'phpunit', '-c', 'phpunit.xml', '--exclude-group', 'native', '--filter', '${FILTER}' ], false ) );
`;

/** Nobody activates the plugin there; it makes its tables by itself when it finds none. */
const ACTIVE = "<?php require WP_PLUGIN_DIR . '/freshet/freshet.php';\n";

const missing = wordpressIsMissing("phpunit");

describe.skipIf(missing)(`the plugin's own tests in other versions of PHP ${missing ?? ""}`, () => {
  let part: Part;
  /** The first version installs WordPress in it, the others find it there: every test begins by putting things in order. */
  let work: string;
  beforeAll(async () => {
    part = await installPart(PART);
    work = await mkdtemp(join(tmpdir(), "freshet-php-"));
    const site = join(work, "site");
    await cloneTree(await fetchWordPress(), site);
    await cp(PLUGIN, join(site, "wp-content/plugins/freshet"), { recursive: true });
    await writeFile(join(work, "run.php"), SCRIPT);
    await mkdir(join(site, "wp-content/mu-plugins"), { recursive: true });
    await writeFile(join(site, "wp-content/mu-plugins/active.php"), ACTIVE);
  }, 300_000);
  afterAll(() => rm(work, { recursive: true, force: true, maxRetries: 5 }));

  test.each(VERSIONS)(
    "pass on PHP %s",
    async (version) => {
      const mounts = [
        `${join(ROOT, "packages/conformance/vectors")}:/vectors`,
        `${work}:/run`,
        `${CLASSES}:${CLASSES}`,
      ];
      const { output, code } = await run(
        process.execPath,
        [
          join(part.folder, "node_modules/@wp-playground/cli/wp-playground.js"),
          "php",
          `--php=${version}`,
          "--verbosity=quiet",
          `--mount-before-install=${join(work, "site")}:/wordpress`,
          "--wordpress-install-mode=install-from-existing-files-if-needed",
          ...mounts.map((mount) => `--mount=${mount}`),
          "--",
          "/run/run.php",
        ],
        { cwd: work, maxBuffer: 64 * 1024 * 1024 },
      ).then(
        ({ stdout, stderr }) => ({ output: stdout + stderr, code: 0 }),
        (error: { stdout: string; stderr: string; code: number }) => ({
          output: error.stdout + error.stderr,
          code: error.code,
        }),
      );
      expect(output).toContain(`PHP ${version} reads every file`);
      expect(output).toMatch(/^OK(?:, but incomplete, skipped, or risky tests!)? ?\(?/m);
      expect(code, output).toBe(0);
    },
    600_000,
  );
});
