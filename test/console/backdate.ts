import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Lets an invalidation, and all before it, have been received at another time: nobody waits a week for a test. */
export function backdate(dataFolder: string, uuid: string, at: Date): void {
  const db = new DatabaseSync(join(dataFolder, "freshet.db"), { timeout: 20_000 });
  try {
    const { changes } = db
      .prepare(
        "update invalidation_entry set received_at = ? where sequence <= (select sequence from invalidation_entry where id = ?)",
      )
      .run(at.getTime(), uuid);
    if (Number(changes) === 0) throw new Error(`There is no entry ${uuid}.`);
  } finally {
    db.close();
  }
}
