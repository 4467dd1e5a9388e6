import type { Kysely } from "@freshet/store";
import type { FileRow, ProjectTables } from "./migrations.ts";

/** The uploaded files as this instance knows them: which there are, and the digest of each. Their bytes are in the store. */
export class Files {
  readonly #known = new Map<string, { readonly digest: string; readonly revision: number }>();

  /** Hex SHA-256 of a file; undefined where there is none. */
  digestOf(project: string, name: string): string | undefined {
    return this.#known.get(`${project}/${name}`)?.digest || undefined;
  }

  /** Takes a row of the feed; one that was read earlier may come later. */
  take({ project, name, digest, revision }: Pick<FileRow, "project" | "name" | "digest" | "revision">): void {
    const key = `${project}/${name}`;
    if ((this.#known.get(key)?.revision ?? -1) < revision) this.#known.set(key, { digest, revision });
  }

  clear(): void {
    this.#known.clear();
  }
}

/** A file with its bytes; undefined where there is none. */
export async function readFile(
  db: Kysely<ProjectTables>,
  project: string,
  name: string,
): Promise<(Omit<FileRow, "content" | "bytes"> & { readonly bytes: Uint8Array }) | undefined> {
  const row = await db
    .selectFrom("project_file")
    .selectAll()
    .where("project", "=", project)
    .where("name", "=", name)
    .executeTakeFirst();
  if (!row || row.content === null) return undefined;
  const { content, ...rest } = row;
  return { ...rest, bytes: Buffer.from(content, "base64") };
}

/** What there is to know of a project's files without their bytes, by name, behind `after`. */
export async function listFiles(
  db: Kysely<ProjectTables>,
  project: string,
  limit: number,
  after: string | undefined,
): Promise<readonly Omit<FileRow, "content">[]> {
  const query = db
    .selectFrom("project_file")
    .select([
      "project",
      "name",
      "digest",
      "format",
      "bytes",
      "width",
      "height",
      "revision",
      "at",
      "principal",
    ])
    .where("project", "=", project)
    .where("content", "is not", null)
    .orderBy("name")
    .limit(limit);
  return (after === undefined ? query : query.where("name", ">", after)).execute();
}

/** The ETag of a file: that of its bytes. */
export const tagOfFile = ({ digest }: Pick<FileRow, "digest">): string => `"${digest}"`;
