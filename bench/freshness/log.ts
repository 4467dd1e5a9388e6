import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Coverage } from "../../apps/server/dist/cache/coverage.js";
import type { InvalidationTables } from "../../apps/server/dist/invalidation/migrations.js";
import { createRetention } from "../../apps/server/dist/invalidation/retention.js";
import { openStore, type Store, sql } from "../../packages/store/dist/index.js";
import { startFreshet } from "../../test/support/freshet.ts";
import { postgresIsAway, startPostgres } from "../../test/support/postgres.ts";
import { usageOf } from "../accounting.ts";
import type { Options } from "../options.ts";
import { ask } from "./ask.ts";

const KEY = "client_0123456789abcdef";
const DAY = 86_400_000;
/** Days over which the rows lie. */
const DAYS = 30;
/** Pages of each kind, and entries on each. */
const TIMES = 20;
const LIMIT = 100;

/** How long pages of a long log take on one engine, in milliseconds, and what shortening it costs those who invalidate. */
export interface LogTimes {
  readonly engine: string;
  readonly rows: number;
  /** By what is searched for: first pages, pages deep in the log, and pages that end empty. */
  readonly pages: Readonly<Record<string, readonly number[]>>;
  /** Milliseconds of the server's processor time for a page: other work on the machine changes it little. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Entries that retention removes a second. */
  readonly removedPerSecond: number;
  /** What acceptance takes meanwhile. */
  readonly accepts: readonly number[];
}

/** Pages of the log over a million rows, written directly, for each filter; the API is asked as anybody would. */
export async function measureLogs(
  options: Options,
  leaveOut: (peer: string, why: string) => void,
  progress: (text: string) => void,
): Promise<readonly LogTimes[]> {
  const rows = options.quick ? 100_000 : 1_000_000;
  const found = [await measureLog("SQLite", rows, progress)];
  const missing = postgresIsAway();
  if (missing === undefined) found.push(await measureLog("PostgreSQL", rows, progress));
  else leaveOut("PostgreSQL", missing);
  return found;
}

async function measureLog(engine: string, rows: number, progress: (text: string) => void): Promise<LogTimes> {
  await using started = new AsyncDisposableStack();
  const postgres = engine === "PostgreSQL" ? await startPostgres() : undefined;
  if (postgres) started.defer(postgres.stop);
  const freshet = await startFreshet({
    config: { projects: { demo: { apiKey: KEY, aliases: { _m_: { folder: "media" } } } }, log: "warn" },
    env: postgres ? { FRESHET_STORE_URL: postgres.url } : {},
  });
  started.defer(freshet.stop);
  const { name, tag } = await originalOf(freshet.url, "/v7/_m_/f3/p1003.jpg");
  // The tables are there; nobody else writes while they are filled.
  await freshet.kill();
  const place = postgres ? { url: postgres.url } : { file: join(freshet.dataFolder, "freshet.db") };
  const store = await openStore({ ...place, statementTimeout: 600_000, busyTimeout: 60_000 });
  started.defer(() => store.close());
  const now = Date.now();
  progress(`log: ${rows.toLocaleString("en")} rows, ${engine}`);
  await fill(store, rows, now, { tag, folder: name.slice(0, -"f3/p1003.jpg".length) });
  await freshet.restart();

  const get = async (query: string) => {
    const begun = performance.now();
    const { status, text } = await ask(`${freshet.url}/invalidate?limit=${LIMIT}${query}`, {
      headers: { "x-client-key": KEY },
    });
    if (status !== 200) throw new Error(`The log was answered ${status}: ${text}`);
    const { invalidations, cursor } = JSON.parse(text);
    return { ms: performance.now() - begun, count: invalidations.length, cursor: cursor as string | null };
  };
  const timeOf = (share: number) => encodeURIComponent(new Date(now - DAYS * DAY * share).toISOString());
  const searches: Readonly<Record<string, string>> = {
    nothing: "",
    "a status, usual": "&status=DONE",
    "a status, rare": "&status=ERROR_CDN_NODE",
    "a scope": "&scope=all",
    "a cause, usual": "&cause=api",
    "a cause, rare": "&cause=shopify",
    "an original": "&path=/_m_/f3/p1003.jpg",
    "a folder": "&path=/_m_/f3/*",
    "a folder of nothing": "&path=/_m_/nowhere/*",
    "a day long ago": `&since=${timeOf(0.9)}&until=${timeOf(0.87)}`,
    "what there is none of": "&status=ERROR&cause=nobody&scope=tags",
    "much at once, nothing found": "&status=DONE&cause=api&scope=tags",
  };
  const pages: Record<string, readonly number[]> = {};
  const cpuMs: Record<string, number> = {};
  for (const [name, query] of Object.entries(searches)) {
    progress(`log: ${name}, ${engine}`);
    const times: number[] = [];
    const used = usageOf(freshet.pid).cpuMs;
    // One behind the other, so that half of them lie where nobody has just been.
    for (let cursor = ""; times.length < TIMES; ) {
      const page = await get(query + cursor);
      times.push(page.ms);
      cursor = page.cursor === null ? "" : `&cursor=${page.cursor}`;
    }
    pages[name] = times;
    cpuMs[name] = (usageOf(freshet.pid).cpuMs - used) / TIMES;
  }
  progress(`log: retention, ${engine}`);
  return { engine, rows, pages, cpuMs, ...(await shorten(store, freshet.url, rows, now)) };
}

/** Removes a tenth of the rows while somebody invalidates. */
async function shorten(
  store: Store,
  url: string,
  rows: number,
  now: number,
): Promise<Pick<LogTimes, "removedPerSecond" | "accepts">> {
  const retention = createRetention({
    db: store.db.$extendTables<InvalidationTables>(),
    coverage: new Coverage(),
    keepMs: DAYS * DAY * 0.9,
    now: () => now,
    log: () => {},
  });
  const accepts: number[] = [];
  let isRemoving = true;
  const invalidating = (async () => {
    for (; isRemoving; await sleep(20)) {
      const begun = performance.now();
      const body = JSON.stringify({ scope: "original", urls: [`/_m_/new/${accepts.length}.jpg`] });
      const headers = { "x-client-key": KEY };
      const { status, text } = await ask(`${url}/invalidate`, { method: "POST", headers, body });
      if (status !== 201) throw new Error(`An invalidation was answered ${status}: ${text}`);
      accepts.push(performance.now() - begun);
    }
  })();
  const begun = performance.now();
  const removed = await retention.run();
  const seconds = (performance.now() - begun) / 1_000;
  isRemoving = false;
  await invalidating;
  if (removed < rows / 20) throw new Error(`Only ${removed} entries were removed.`);
  return { removedPerSecond: removed / seconds, accepts };
}

/** Rows as a busy installation has them: mostly Done, mostly single originals, some of everything. */
async function fill(
  store: Store,
  rows: number,
  now: number,
  { tag, folder }: { readonly tag: string; readonly folder: string },
): Promise<void> {
  const first = now - DAYS * DAY;
  const step = Math.floor((DAYS * DAY) / rows);
  const numbers = sql`with recursive s(n) as (select 1 union all select n + 1 from s where n < ${sql.lit(rows)})`;
  const at = sql`(${sql.lit(first)} + n * cast(${sql.lit(step)} as bigint))`;
  const status = sql`case when n % 997 = 0 then 'ERROR_CDN_NODE' when n % 4999 = 0 then 'ERROR' else 'DONE' end`;
  const scope = sql`case when n % 211 = 0 then 'all' when n % 50 = 0 then 'urls' else 'original' end`;
  const cause = sql`case when n % 5003 = 0 then 'shopify' when n % 3 = 0 then 'wordpress' else 'api' end`;
  const name = sql`('f' || (n % 40) || '/p' || (n % 20000) || '.jpg')`;
  const id = sql`('0f6c1a2e-5b1f-4c0e-9f57-' || (100000000000 + n))`;
  const evidence = `{"bytes":{"changed":1,"same":0,"unknown":0},"probes":{"asked":2,"stale":0,"repeats":0,"samples":[]}}`;
  await sql`${numbers} insert into invalidation_entry (id, sequence, project, scope, status, cause, cause_kind, chain, attempt,
      attempts, paths, received_at, preparing_at, instances_at, nodes_at, ended_at, evidence, next_at, lease_until)
    select ${id}, n, 'demo', ${scope}, ${status}, '{"kind":"' || (${cause}) || '"}', ${cause}, 0, 1, 1, 1,
      ${at}, ${at} + 3, ${at} + 3, ${at} + 9, ${at} + 20, ${sql.lit(evidence)}, null, 0 from s`.execute(
    store.db,
  );
  // Names and tags as the server gives them: those that are searched for are.
  await sql`${numbers} insert into invalidation_path (entry, place, project, sequence, kind, received, path, name, tag)
    select ${id}, 0, 'demo', n, 'original', '/_m_/' || ${name}, '/_m_/' || ${name}, ${sql.lit(folder)} || ${name},
      case when n % 20000 = 1003 then ${sql.lit(tag)} else 'o-' || (1000000000000000 + n % 20000) end
    from s`.execute(store.db);
  await sql`${numbers} insert into invalidation_target (entry, node, stage, status, attempts, next_at, at)
    select ${id}, 'varnish http://10.0.0.5:6081', 'node', 'done', 1, 0, ${at} + 20 from s`.execute(store.db);
  await sql`update invalidation_sequence set n = ${sql.lit(rows)}`.execute(store.db);
  await sql`analyze`.execute(store.db);
}

/** How the server calls the original of a delivery URL. */
async function originalOf(
  url: string,
  path: string,
): Promise<{ readonly name: string; readonly tag: string }> {
  const { text } = await ask(`${url}/projects/demo/explain?url=${encodeURIComponent(path)}`, {
    headers: { "x-client-key": KEY },
  });
  return JSON.parse(text).original;
}
