import { randomBytes } from "node:crypto";
import { type Store, sql } from "@freshet/store";
import type { WalkTables } from "./walk-schema.ts";

/** The secrets that Freshet signs its questions with: one a project, made here once and told to the server alone. */
export type QuestionSecrets = ReadonlyMap<string, string>;

export async function questionSecrets(
  store: Store,
  tables: WalkTables,
  projects: Iterable<string>,
): Promise<QuestionSecrets> {
  const secret = sql.table(tables.secret);
  for (const project of new Set(projects)) {
    await sql`insert into ${secret} (project, secret) values (${project}, ${randomBytes(32).toString("base64url")})
      on conflict (project) do nothing`.execute(store.db);
  }
  const { rows } = await sql<{
    project: string;
    secret: string;
  }>`select project, secret from ${secret}`.execute(store.db);
  return new Map(rows.map((row) => [row.project, row.secret]));
}
