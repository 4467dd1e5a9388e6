import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store, sql } from "@freshet/store";
import { expect, it } from "vitest";
import { loadConfig } from "./config.ts";
import { createServer } from "./server.ts";
import { migrateTables } from "./tables.ts";

/** Every owner's steps, as the database has them. */
async function stepsOf({ db }: Store): Promise<Readonly<Record<string, number>>> {
  const found = await sql<{
    name: string;
  }>`select name from sqlite_master where name like '%\\_migration' escape '\\'`.execute(db);
  const counts = found.rows.map(async ({ name }) => {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(
      db,
    );
    return [name.replace("_migration", ""), rows[0]?.count ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

it("a migration brings up what a start brings up, and leaves it nothing to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "freshet-tables-"));
  try {
    const file = join(folder, "freshet.db");
    const config = await loadConfig({ env: { FRESHET_DATA: folder, FRESHET_LOG: "silent" }, cwd: folder });
    const server = await createServer(config, { drivers: [] });
    await server.start();
    await server.stop();
    const started = await openStore({ file });
    const empty = await openStore({ file: ":memory:" });
    const told = await migrateTables(empty);
    expect(told).toEqual(await stepsOf(started));
    expect(await stepsOf(empty)).toEqual(told);
    expect(await migrateTables(empty)).toEqual(told);
    await Promise.all([started.close(), empty.close()]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
