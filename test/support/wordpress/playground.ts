import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { installPart } from "../part.ts";
import { writeConfig } from "./config.ts";
import { cloneTree, fetchWordPress } from "./tree.ts";

const run = promisify(execFile);

/** Debian's PHPUnit, which runs wherever its classes are. */
const PHPUNIT = "/usr/share/php";

/** Installs the plugin in the WordPress around it, then runs PHPUnit with the arguments it was given. */
const RUNNER = `<?php
set_include_path( '${PHPUNIT}' );
putenv( 'WP_SITE=/wordpress' );
putenv( 'FRESHET_VECTORS=/vectors' );
define( 'FRESHET_TEST_IN_WASM', true );
$_SERVER += [ 'HTTP_HOST' => '127.0.0.1', 'SERVER_NAME' => '127.0.0.1', 'REMOTE_ADDR' => '127.0.0.1', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/' ];
require '/wordpress/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
$fault = activate_plugin( 'freshet/freshet.php' );
if ( is_wp_error( $fault ) ) {
	echo $fault->get_error_message();
	exit( 1 );
}
require 'PHPUnit/Autoload.php';
exit( ( new PHPUnit\\TextUI\\Command() )->run( array_merge( [ 'phpunit' ], array_slice( $argv, 1 ) ), false ) );
`;

/** Runs the plugin's tests on a version of PHP that this machine does not have, as WebAssembly; what PHPUnit printed. */
export async function phpunitInWasm(options: {
  readonly php: string;
  readonly plugin: string;
  readonly vectors: string;
}): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), "freshet-wasm-"));
  try {
    const site = join(work, "site");
    await cloneTree(await fetchWordPress(), site);
    await writeConfig(site, "http://127.0.0.1", {});
    await writeFile(join(work, "run.php"), RUNNER);
    const part = await installPart(join(import.meta.dirname, "../../parts/playground"));
    const cli = join(part.folder, "node_modules/@wp-playground/cli/wp-playground.js");
    const mounts = {
      [options.plugin]: "/wordpress/wp-content/plugins/freshet",
      [options.vectors]: "/vectors",
      [PHPUNIT]: PHPUNIT,
      [work]: "/work",
    };
    const command = [
      cli,
      "php",
      `--php=${options.php}`,
      "--verbosity=quiet",
      `--mount-before-install=${site}:/wordpress`,
      "--wordpress-install-mode=install-from-existing-files-if-needed",
      ...Object.entries(mounts).map(([from, to]) => `--mount=${from}:${to}`),
      "--",
      "/work/run.php",
      "-c",
      "/wordpress/wp-content/plugins/freshet/phpunit.xml",
    ];
    return await run(process.execPath, command, { maxBuffer: 1 << 26 }).then(
      ({ stdout }) => stdout,
      (error: { stdout: string; stderr: string }) => `${error.stdout}\n${error.stderr}`,
    );
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 5 });
  }
}
