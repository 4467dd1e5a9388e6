import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs a piece of PHP inside an installed WordPress, as its administrator and outside of any web server; what it printed. */
export async function runPhp(site: string, code: string): Promise<string> {
  const begin = `
    $_SERVER += [ 'HTTP_HOST' => '127.0.0.1', 'SERVER_NAME' => '127.0.0.1', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/' ];
    require ${JSON.stringify(`${site}/wp-load.php`)};
    wp_set_current_user( 1 );`;
  const { stdout } = await run("php", ["-r", `${begin}\n${code}`], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Saves settings of the plugin over the ones it has. */
export async function configure(site: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const json = JSON.stringify(JSON.stringify(settings)).replaceAll("$", "\\$");
  await runPhp(
    site,
    `update_option( 'freshet_settings', json_decode( ${json}, true ) + (array) get_option( 'freshet_settings', [] ) );`,
  );
}
