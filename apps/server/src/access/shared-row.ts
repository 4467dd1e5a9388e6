import { randomBytes } from "node:crypto";
import type { Kysely, Transaction } from "@freshet/store";
import type { AccessTables } from "./migrations.ts";

const ID = 1;

/** Makes the row that all instances share, unless it is there. */
export async function makeSharedRow(db: Kysely<AccessTables>): Promise<void> {
  await db
    .insertInto("access_state")
    .values({ id: ID, changes: 0, device_key: randomBytes(32).toString("hex") })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

/**
 * Takes the turn to change users, until the transaction ends: of two administrators who take each other's rights away, the second
 * finds himself the last one.
 */
export async function takeTurn(transaction: Transaction<AccessTables>): Promise<void> {
  await transaction
    .updateTable("access_state")
    .set(({ eb }) => ({ changes: eb("changes", "+", 1) }))
    .where("id", "=", ID)
    .execute();
}

export async function readDeviceKey(db: Kysely<AccessTables>): Promise<Buffer> {
  const row = await db
    .selectFrom("access_state")
    .select("device_key")
    .where("id", "=", ID)
    .executeTakeFirstOrThrow();
  return Buffer.from(row.device_key, "hex");
}
