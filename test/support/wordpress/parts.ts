import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findProgram, missingPart } from "../find.ts";
import { wordpressTree } from "./tree.ts";

const EXTENSIONS = {
  pdo_sqlite: "php-sqlite3",
  gd: "php-gd",
  curl: "php-curl",
  mbstring: "php-mbstring",
  dom: "php-xml",
};

/** What this machine lacks to run a WordPress, as names of Debian packages; empty when all is there. */
function missingParts(): string[] {
  const missing: string[] = [];
  const php = spawnSync("php", ["-m"], { encoding: "utf8" });
  if (php.status !== 0) missing.push("php-cli");
  const present = new Set((php.stdout ?? "").toLowerCase().split("\n"));
  for (const [extension, parcel] of Object.entries(EXTENSIONS))
    if (!present.has(extension)) missing.push(parcel);
  if (!findProgram("unzip")) missing.push("unzip");
  // Only until WordPress itself is in the cache.
  if (!existsSync(wordpressTree())) {
    if (!findProgram("apt-get")) missing.push("apt");
    if (!findProgram("dpkg-deb")) missing.push("dpkg");
  }
  return missing;
}

/** Why a suite that needs a WordPress, and perhaps more programs, does not run; undefined if it may. */
export function wordpressIsMissing(...programs: readonly string[]): string | undefined {
  const missing = [...missingParts(), ...programs.filter((program) => !findProgram(program))];
  return missingPart("what WordPress needs", missing.length === 0, `apt-get install ${missing.join(" ")}`);
}
