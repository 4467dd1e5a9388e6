import type { Kysely } from "@freshet/store";
import { ServerError } from "../errors.ts";
import type { ProjectTables, VersionRow } from "./migrations.ts";

/** Versions of a project's settings, newest first, below `before`. */
export async function listVersions(
  db: Kysely<ProjectTables>,
  project: string,
  limit: number,
  before: number | undefined,
): Promise<readonly VersionRow[]> {
  const query = db
    .selectFrom("project_version")
    .selectAll()
    .where("project", "=", project)
    .orderBy("version", "desc")
    .limit(limit);
  return (before === undefined ? query : query.where("version", "<", before)).execute();
}

/** @throws ServerError VERSION_UNKNOWN. */
export async function readVersion(
  db: Kysely<ProjectTables>,
  project: string,
  version: number,
): Promise<VersionRow> {
  const row = await db
    .selectFrom("project_version")
    .selectAll()
    .where("project", "=", project)
    .where("version", "=", version)
    .executeTakeFirst();
  if (!row) throw new ServerError("VERSION_UNKNOWN");
  return row;
}

export const writeEtag = (version: number) => `"${version}"`;

/**
 * The version that `If-Match` names.
 * @throws ServerError VERSION_MISSING without one, VERSION_OUTDATED for what is no ETag of a version.
 */
export function readIfMatch(header: string | undefined): number {
  if (header === undefined || header === "") throw new ServerError("VERSION_MISSING");
  const version = readNumber(/^"(\d{1,15})"$/.exec(header.trim())?.[1] ?? "");
  if (version === undefined) throw new ServerError("VERSION_OUTDATED");
  return version;
}

/** A whole number as addresses and cursors carry it. */
export function readNumber(text: string): number | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}
