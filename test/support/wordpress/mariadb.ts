import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { findProgram, missingPart } from "../find.ts";
import { spawnTied } from "../tied.ts";
import type { Constants } from "./config.ts";

const run = promisify(execFile);

/** A MariaDB of its own that only its socket reaches. */
export interface Mariadb {
  /** How wp-config.php names it. */
  readonly constants: Constants;
  stop(): Promise<void>;
}

/** Why a suite that needs a MariaDB does not run; undefined if it may. */
export function mariadbIsMissing(): string | undefined {
  const found = findProgram("mariadbd") !== undefined && findProgram("mariadb-install-db") !== undefined;
  return missingPart("MariaDB", found, "apt-get install mariadb-server php-mysql");
}

/** Starts one with an empty database for WordPress in a folder that does not exist yet. Nothing is synced to the disk. */
export async function startMariadb(folder: string): Promise<Mariadb> {
  await mkdir(folder);
  const data = join(folder, "data");
  const socket = join(folder, "s");
  const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];
  await run("mariadb-install-db", [
    "--no-defaults",
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
    ...asRoot,
  ]);
  const server = spawnTied(findProgram("mariadbd") ?? "mariadbd", [
    "--no-defaults",
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--pid-file=${join(folder, "pid")}`,
    "--skip-networking",
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=64M",
    ...asRoot,
  ]);
  const make = "CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4";
  for (let attempt = 1; ; attempt++) {
    try {
      await run("mariadb", ["--no-defaults", `--socket=${socket}`, "-uroot", "-e", make]);
      break;
    } catch (error) {
      if (attempt < 200 && server.exitCode() === null) await pause(100);
      else {
        await server.end();
        throw error;
      }
    }
  }
  return { constants: { DB_USER: "root", DB_HOST: `localhost:${socket}` }, stop: server.end };
}
