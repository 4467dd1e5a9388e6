import { type Kysely, type RawBuilder, type Store, sql } from "@freshet/store";

/** Columns of rows that are written together, and the types they have in the store. */
export type Columns = Readonly<Record<string, "bigint" | "integer" | "text">>;
export type Cell = string | number | null;

/** Bytes of one statement's rows, about. */
const MOST_ROWS = 2_000;

/** Writes many rows by a statement with one parameter: a list of JSON, so that no text is made and parsed for each row. */
export interface Bulk {
  /** `end` says what becomes of rows that are there already, e.g. on conflict … do update. */
  insert(
    db: Pick<Kysely<unknown>, "getExecutor">,
    table: string,
    columns: Columns,
    rows: readonly (readonly Cell[])[],
    end?: RawBuilder<unknown>,
  ): Promise<void>;
}

export function createBulk({ isShared }: Pick<Store, "isShared">): Bulk {
  return {
    async insert(db, table, columns, rows, end = sql``) {
      const names = Object.keys(columns).map((name) => sql.ref(name));
      const values = Object.values(columns).map(
        (type, place) => sql`cast(value->>${sql.lit(place)} as ${sql.raw(type)})`,
      );
      for (let first = 0; first < rows.length; first += MOST_ROWS) {
        const json = JSON.stringify(rows.slice(first, first + MOST_ROWS));
        const from = isShared ? sql`json_array_elements(${json}::json)` : sql`json_each(${json})`;
        // Without a condition SQLite would read the "on" behind it as that of a join.
        await sql`insert into ${sql.table(table)} (${sql.join(names)}) select ${sql.join(values)} from ${from} where true ${end}`.execute(
          db,
        );
      }
    },
  };
}
