import type { Kysely, Transaction } from "kysely";
import { sql } from "kysely";
import { isStoreError, StoreError } from "./errors.ts";

/** One step forward of an owner's tables. A step that was released is never changed; a new one is added instead. */
export interface Migration {
  /** 1, 2, 3, … without gaps. */
  readonly version: number;
  /** What the step is for, e.g. "journal". */
  readonly name: string;
  /**
   * Creates or changes tables; their names begin with the owner's and an underscore. It runs on both engines: times and
   * sequence numbers are `bigint`, truth values `integer`, JSON `text`.
   */
  up(transaction: Transaction<unknown>): Promise<void>;
}

interface Applied {
  readonly version: number;
  readonly name: string;
}

/**
 * Brings the owner's tables to the newest version, all steps in one transaction: either every step is applied or none.
 * Running it twice, or by two processes at once, applies each step once. Rejects with STORE_OUTDATED when the
 * database knows steps that this release does not. `lock` keeps other processes out until the transaction has ended.
 */
export async function migrate(
  db: Kysely<unknown>,
  owner: string,
  migrations: readonly Migration[],
  now: () => number,
  lock: (transaction: Transaction<unknown>) => Promise<void>,
): Promise<void> {
  if (!/^[a-z][a-z0-9]{0,30}$/.test(owner))
    throw new TypeError(`"${owner}" is no owner's name: a-z and 0-9 only`);
  const wrong = migrations.find(({ version }, index) => version !== index + 1);
  if (wrong)
    throw new TypeError(`migration ${wrong.version} of ${owner} is out of order: versions are 1, 2, 3, …`);
  const table = sql.table(`${owner}_migration`);
  const applied = async (from: Kysely<unknown>): Promise<number> => {
    const { rows } = await sql<Applied>`select version, name from ${table} order by version`.execute(from);
    for (const { version, name } of rows) {
      if (migrations[version - 1]?.name !== name) {
        throw new StoreError("STORE_OUTDATED", `${owner} ${version} "${name}" is unknown here`);
      }
    }
    return rows.length;
  };
  // Nearly every start finds nothing to do, and sees that by one look. There may be no table yet, which engines say in their own ways.
  const before = await applied(db).catch((error: unknown) => {
    if (isStoreError(error) && error.code === "STORE_OUTDATED") throw error;
    return 0;
  });
  if (before > 0 && before === migrations.length) return;
  await db.transaction().execute(async (transaction) => {
    await lock(transaction);
    await sql`create table if not exists ${table}
      (version integer not null primary key, name text not null, applied_at bigint not null)`.execute(
      transaction,
    );
    const count = await applied(transaction);
    for (const { version, name, up } of migrations.slice(count)) {
      await up(transaction);
      await sql`insert into ${table} (version, name, applied_at) values (${version}, ${name}, ${now()})`.execute(
        transaction,
      );
    }
  });
}
