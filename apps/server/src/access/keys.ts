import type { Kysely, Store } from "@freshet/store";
import { type AuditTables, type Author, writeAudit } from "../admin/audit.ts";
import { ServerError } from "../errors.ts";
import { firstGone } from "../projects/live.ts";
import type { ProjectTables } from "../projects/migrations.ts";
import { ACCESS_MIGRATIONS, ACCESS_OWNER, type AccessTables, type KeyRow } from "./migrations.ts";
import { type Principal, type Right, rightsOfKey } from "./right.ts";
import { idOfToken, isToken, makeToken } from "./token.ts";

/** A key is noted as used at most this often: reading a list must not cost a write. */
const NOTED_MS = 3_600_000;
/** Keys of one project, or of the installation, that are not revoked. */
const MOST_KEYS = 1_000;

const PREFIX = "fk";

/** The API keys of the store. Each use asks the store, so that a revoked key is of no use to any instance from that moment. */
export interface Keys {
  migrate(): Promise<void>;
  /** Who sends this key; undefined when nobody does, or no longer. */
  principalOf(key: string): Promise<Principal | undefined>;
  /** Makes a key; this is the only time that it can be seen. @throws ServerError KEYS_FULL, PROJECT_NOT_FOUND. */
  create(wanted: WantedKey, by: Author): Promise<{ readonly key: string; readonly row: KeyRow }>;
  /** Keys of a project (null: of the installation) that are not revoked, in the order of their ids, behind `before`. */
  list(project: string | null, limit: number, before?: string): Promise<readonly KeyRow[]>;
  /** @throws ServerError KEY_UNKNOWN. */
  revoke(project: string | null, id: string, by: Author): Promise<void>;
}

export interface WantedKey {
  readonly project: string | null;
  readonly right: Right;
  readonly name: string;
  readonly expiresAt: number | undefined;
}

/** A slow hash is for passwords that people choose, and would make each request slow. */
export function createKeys(
  store: Store,
  now: () => number,
  /** Projects of the configuration, which nobody deletes. */
  fixed: readonly { readonly name: string }[],
): Keys {
  type Tables = AccessTables & AuditTables & ProjectTables;
  const db: Kysely<Tables> = store.db.$extendTables<Tables>();
  return {
    migrate: () => store.migrate(ACCESS_OWNER, ACCESS_MIGRATIONS),
    async principalOf(key) {
      const id = idOfToken(PREFIX, key);
      if (id === undefined) return undefined;
      const row = await db.selectFrom("access_key").selectAll().where("id", "=", id).executeTakeFirst();
      const time = now();
      if (!row || !isToken(key, row.hash) || row.revoked_at !== null) return undefined;
      if (row.expires_at !== null && row.expires_at <= time) return undefined;
      if (row.used_at === null || time - row.used_at >= NOTED_MS) {
        await db.updateTable("access_key").set({ used_at: time }).where("id", "=", id).execute();
      }
      return {
        label: `key ${id} (${row.name})`,
        rights: rightsOfKey(row.project ?? undefined, row.access_right),
      };
    },
    async create({ project, right, name, expiresAt }, by) {
      const { id, token: key, hash } = makeToken(PREFIX);
      const row: KeyRow = {
        ...{ id, project, name, access_right: right, hash },
        ...{ created_at: now(), created_by: by.principal, expires_at: expiresAt ?? null },
        ...{ revoked_at: null, used_at: null },
      };
      await db.transaction().execute(async (transaction) => {
        const projects = project === null ? [] : [project];
        if ((await firstGone(transaction, projects, fixed)) !== undefined)
          throw new ServerError("PROJECT_NOT_FOUND");
        const count = await transaction
          .selectFrom("access_key")
          .select(({ fn }) => fn.countAll().as("n"))
          .where("project", project === null ? "is" : "=", project)
          .where("revoked_at", "is", null)
          .executeTakeFirstOrThrow();
        if (Number(count.n) >= MOST_KEYS) throw new ServerError("KEYS_FULL");
        await transaction.insertInto("access_key").values(row).execute();
        const change = { by, project, action: "key.created", subject: id, at: row.created_at } as const;
        await writeAudit(transaction, [change]);
      });
      return { key, row };
    },
    async list(project, limit, before) {
      let query = db
        .selectFrom("access_key")
        .selectAll()
        .where("project", project === null ? "is" : "=", project)
        .where("revoked_at", "is", null)
        .orderBy("id")
        .limit(limit);
      if (before !== undefined) query = query.where("id", ">", before);
      return query.execute();
    },
    async revoke(project, id, by) {
      await db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable("access_key")
          .set({ revoked_at: now() })
          .where("id", "=", id)
          .where("project", project === null ? "is" : "=", project)
          .where("revoked_at", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows !== 1n) throw new ServerError("KEY_UNKNOWN");
        await writeAudit(transaction, [{ by, project, action: "key.revoked", subject: id, at: now() }]);
      });
    },
  };
}
