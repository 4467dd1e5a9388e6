import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a test may define in wp-config.php. */
export type Constants = Readonly<Record<string, string | number | boolean>>;

const KEYS = ["AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE"];

/** Writes wp-config.php: nothing leaves the machine, schedules run only when a test asks, errors go to debug.log. */
export async function writeConfig(site: string, url: string, constants: Constants): Promise<void> {
  const all: Constants = {
    DB_NAME: "wordpress",
    DB_USER: "",
    DB_PASSWORD: "",
    DB_HOST: "",
    DB_CHARSET: "utf8mb4",
    DB_COLLATE: "",
    ...Object.fromEntries(
      KEYS.flatMap((key) =>
        [`${key}_KEY`, `${key}_SALT`].map((name) => [name, randomBytes(32).toString("hex")]),
      ),
    ),
    WP_HOME: url,
    WP_SITEURL: url,
    WP_ENVIRONMENT_TYPE: "local", // Application passwords over plain HTTP.
    WP_DEBUG: true,
    WP_DEBUG_LOG: true,
    WP_DEBUG_DISPLAY: false,
    DISABLE_WP_CRON: true,
    AUTOMATIC_UPDATER_DISABLED: true,
    WP_HTTP_BLOCK_EXTERNAL: true,
    WP_ACCESSIBLE_HOSTS: "127.0.0.1,localhost",
    ...constants,
  };
  const lines = Object.entries(all).map(([name, value]) => `define( ${php(name)}, ${php(value)} );`);
  await writeFile(
    join(site, "wp-config.php"),
    `<?php\n${lines.join("\n")}\n$table_prefix = 'wp_';\ndefined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );\nrequire_once ABSPATH . 'wp-settings.php';\n`,
  );
}

function php(value: string | number | boolean): string {
  return typeof value === "string" ? `'${value.replace(/[\\']/g, "\\$&")}'` : String(value);
}
