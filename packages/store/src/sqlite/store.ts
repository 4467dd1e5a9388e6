import { Kysely, sql } from "kysely";
import { migrate } from "../migrate.ts";
import type { EmbeddedOptions, Store } from "../store.ts";
import { checkedChannel, createWakes } from "../wakes.ts";
import { openSqlite } from "./database.ts";
import { sqliteDialect } from "./dialect.ts";
import { openHere } from "./here.ts";

/** Opens a file of this machine in a thread of this process; see `openStore`. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Store> {
  const { file, log = () => {}, busyTimeout = 5_000, now = Date.now } = options;
  const inThread = () =>
    openSqlite({ file, busyTimeout }, (error) => log("store broken", { error: error.message }));
  const here = options.startsHere
    ? openHere({ file, busyTimeout }, inThread, (error) => log("store stays here", { error: String(error) }))
    : undefined;
  const database = here ?? (await inThread());
  const db = new Kysely<unknown>({ dialect: sqliteDialect(database) });
  const wakes = createWakes((error) => log("store listener failed", { error: String(error) }));
  return {
    db,
    isShared: false,
    skipLocked: sql``,
    notify: (channel) => wakes.wake(checkedChannel(channel)),
    listen: (channel, wake) => wakes.listen(checkedChannel(channel), wake),
    migrate: async (owner, migrations) => {
      // The first statement takes the write lock; a second process waits there and then finds the steps applied.
      await migrate(db, owner, migrations, now, async () => {});
      log("store migrated", { owner, version: migrations.length });
    },
    settle: () => here?.move(),
    close: async () => {
      await db.destroy();
      await database.close();
    },
  };
}
