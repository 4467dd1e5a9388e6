import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { wordpressTree } from "./tree.ts";

const EXTENSIONS = {
  pdo_sqlite: "php-sqlite3",
  gd: "php-gd",
  curl: "php-curl",
  mbstring: "php-mbstring",
  dom: "php-xml",
};

/**
 * What this machine lacks to run a WordPress, as names of Debian packages; empty when all is there. Tests that need it
 * skip with these names, and fail with them where `CI` is set.
 */
export function missingParts(): string[] {
  const missing: string[] = [];
  const php = spawnSync("php", ["-m"], { encoding: "utf8" });
  if (php.status !== 0) missing.push("php-cli");
  const present = new Set((php.stdout ?? "").toLowerCase().split("\n"));
  for (const [extension, parcel] of Object.entries(EXTENSIONS))
    if (!present.has(extension)) missing.push(parcel);
  if (!runs("unzip", "-v")) missing.push("unzip");
  // Only until WordPress itself is in the cache.
  if (!existsSync(wordpressTree())) {
    if (!runs("apt-get", "--version")) missing.push("apt");
    if (!runs("dpkg-deb", "--version")) missing.push("dpkg");
  }
  return missing;
}

function runs(command: string, argument: string): boolean {
  return spawnSync(command, [argument], { stdio: "ignore" }).status === 0;
}
