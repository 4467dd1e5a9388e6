import { type Migration, type Store, sql } from "@freshet/store";

/** Sums over a time and a value of one dimension. */
export interface RollupRow {
  readonly project: string;
  readonly dimension: number;
  /** Begin of the time, milliseconds since the epoch. */
  readonly at: number;
  readonly value: string;
  readonly hits: number;
  readonly bytes: number;
  readonly bytes_in: number;
  readonly microseconds: number;
}

/** A line; `n` tells those of one moment apart. Names are numbers, see `names.ts`. */
interface Timed {
  readonly at: number;
  readonly n: number;
  readonly project: string;
  readonly url: number;
  readonly hits: number;
  readonly microseconds: number;
  readonly status: number | null;
  readonly code: string | null;
}

export interface LineRow extends Timed {
  readonly original: number | null;
  /** 1 where a node told of it. */
  readonly is_node: number;
  readonly node: string | null;
  readonly source: string;
  readonly cache: string | null;
  readonly status: number;
  readonly format: string | null;
  readonly referrer: number | null;
  readonly country: string | null;
  readonly bucket: number | null;
  readonly bytes: number;
  readonly bytes_in: number;
}

export interface ResizeRow extends Timed {
  readonly original: number | null;
  readonly format: string;
  readonly bytes_in: number;
  readonly bytes_out: number;
}

export interface FetchRow extends Timed {
  readonly origin: string;
  readonly is_slow: number;
  readonly is_failed: number;
  readonly bytes: number;
  readonly dns: number | null;
  readonly connect: number | null;
  readonly first_byte: number | null;
}

/** What a name had on one day: `kind` as in `names.ts`, days since the epoch. */
export interface CountRow {
  readonly day: number;
  readonly kind: number;
  readonly project: string;
  readonly name: number;
  readonly hits: number;
  readonly bytes: number;
  /** Bytes of the last whole answer, or of the original. */
  readonly size: number;
  readonly last_at: number;
}

export interface NameRow {
  readonly id: number;
  readonly kind: number;
  readonly project: string;
  readonly text: string;
  /** Original of a URL. */
  readonly original: number | null;
  readonly first_at: number;
  /** The last day on which it was used. */
  readonly seen: number;
}

/** The names with most hits (`metric` 1) or bytes (2) of a day that is over. */
export interface TopRow {
  readonly project: string;
  readonly kind: number;
  readonly metric: number;
  readonly day: number;
  readonly place: number;
  readonly name: number;
  /** The project whose name it is. */
  readonly owner: string;
  readonly hits: number;
  readonly bytes: number;
}

/** A type and not an interface: only that counts as a record of tables for the query builder. */
export type StatsTables = {
  stats_line: LineRow;
  stats_resize: ResizeRow;
  stats_fetch: FetchRow;
  stats_ten: RollupRow;
  stats_day: RollupRow;
  stats_count: CountRow;
  stats_name: NameRow;
  stats_top: TopRow;
  /** Days whose tops and sizes are kept. */
  stats_closed: { readonly day: number };
  /** Bytes of all different originals and URLs of a day that is over. */
  stats_used: {
    readonly project: string;
    readonly day: number;
    readonly originals: number;
    readonly variants: number;
  };
  stats_sketch: {
    readonly day: number;
    readonly project: string;
    readonly kind: number;
    readonly sketch: string;
  };
  /** What an instance keeps on its disk, by the hour; `instance` is the name of its data folder. */
  stats_storage: {
    readonly at: number;
    readonly instance: string;
    readonly originals: number;
    readonly variants: number;
  };
  /** The last batch that each boot of an instance has written, and what shippers have sent under a key. */
  stats_writer: { readonly writer: string; readonly batch: number; readonly at: number };
};

export const STATS_OWNER = "stats";

/** Name of the SQLite file: one of its own, so that the journal never waits for a line. */
export const ANALYTICS_FILE = "analytics.db";

/** Rows of one table lie in the order of its key where the engine can do so; PostgreSQL keeps them in a heap. */
export function statsMigrations({ isShared }: Pick<Store, "isShared">): readonly Migration[] {
  const keyed = sql.raw(isShared ? "" : "without rowid");
  return [
    {
      version: 1,
      name: "lines and rollups",
      async up(transaction) {
        const run = (statement: ReturnType<typeof sql>) => statement.execute(transaction);
        await run(sql`create table stats_line (at bigint not null, n bigint not null, project text not null,
          url bigint not null, original bigint, is_node integer not null, node text, source text not null, cache text,
          status integer not null, code text, format text, referrer bigint, country text, bucket integer,
          hits bigint not null, bytes bigint not null, bytes_in bigint not null, microseconds bigint not null,
          primary key (at, n)) ${keyed}`);
        await run(sql`create index stats_line_project on stats_line (project, at, n)`);
        await run(sql`create table stats_resize (at bigint not null, n bigint not null, project text not null,
          url bigint not null, original bigint, status integer not null, code text, format text not null,
          hits bigint not null, bytes_in bigint not null, bytes_out bigint not null, microseconds bigint not null,
          primary key (at, n)) ${keyed}`);
        await run(sql`create index stats_resize_project on stats_resize (project, at, n)`);
        await run(sql`create table stats_fetch (at bigint not null, n bigint not null, project text not null,
          url bigint not null, origin text not null, status integer, code text, is_slow integer not null,
          is_failed integer not null, hits bigint not null, bytes bigint not null, microseconds bigint not null,
          dns bigint, connect bigint, first_byte bigint, primary key (at, n)) ${keyed}`);
        for (const mark of ["slow", "failed"]) {
          const only = sql.raw(`where is_${mark} = 1`);
          await run(
            sql`create index ${sql.ref(`stats_fetch_${mark}`)} on stats_fetch (project, at, n) ${only}`,
          );
          await run(sql`create index ${sql.ref(`stats_fetch_${mark}_all`)} on stats_fetch (at, n) ${only}`);
        }
        for (const grain of ["ten", "day"]) {
          const table = sql.table(`stats_${grain}`);
          await run(sql`create table ${table} (project text not null, dimension integer not null, at bigint not null,
            value text not null, hits bigint not null, bytes bigint not null, bytes_in bigint not null,
            microseconds bigint not null, primary key (project, dimension, at, value)) ${keyed}`);
          await run(sql`create index ${sql.ref(`stats_${grain}_at`)} on ${table} (at)`);
          await run(
            sql`create index ${sql.ref(`stats_${grain}_total`)} on ${table} (at, project) where dimension = 0`,
          );
        }
        await run(sql`create table stats_count (day integer not null, kind integer not null, project text not null,
          name bigint not null, hits bigint not null, bytes bigint not null, size bigint not null,
          last_at bigint not null, primary key (day, kind, project, name)) ${keyed}`);
        await run(sql`create table stats_name (id bigint not null primary key, kind integer not null, project text not null,
          text text not null, original bigint, first_at bigint not null, seen integer not null) ${keyed}`);
        await run(sql`create index stats_name_url on stats_name (project, first_at, id) where kind = 1`);
        await run(sql`create index stats_name_url_all on stats_name (first_at, id) where kind = 1`);
        await run(sql`create index stats_name_seen on stats_name (seen)`);
        await run(sql`create table stats_top (project text not null, kind integer not null, metric integer not null,
          day integer not null, place integer not null, name bigint not null, owner text not null, hits bigint not null,
          bytes bigint not null, primary key (project, kind, metric, day, place)) ${keyed}`);
        await run(sql`create index stats_top_day on stats_top (day)`);
        await run(sql`create table stats_closed (day integer not null primary key)`);
        await run(sql`create table stats_used (project text not null, day integer not null, originals bigint not null,
          variants bigint not null, primary key (project, day)) ${keyed}`);
        await run(sql`create index stats_used_day on stats_used (day)`);
        await run(sql`create table stats_sketch (day integer not null, project text not null, kind integer not null,
          sketch text not null, primary key (project, kind, day))`);
        await run(sql`create index stats_sketch_day on stats_sketch (day)`);
        await run(sql`create table stats_storage (at bigint not null, instance text not null, originals bigint not null,
          variants bigint not null, primary key (at, instance)) ${keyed}`);
        await run(sql`create table stats_writer (writer text not null primary key, batch bigint not null,
          at bigint not null)`);
        await run(sql`create index stats_writer_at on stats_writer (at)`);
      },
    },
  ];
}
