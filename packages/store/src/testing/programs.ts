import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian and PostgreSQL's own build put their programs, beside the search path. */
const DEBIAN = "/usr/lib/postgresql";
const OWN_BUILD = "/usr/local/pgsql/bin";
/** PostgreSQL refuses to run as root; this is whom its packages make for it. */
const SYSTEM_USER = "postgres";

/** Why no server can be started here, or undefined if one can. */
export function postgresIsMissing(): string | undefined {
  if (programs() === undefined) return "PostgreSQL is not installed (apt-get install postgresql)";
  if (isRoot() && ownerOfData() === undefined) return `there is no user ${SYSTEM_USER} to run PostgreSQL as`;
  return undefined;
}

/** The folder with initdb and postgres: the newest of Debian's, else one on the search path. */
export function programs(): string | undefined {
  const versions = list(DEBIAN).toSorted((a, b) => Number(b) - Number(a));
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
    OWN_BUILD,
  ];
  return folders.find((folder) => ["initdb", "postgres"].every((name) => isExecutable(join(folder, name))));
}

/** Whom data and server belong to: root's are another user's, everybody else's their own. */
export function ownerOfData(): { readonly uid: number; readonly gid: number } | undefined {
  if (!isRoot()) return undefined;
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${SYSTEM_USER}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
