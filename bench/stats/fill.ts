import { createBulk } from "../../apps/server/dist/analytics/bulk.js";
import { NAME_KINDS, nameId } from "../../apps/server/dist/analytics/names.js";
import { recomputed, recomputedCounts } from "../../apps/server/dist/analytics/recompute.test.support.js";
import { Sketch } from "../../apps/server/dist/analytics/sketch.js";
import { DAY, TEN_MINUTES } from "../../apps/server/dist/analytics/summing.js";
import { type Store, sql } from "../../packages/store/dist/index.js";

/** Different URLs, and originals behind them. */
const URLS = 100_000;
const ORIGINALS = 10_000;
const REFERRERS = 500;
/** Numbers of names, apart from each other. */
const FIRST_ORIGINAL = 1_000_001;
const FIRST_REFERRER = 2_000_001;
const AT_ONCE = 1_000_000;
/** Rows of the other logs: one for so many lines. */
const LINES_PER_EVENT = 20;

export interface Filling {
  readonly lines: number;
  /** Milliseconds since the epoch: over what they lie. */
  readonly first: number;
  readonly last: number;
}

/** Lines as a busy installation has them, over two projects, and everything that is summed up of them, by the engine itself. */
export async function fill(store: Store, filling: Filling, progress: (text: string) => void): Promise<void> {
  await fillNames(store, filling);
  for (let done = 0; done < filling.lines; done += AT_ONCE) {
    progress(`${done.toLocaleString("en")} lines`);
    await fillLines(store, filling, done + 1, Math.min(filling.lines, done + AT_ONCE));
  }
  progress("sums");
  await fillSums(store);
  await fillSketches(store, filling);
  await sql`analyze`.execute(store.db);
}

async function fillNames(store: Store, { first, last }: Filling): Promise<void> {
  const bulk = createBulk(store);
  const columns = {
    id: "bigint",
    kind: "integer",
    project: "text",
    text: "text",
    original: "bigint",
    first_at: "bigint",
    seen: "integer",
  } as const;
  const day = Math.floor(last / DAY);
  const step = Math.floor((last - first) / URLS);
  const originalOf = (url: number) => FIRST_ORIGINAL + (url % ORIGINALS);
  const urls = Array.from({ length: URLS }, (_, url) => {
    const text = `/v7/_m_/f${url % 40}/picture-${url % ORIGINALS}.jpg?w=${100 * (1 + (url % 10))}`;
    return [url, NAME_KINDS.url, projectOf(url), text, originalOf(url), first + url * step, day];
  });
  const originals = Array.from({ length: ORIGINALS }, (_, n) => [
    ...[FIRST_ORIGINAL + n, NAME_KINDS.original, "", `demo/shop.example/picture-${n}.jpg`, null, first, day],
  ]);
  const referrers = Array.from({ length: REFERRERS }, (_, n) => [
    ...[FIRST_REFERRER + n, NAME_KINDS.referrer, "", `page-${n}.example`, null, first, day],
  ]);
  await bulk.insert(store.db, "stats_name", columns, [...urls, ...originals, ...referrers]);
}

/** One in ten belongs to the other project, and hardly anything to a third. */
const projectOf = (url: number): string => (url % 10 === 7 ? "other" : "demo");
const PROJECT = sql`case when k % 100000 = 0 then 'quiet' when url % 10 = 7 then 'other' else 'demo' end`;

async function fillLines(
  store: Store,
  { lines, first, last }: Filling,
  from: number,
  to: number,
): Promise<void> {
  const step = sql.lit((last - first) / 1_000 / lines);
  const numbers = sql`with recursive s(k) as (select cast(${sql.lit(from)} as bigint) union all select k + 1 from s where k < ${sql.lit(to)})`;
  const at = sql`${sql.lit(first)} + cast(floor(k * ${step}) as bigint) * 1000`;
  // Half of the traffic goes to one in a hundred URLs.
  const url = sql`(case when k % 2 = 0 then (k * 7919) % ${sql.lit(URLS / 100)} else (k * 104729) % ${sql.lit(URLS)} end)`;
  const status = sql`(case when k % 97 = 0 then 404 when k % 991 = 0 then 502 when k % 31 = 0 then 304 else 200 end)`;
  const source = sql`(case when k % 97 = 0 or k % 991 = 0 then 'failed' when k % 31 = 0 then 'unmodified'
    when k % 40 = 0 then 'rendered' when k % 9 = 0 then 'disk' else 'memory' end)`;
  await sql`${numbers} insert into stats_line (at, n, project, url, original, is_node, node, source, cache, status, code,
      format, referrer, country, bucket, hits, bytes, bytes_in, microseconds)
    select ${at}, k, ${PROJECT}, url, ${sql.lit(FIRST_ORIGINAL)} + url % ${sql.lit(ORIGINALS)},
      0, null, source, null, status, case when status = 404 then 'ORIGINAL_MISSING' when status = 502 then 'ORIGIN_BROKEN' end,
      case when status = 200 then case when k % 3 = 0 then 'avif' else 'webp' end end,
      case when k % 3 = 0 then ${sql.lit(FIRST_REFERRER)} + k % ${sql.lit(REFERRERS)} end,
      case when k % 5 = 0 then case when k % 2 = 0 then 'DE' else 'FR' end end,
      case when source = 'rendered' then 6 + k % 4 else 0 end, 1 + k % 3,
      case when status = 304 then 0 else (1 + k % 3) * (2000 + url % 40000) end,
      case when status = 200 then (1 + k % 3) * 400000 else 0 end, case when source = 'rendered' then 80000 else 300 end
    from (select k, ${url} as url, ${status} as status, ${source} as source from s) made`.execute(store.db);
  const isEvent = sql`k % ${sql.lit(LINES_PER_EVENT)} = 0`;
  await sql`${numbers} insert into stats_resize (at, n, project, url, original, status, code, format, hits, bytes_in, bytes_out,
      microseconds)
    select ${at}, k, ${PROJECT}, url, ${sql.lit(FIRST_ORIGINAL)} + url % ${sql.lit(ORIGINALS)},
      case when k % 500 = 0 then 415 else 200 end, case when k % 500 = 0 then 'IMAGE_UNREADABLE' end,
      case when k % 3 = 0 then 'avif' else 'webp' end, 1, 400000, 20000, 80000
    from (select k, ${url} as url from s where ${isEvent}) made`.execute(store.db);
  await sql`${numbers} insert into stats_fetch (at, n, project, url, origin, status, code, is_slow, is_failed, hits, bytes,
      microseconds, dns, connect, first_byte)
    select ${at}, k, ${PROJECT}, url, 'shop-' || (k % 30) || '.example',
      case when k % 300 = 0 then null else 200 end, case when k % 300 = 0 then 'ORIGIN_SLOW' end,
      case when k % 200 = 0 then 1 else 0 end, case when k % 300 = 0 then 1 else 0 end, 1, 400000, 120000, 500, 2000, 90000
    from (select k, ${url} as url from s where ${isEvent}) made`.execute(store.db);
}

async function fillSums({ db }: Store): Promise<void> {
  const columns = sql.raw("project, dimension, at, value, hits, bytes, bytes_in, microseconds");
  const sums = sql.raw("sum(hits), sum(bytes), sum(bytes_in), sum(microseconds)");
  await sql`insert into stats_ten (${columns}) select ${columns} from (${recomputed(TEN_MINUTES, false)}) r`.execute(
    db,
  );
  await sql`insert into stats_ten (${columns}) select '*', dimension, at, value, ${sums} from stats_ten
    group by dimension, at, value`.execute(db);
  await sql`insert into stats_day (${columns}) select project, dimension, at - at % ${sql.lit(DAY)}, value, ${sums} from stats_ten
    group by 1, 2, 3, 4`.execute(db);
  await sql`insert into stats_count (day, kind, project, name, hits, bytes, last_at, size)
    select day, kind, project, name, hits, bytes, last_at, bytes / hits from (${recomputedCounts()}) r`.execute(
    db,
  );
}

async function fillSketches({ db }: Store, { first, last }: Filling): Promise<void> {
  const tables = db.$extendTables<{
    stats_sketch: { day: number; project: string; kind: number; sketch: string };
  }>();
  for (let day = Math.floor(first / DAY); day <= Math.floor(last / DAY); day += 1) {
    for (const project of ["demo", "other", "*"]) {
      for (const kind of [1, 2]) {
        const sketch = new Sketch();
        for (let n = 0; n < 3_000; n += 1) sketch.add(nameId(NAME_KINDS.url, project, `${day % 7} ${n}`));
        await tables
          .insertInto("stats_sketch")
          .values({ day, project, kind, sketch: String(sketch) })
          .execute();
      }
    }
  }
}
