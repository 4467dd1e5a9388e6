import { randomBytes } from "node:crypto";
import { type Store, sql } from "@freshet/store";
import type { WalkTables } from "./walk-schema.ts";

/** The secrets that Freshet signs its questions with: one a project, made here once and told to the server alone. */
export interface QuestionSecrets {
  /** Project and secret, of every project that was asked for. */
  all(): Iterable<readonly [project: string, secret: string]>;
  /** The project's, made now where there is none. */
  of(project: string): Promise<string>;
  /** Forgets those of other projects. */
  keepOnly(projects: Iterable<string>): Promise<void>;
}

export async function openSecrets(store: Store, tables: WalkTables): Promise<QuestionSecrets> {
  const secret = sql.table(tables.secret);
  const read = async () => {
    const { rows } = await sql<{
      project: string;
      secret: string;
    }>`select project, secret from ${secret}`.execute(store.db);
    return new Map(rows.map((row) => [row.project, row.secret]));
  };
  let known = await read();
  return {
    all: () => known,
    async of(project) {
      const mine = known.get(project);
      if (mine !== undefined) return mine;
      await sql`insert into ${secret} (project, secret) values (${project}, ${randomBytes(32).toString("base64url")})
        on conflict (project) do nothing`.execute(store.db);
      // Another process may have been first.
      known = await read();
      const made = known.get(project);
      if (made === undefined) throw new Error(`Project ${project} got no secret.`);
      return made;
    },
    async keepOnly(projects) {
      const gone = [...known.keys()].filter((project) => !new Set(projects).has(project));
      if (gone.length === 0) return;
      await sql`delete from ${secret} where project in (${sql.join(gone)})`.execute(store.db);
      known = await read();
    },
  };
}
