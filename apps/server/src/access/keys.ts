import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Kysely, Store } from "@freshet/store";
import { type AuditTables, type Author, writeAudit } from "../admin/audit.ts";
import { ServerError } from "../errors.ts";
import { ACCESS_MIGRATIONS, ACCESS_OWNER, type AccessTables, type KeyRow } from "./migrations.ts";
import type { Principal, Right } from "./right.ts";

/** A key is noted as used at most this often: reading a list must not cost a write. */
const NOTED_MS = 3_600_000;
/** Keys of one project, or of the installation, that are not revoked. */
const MOST_KEYS = 1_000;

const KEY = /^fk_([0-9a-f]{12})_[\w-]{43}$/;

/** The API keys of the store. Each use asks the store, so that a revoked key is of no use to any instance from that moment. */
export interface Keys {
  migrate(): Promise<void>;
  /** Who sends this key; undefined when nobody does, or no longer. */
  principalOf(key: string): Promise<Principal | undefined>;
  /** Makes a key; this is the only time that it can be seen. */
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

/**
 * A key has 256 random bits. Nobody can guess one from its hash, however fast the hash is, so one round of SHA-256 is right: a slow
 * hash is for passwords that people choose, and would make each request slow.
 */
export function createKeys(store: Store, now: () => number): Keys {
  const db: Kysely<AccessTables & AuditTables> = store.db.$extendTables<AccessTables & AuditTables>();
  return {
    migrate: () => store.migrate(ACCESS_OWNER, ACCESS_MIGRATIONS),
    async principalOf(key) {
      const id = KEY.exec(key)?.[1];
      if (id === undefined) return undefined;
      const row = await db.selectFrom("access_key").selectAll().where("id", "=", id).executeTakeFirst();
      const time = now();
      if (!row || !isEqual(row.hash, hash("sha256", key)) || row.revoked_at !== null) return undefined;
      if (row.expires_at !== null && row.expires_at <= time) return undefined;
      if (row.used_at === null || time - row.used_at >= NOTED_MS) {
        await db.updateTable("access_key").set({ used_at: time }).where("id", "=", id).execute();
      }
      return {
        label: `key ${id} (${row.name})`,
        project: row.project ?? undefined,
        right: row.access_right,
      };
    },
    async create({ project, right, name, expiresAt }, by) {
      const id = randomBytes(6).toString("hex");
      const key = `fk_${id}_${randomBytes(32).toString("base64url")}`;
      const row: KeyRow = {
        ...{ id, project, name, access_right: right, hash: hash("sha256", key) },
        ...{ created_at: now(), created_by: by.principal, expires_at: expiresAt ?? null },
        ...{ revoked_at: null, used_at: null },
      };
      await db.transaction().execute(async (transaction) => {
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

function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, "hex"), Buffer.from(other, "hex"));
}
