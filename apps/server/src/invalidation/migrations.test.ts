import { openStore, sql } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import { expect, test } from "vitest";
import { AUDIT_MIGRATIONS, AUDIT_OWNER } from "../admin/audit.ts";
import { type InvalidationTables, MIGRATIONS, OWNER } from "./migrations.ts";

test("a log of before can be searched after its tables were brought up to date", async () => {
  const store = await openStore(at(await newPlace()));
  try {
    await store.migrate(AUDIT_OWNER, AUDIT_MIGRATIONS);
    await store.migrate(OWNER, MIGRATIONS.slice(0, 3));
    const causes = ['{"kind":"wordpress","id":"evt_1"}', '{"id":"x","kind":"api"}', "{}"];
    for (const [place, cause] of causes.entries()) {
      await sql`insert into invalidation_entry (id, sequence, project, scope, status, cause, chain, attempt, paths, received_at)
        values (${`e${place}`}, ${place + 1}, 'demo', 'original', 'DONE', ${cause}, 0, 1, 1, 5)`.execute(
        store.db,
      );
      await sql`insert into invalidation_path (entry, place, received, path, name, tag)
        values (${`e${place}`}, 0, '/a', '/a', 'demo/a', 'o-a')`.execute(store.db);
    }
    // Of an entry that is gone, as no release leaves it.
    await sql`insert into invalidation_path (entry, place, received, path, name, tag)
      values ('gone', 0, '/a', '/a', 'demo/a', 'o-a')`.execute(store.db);
    await store.migrate(OWNER, MIGRATIONS);
    const db = store.db.$extendTables<InvalidationTables>();
    const entries = await db.selectFrom("invalidation_entry").selectAll().orderBy("sequence").execute();
    expect(entries.map(({ cause_kind }) => cause_kind)).toEqual(["wordpress", "api", "unknown"]);
    const paths = await db.selectFrom("invalidation_path").selectAll().orderBy("entry").execute();
    expect(paths.map(({ project, sequence }) => [project, sequence])).toEqual([
      ["demo", 1],
      ["demo", 2],
      ["demo", 3],
      ["", 0],
    ]);
  } finally {
    await store.close();
  }
});
