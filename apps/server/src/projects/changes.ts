import type { Store, Transaction } from "@freshet/store";
import type { AccessTables } from "../access/migrations.ts";
import type { AuditAction, Author } from "../admin/audit.ts";
import { type AuditTables, writeAudit } from "../admin/audit.ts";
import type { ConnectorTables } from "../connectors/connectors.ts";
import { ServerError } from "../errors.ts";
import { tell } from "../instances/wake.ts";
import type { Accepted, Asked } from "../invalidation/journal.ts";
import type { InvalidationTables } from "../invalidation/migrations.ts";
import { grants, losers } from "./conflicts.ts";
import type { FeedTables, Known, ProjectFeed } from "./feed.ts";
import { pinsOf, withPins } from "./pins.ts";
import type { Project, Projects } from "./project.ts";
import type { SecretBox } from "./sealed.ts";
import { takeSettings } from "./sent.ts";
import { hashSettings, type Installation, NAME_PATTERN, noteOf } from "./settings.ts";
import { understand } from "./understand.ts";

/** All tables that a change of settings touches. */
export type ChangeTables = FeedTables & InvalidationTables & AuditTables & AccessTables & ConnectorTables;

/** Versions kept of a project's settings. */
const MOST_VERSIONS = 1_000;

/** Who changes settings, and how far that goes. */
export interface Changer {
  readonly by: Author;
  /** May open what lies behind the server. */
  readonly isInstallation: boolean;
  readonly note?: string | undefined;
}

/** A change that is committed and in force here. */
export interface Changed {
  readonly version: number;
  /** The invalidations that carry it through: every instance and node has followed once they are done. */
  readonly invalidations: readonly Accepted[];
}

/** What is to become of a project: other settings, or those of an earlier version, or nothing. */
export type Wish = { readonly settings: unknown } | { readonly restore: number } | { readonly remove: true };

export interface ProjectChanges {
  /**
   * Makes a new version, if `expected` is the newest one; "none" where there must be no such project.
   * @throws ServerError PROJECT_READ_ONLY, PROJECT_EXISTS, PROJECT_NOT_FOUND, VERSION_OUTDATED, VERSION_UNKNOWN or SETTING_NOT_ALLOWED.
   * @throws SettingsError for settings that cannot be used; nothing has changed then.
   */
  write(name: string, expected: number | "none", wish: Wish, changer: Changer): Promise<Changed>;
}

export interface ChangeParts {
  readonly store: Store;
  readonly feed: ProjectFeed;
  readonly projects: Projects;
  readonly fixed: readonly Project[];
  readonly installation: Installation;
  readonly box: SecretBox;
  readonly journal: {
    acceptWithin(
      transaction: Transaction<InvalidationTables>,
      asked: readonly Asked[],
    ): Promise<readonly Accepted[]>;
    /** Applies what is committed, and sets it on its way. */
    take(accepted: Accepted): Promise<void>;
  };
  readonly now: () => number;
}

/** Locks the feed for this transaction, and brings what is in force here up to it. Answers the number of the change. */
export async function beginChange(
  transaction: Transaction<ChangeTables>,
  feed: ProjectFeed,
): Promise<number> {
  const { n } = await transaction
    .updateTable("project_feed")
    .set(({ eb }) => ({ n: eb("n", "+", 1) }))
    .returning("n")
    .executeTakeFirstOrThrow();
  await feed.within(transaction, n - 1);
  return n;
}

export function createChanges(parts: ChangeParts): ProjectChanges {
  const { store, feed, projects, fixed, journal, now } = parts;
  const db = store.db.$extendTables<ChangeTables>();

  const settingsOf = async (
    transaction: Transaction<ChangeTables>,
    name: string,
    wish: Wish,
    known: Known | undefined,
  ): Promise<unknown> => {
    if ("remove" in wish) return null;
    if ("settings" in wish)
      return takeSettings(name, { sent: wish.settings, before: known?.settings }, parts);
    const row = await transaction
      .selectFrom("project_version")
      .select("settings")
      .where("project", "=", name)
      .where("version", "=", wish.restore)
      .executeTakeFirst();
    if (typeof row?.settings !== "string") throw new ServerError("VERSION_UNKNOWN");
    return JSON.parse(row.settings);
  };
  const change = async (
    transaction: Transaction<ChangeTables>,
    name: string,
    expected: number | "none",
    wish: Wish,
    { by, isInstallation, note }: Changer,
  ): Promise<Changed> => {
    const revision = await beginChange(transaction, feed);
    const known = feed.known.get(name);
    const live = known && !known.isDeleted ? known : undefined;
    if (expected === "none" && live) throw new ServerError("PROJECT_EXISTS");
    if (expected !== "none" && !live) throw new ServerError("PROJECT_NOT_FOUND");
    if (expected !== "none" && live?.version !== expected) throw new ServerError("VERSION_OUTDATED");
    const kept = await settingsOf(transaction, name, wish, live);
    const next = kept === null ? undefined : await understand(name, kept, parts);
    const pins = pinsOf(parts.installation, name);
    const [grant] = isInstallation ? [] : grants(withPins(kept, pins), withPins(live?.settings, pins));
    if (grant !== undefined) throw new ServerError("SETTING_NOT_ALLOWED", `It is ${grant}.`);
    const before = live?.project;
    const version = (known?.version ?? 0) + 1;
    const at = now();
    const settings = kept === null ? null : JSON.stringify(kept);
    await transaction
      .insertInto("project_version")
      .values({ project: name, version, settings, at, ...by, note: note ?? null })
      .execute();
    const row = { version, revision, is_deleted: next ? 0 : 1 };
    await transaction
      .insertInto("project_row")
      .values({ name, ...row })
      .onConflict((conflict) => conflict.column("name").doUpdateSet(row))
      .execute();
    await transaction
      .deleteFrom("project_version")
      .where("project", "=", name)
      .where("version", "<=", version - MOST_VERSIONS)
      .execute();
    await (next ? noteHash(transaction, name, noteOf(next)) : end(transaction, name, revision, at));
    const action = actionOf(wish, expected);
    await writeAudit(transaction, [{ by, project: name, action, subject: String(version), at }]);
    // A project that this instance could not read may have been answered by others.
    const differs = live && (!next || !before || hashSettings(before) !== hashSettings(next));
    const covered = new Set([...(differs ? [name] : []), ...losers(projects, before, next)]);
    const asked = [...covered].map((project): Asked => settingsEntry(project, name, version, revision, by));
    return { version, invalidations: await journal.acceptWithin(transaction, asked) };
  };
  return {
    async write(name, expected, wish, changer) {
      if (fixed.some((project) => project.name === name)) throw new ServerError("PROJECT_READ_ONLY");
      if (!new RegExp(NAME_PATTERN).test(name)) throw new ServerError("PROJECT_NAME_WRONG");
      const changed = await db
        .transaction()
        .execute((transaction) => change(transaction, name, expected, wish, changer));
      await feed.refresh();
      for (const accepted of changed.invalidations) await journal.take(accepted);
      tell(store, "freshet_projects");
      return changed;
    },
  };
}

function settingsEntry(
  project: string,
  changed: string,
  version: number,
  settings: number,
  by: Author,
): Asked {
  return {
    project,
    request: { scope: "all" },
    paths: [],
    cause: { kind: "settings", id: `${changed} ${version}` },
    chain: 0,
    key: undefined,
    settings,
    by,
  };
}

function actionOf(wish: Wish, expected: number | "none"): AuditAction {
  if ("remove" in wish) return "project.deleted";
  if ("restore" in wish) return "project.restored";
  return expected === "none" ? "project.created" : "project.changed";
}

/** The next start must not take the new settings for a change that nobody journalled. */
async function noteHash(
  transaction: Transaction<ChangeTables>,
  project: string,
  hash: string,
): Promise<void> {
  await transaction
    .insertInto("invalidation_settings")
    .values({ project, hash })
    .onConflict((conflict) => conflict.column("project").doUpdateSet({ hash }))
    .execute();
}

/** What belonged to the project ends with it: its keys, the rights of users in it, its connectors, and what its originals were. */
async function end(
  transaction: Transaction<ChangeTables>,
  name: string,
  revision: number,
  at: number,
): Promise<void> {
  await transaction.deleteFrom("invalidation_settings").where("project", "=", name).execute();
  await transaction
    .updateTable("access_key")
    .set({ revoked_at: at })
    .where("project", "=", name)
    .where("revoked_at", "is", null)
    .execute();
  await transaction.deleteFrom("access_grant").where("project", "=", name).execute();
  await transaction.deleteFrom("connector_row").where("project", "=", name).execute();
  await transaction
    .updateTable("project_state")
    .set({ state: "served", revision })
    .where("project", "=", name)
    .execute();
  await transaction
    .updateTable("project_file")
    .set({ content: null, digest: "", revision })
    .where("project", "=", name)
    .execute();
}
