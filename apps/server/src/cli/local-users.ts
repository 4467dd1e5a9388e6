import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Kysely, openStore } from "@freshet/store";
import type { Invitation } from "../access/links.ts";
import type { SessionTables } from "../access/sessions.ts";
import { makeSharedRow } from "../access/shared-row.ts";
import { normaliseEmail, readUserBy, type User } from "../access/user.ts";
import { createUsers, type Users } from "../access/users.ts";
import { type Config, loadConfig } from "../config.ts";
import { isServerError } from "../errors.ts";
import type { ChangeTables } from "../projects/changes.ts";
import { migrateTables } from "../tables.ts";
import type { Call } from "./command.ts";
import { CliError } from "./exits.ts";
import { plain } from "./text.ts";

/** Who the log says it was: whoever has the machine, or the database. */
export const OPERATOR = { principal: "command line", address: "local" } as const;

/** What every command on users has to say of itself. */
export const LOCAL_NOTE =
  "It works on the store itself, by the configuration of the server, whether that runs or not, and needs no key: whoever may read the data folder or the database may do everything.";

/** Users as the store of this configuration has them. */
export interface LocalUsers {
  readonly users: Users;
  /** @throws CliError FAILED. */
  find(email: string): Promise<User>;
  isProject(name: string): Promise<boolean>;
  /** The address that the user opens to choose a password. */
  linkOf(invitation: Invitation): string;
}

/**
 * Opens the store that the server's configuration names, for as long as the work takes.
 * @throws CliError FAILED where there is none, or with what the server would have answered.
 */
export async function withUsers<Result>(
  { io }: Pick<Call, "io">,
  work: (local: LocalUsers) => Promise<Result>,
): Promise<Result> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, isLook: true });
  const file = join(config.dataFolder, "freshet.db");
  if (config.store === undefined && !existsSync(file)) {
    throw new CliError(
      "FAILED",
      `There is no store in ${plain(config.dataFolder)}. Start the server once, or say with FRESHET_DATA or FRESHET_CONFIG where it is.`,
    );
  }
  const store = await openStore(config.store ?? { file });
  try {
    await migrateTables(store);
    const db = store.db.$extendTables<SessionTables & ChangeTables>();
    await makeSharedRow(db);
    return await work(localUsers(db, config));
  } catch (error) {
    throw isServerError(error) ? new CliError("FAILED", error.message, { code: error.code }) : error;
  } finally {
    await store.close();
  }
}

function localUsers(db: Kysely<SessionTables & ChangeTables>, config: Config): LocalUsers {
  return {
    users: createUsers({ db, fixed: config.projects, now: Date.now }),
    async find(email) {
      const user = await readUserBy(db, "email", normaliseEmail(email));
      if (!user) {
        throw new CliError("FAILED", "There is no user with this e-mail address.", { code: "USER_UNKNOWN" });
      }
      return user;
    },
    async isProject(name) {
      if (config.projects.some((project) => project.name === name)) return true;
      const row = await db
        .selectFrom("project_row")
        .select("name")
        .where("name", "=", name)
        .where("is_deleted", "=", 0)
        .executeTakeFirst();
      return row !== undefined;
    },
    linkOf({ token }) {
      const { host, port, console } = config;
      const near = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
      const base = console.url ?? `http://${near.includes(":") ? `[${near}]` : near}:${port}`;
      return `${base}/console/invitation#${token}`;
    },
  };
}

/** A link as people get it. */
export function tellLink({ io }: Call, { expiresAt }: Invitation): void {
  if (!io.isWatched) return;
  io.err(
    `Whoever opens the link before ${new Date(expiresAt).toISOString()} chooses the password. It is shown once and works once.\n`,
  );
}
