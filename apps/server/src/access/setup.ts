import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Kysely, Transaction } from "@freshet/store";
import { ServerError } from "../errors.ts";
import { useLink } from "./links.ts";
import type { AccessTables } from "./migrations.ts";
import { hashOfToken, idOfToken, isToken, makeToken } from "./token.ts";

const PREFIX = "ft";

type Db = Kysely<AccessTables> | Transaction<AccessTables>;

/**
 * The way in for the first user: a token that stands in the data folder and in the log of the start, and nowhere else, while there is no user.
 * The store has its hash, so that any instance takes it.
 */
export interface Setup {
  /** Makes the token known while nobody can sign in, and takes it away as soon as somebody can. Answers with it. */
  prepare(): Promise<string | undefined>;
  isNeeded(): Promise<boolean>;
  /** @throws ServerError SETUP_DONE, SETUP_TOKEN_WRONG. */
  check(db: Db, token: string): Promise<{ readonly id: string }>;
  /**
   * Uses the token up within a transaction that has the turn to change users.
   * @throws ServerError SETUP_DONE, SETUP_TOKEN_WRONG.
   */
  use(transaction: Transaction<AccessTables>, token: string): Promise<void>;
  /** Removes what the data folder has of it. */
  forget(): Promise<void>;
}

export function createSetup(parts: {
  readonly db: Kysely<AccessTables>;
  readonly dataFolder: string;
  readonly now: () => number;
}): Setup {
  const { db, dataFolder, now } = parts;
  const path = join(dataFolder, "setup.token");
  const isNeeded = async (from: Db = db) =>
    (await from.selectFrom("access_user").select("id").limit(1).executeTakeFirst()) === undefined;
  const check: Setup["check"] = async (from, token) => {
    if (!(await isNeeded(from))) throw new ServerError("SETUP_DONE");
    const id = idOfToken(PREFIX, token);
    const row =
      id !== undefined &&
      (await from
        .selectFrom("access_link")
        .selectAll()
        .where("id", "=", id)
        .where("user_id", "is", null)
        .executeTakeFirst());
    if (!row || !isToken(token, row.hash)) throw new ServerError("SETUP_TOKEN_WRONG");
    return row;
  };
  const forget = () => rm(path, { force: true });
  return {
    isNeeded: () => isNeeded(),
    forget,
    async prepare() {
      if (!(await isNeeded())) {
        await forget();
        return undefined;
      }
      const { id, token } = await keptToken(dataFolder, path);
      const hash = hashOfToken(token);
      const row = { id, hash, user_id: null, created_at: now(), created_by: "start", expires_at: null };
      await db
        .insertInto("access_link")
        .values(row)
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ hash }))
        .execute();
      return token;
    },
    check,
    async use(transaction, token) {
      const { id } = await check(transaction, token);
      if (!(await useLink(transaction, id))) throw new ServerError("SETUP_TOKEN_WRONG");
      await transaction.deleteFrom("access_link").where("user_id", "is", null).execute();
    },
  };
}

/** The token of an earlier start, else a new one that only this user of the machine can read. */
async function keptToken(
  folder: string,
  path: string,
): Promise<{ readonly id: string; readonly token: string }> {
  const kept = (await readFile(path, "utf8").catch(() => "")).trim();
  const id = idOfToken(PREFIX, kept);
  if (id !== undefined) return { id, token: kept };
  const made = makeToken(PREFIX);
  await mkdir(folder, { recursive: true });
  await rm(path, { force: true });
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(`${made.token}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return made;
}
