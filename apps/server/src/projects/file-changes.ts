import { hash } from "node:crypto";
import type { Store, Transaction } from "@freshet/store";
import type { Author } from "../admin/audit.ts";
import { writeAudit } from "../admin/audit.ts";
import type { IsExpected } from "../admin/precondition.ts";
import { ServerError } from "../errors.ts";
import { tell } from "../instances/wake.ts";
import type { Accepted } from "../invalidation/journal.ts";
import type { Delivery } from "../invalidation/ports.ts";
import { readRequest } from "../invalidation/request.ts";
import { beginChange, type ChangeParts, type ChangeTables } from "./changes.ts";
import { tagOfFile } from "./files.ts";
import type { FileRow } from "./migrations.ts";
import type { Project } from "./project.ts";

/** Files of one project. */
const MOST_FILES = 50;
/** Bytes of all of them together. */
const MOST_BYTES = 20 * 2 ** 20;
/** Milliseconds for which it is remembered that a file was removed: every instance has heard of it long before. */
const REMEMBERED_MS = 86_400_000;

/** A picture that was looked at, as it will be kept. */
export interface Picture extends Pick<FileRow, "format" | "width" | "height"> {
  readonly bytes: Uint8Array;
}

/** A change that is committed and in force here. */
export interface FileChanged {
  readonly row: FileRow;
  readonly isNew: boolean;
  /** It covers everything that was made with the file; undefined where nothing can have been. */
  readonly invalidation: Accepted | undefined;
}

export interface FileChanges {
  /**
   * Puts a picture under a name, over another one if there is one and the precondition lets it.
   * @throws ServerError FILES_FULL, VERSION_OUTDATED, or PROJECT_NOT_FOUND where it was deleted meanwhile.
   */
  put(
    project: Project,
    name: string,
    picture: Picture,
    isExpected: IsExpected,
    by: Author,
  ): Promise<FileChanged>;
  /** @throws ServerError FILE_UNKNOWN. */
  remove(project: Project, name: string, by: Author): Promise<FileChanged>;
}

/**
 * Files are a source of answers like settings are: the entry that covers what was made with one is journalled in the transaction that
 * changes it, so that a new watermark is on every picture once the entry is done.
 */
export function createFileChanges(
  parts: Pick<ChangeParts, "feed" | "fixed" | "journal" | "now"> & {
    readonly store: Store;
    readonly delivery: Delivery;
  },
): FileChanges {
  const { store, feed, fixed, journal, now, delivery } = parts;
  const db = store.db.$extendTables<ChangeTables>();

  const change = async (
    transaction: Transaction<ChangeTables>,
    project: Project,
    name: string,
    picture: Picture | undefined,
    isExpected: IsExpected,
    by: Author,
  ): Promise<FileChanged> => {
    const revision = await beginChange(transaction, feed);
    const isLive =
      fixed.some((each) => each.name === project.name) || feed.known.get(project.name)?.isDeleted === false;
    // The row of a file that came too late would be a file of the next project of this name.
    if (!isLive) throw new ServerError("PROJECT_NOT_FOUND");
    const at = now();
    const known = await transaction
      .selectFrom("project_file")
      .selectAll()
      .where("project", "=", project.name)
      .where("name", "=", name)
      .executeTakeFirst();
    const before = known?.content === null ? undefined : known;
    if (!picture && !before) throw new ServerError("FILE_UNKNOWN");
    if (!isExpected(before && tagOfFile(before))) throw new ServerError("VERSION_OUTDATED");
    const row = rowOf(project.name, name, picture, { revision, at, principal: by.principal });
    if (picture && before?.digest === row.digest)
      return { row: before, isNew: false, invalidation: undefined };
    if (picture) await makeRoom(transaction, row, at);
    await transaction
      .insertInto("project_file")
      .values(row)
      .onConflict((conflict) => {
        const { project: _project, name: _name, ...rest } = row;
        return conflict.columns(["project", "name"]).doUpdateSet(rest);
      })
      .execute();
    const action = picture ? ("file.uploaded" as const) : ("file.deleted" as const);
    await writeAudit(transaction, [{ by, project: project.name, action, subject: name, at }]);
    const [path] = pathsOf(project, name);
    if (path === undefined) return { row, isNew: !before, invalidation: undefined };
    const read = readRequest({ scope: "original", urls: [path] }, project, delivery);
    const [invalidation] = await journal.acceptWithin(transaction, [
      {
        ...{ ...read, project: project.name, chain: 0, key: undefined, settings: revision, by },
        cause: { kind: "settings", id: `file ${name}` },
      },
    ]);
    return { row, isNew: !before, invalidation };
  };
  const run = async (...wish: Parameters<typeof change> extends [unknown, ...infer Rest] ? Rest : never) => {
    const changed = await db.transaction().execute((transaction) => change(transaction, ...wish));
    await feed.refresh();
    if (changed.invalidation) await journal.take(changed.invalidation);
    tell(store, "freshet_projects");
    return changed;
  };
  return {
    put: (project, name, picture, isExpected, by) => run(project, name, picture, isExpected, by),
    remove: (project, name, by) => run(project, name, undefined, () => true, by),
  };
}

/** How delivery URLs write the file: behind each alias that stands for the project's files. All of them are one original. */
export function pathsOf({ aliases }: Pick<Project, "aliases">, name: string): readonly string[] {
  return Object.entries(aliases).flatMap(([alias, target]) =>
    "place" in target && target.place.kind === "files" ? [`/${alias}/${name}`] : [],
  );
}

function rowOf(
  project: string,
  name: string,
  picture: Picture | undefined,
  change: Pick<FileRow, "revision" | "at" | "principal">,
): FileRow {
  if (!picture) {
    return {
      ...{ project, name, digest: "", format: "", bytes: 0, width: 0, height: 0, content: null },
      ...change,
    };
  }
  const { bytes, format, width, height } = picture;
  const content = Buffer.from(bytes).toString("base64");
  const digest = hash("sha256", bytes);
  return { project, name, digest, format, bytes: bytes.length, width, height, content, ...change };
}

async function makeRoom(transaction: Transaction<ChangeTables>, row: FileRow, at: number): Promise<void> {
  await transaction
    .deleteFrom("project_file")
    .where("project", "=", row.project)
    .where("content", "is", null)
    .where("at", "<", at - REMEMBERED_MS)
    .execute();
  const { n, bytes } = await transaction
    .selectFrom("project_file")
    .select(({ fn }) => [fn.countAll().as("n"), fn.sum("bytes").as("bytes")])
    .where("project", "=", row.project)
    .where("name", "<>", row.name)
    .where("content", "is not", null)
    .executeTakeFirstOrThrow();
  if (Number(n) + 1 > MOST_FILES || Number(bytes ?? 0) + row.bytes > MOST_BYTES)
    throw new ServerError("FILES_FULL");
}
