import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Buffer as Counting } from "../../apps/server/dist/analytics/buffer.js";
import { readAnalytics } from "../../apps/server/dist/analytics/config.js";
import { closeDays } from "../../apps/server/dist/analytics/days.js";
import { shorten } from "../../apps/server/dist/analytics/retention.js";
import { DAY } from "../../apps/server/dist/analytics/summing.js";
import { Referrers } from "../../apps/server/dist/analytics/visitors.js";
import { createWriter } from "../../apps/server/dist/analytics/write.js";
import { openStore, type Store, sql } from "../../packages/store/dist/index.js";
import { startFreshet } from "../../test/support/freshet.ts";
import { postgresIsAway, startPostgres } from "../../test/support/postgres.ts";
import { ask } from "../freshness/ask.ts";
import type { Options } from "../options.ts";
import { fill } from "./fill.ts";
import type { StatsTimes } from "./report.ts";

const KEY = "client_0123456789abcdef";
const QUIET_KEY = `${KEY}_quiet`;
const ADMIN_KEY = "admin_0123456789abcdef";
/** Days over which the lines lie. */
const DAYS = 29;
/** Requests of each kind. */
const TIMES = 20;

/** Pages over ten million lines, written directly; the API is asked as anybody would. */
export async function measureStats(
  options: Options,
  leaveOut: (peer: string, why: string) => void,
  progress: (text: string) => void,
): Promise<readonly StatsTimes[]> {
  const lines = options.quick || options.pace < 1 ? 1_000_000 : 10_000_000;
  const found = [await measureEngine("SQLite", lines, progress)];
  const missing = postgresIsAway();
  if (missing === undefined) found.push(await measureEngine("PostgreSQL", lines, progress));
  else leaveOut("PostgreSQL", missing);
  return found;
}

async function measureEngine(
  engine: string,
  lines: number,
  progress: (text: string) => void,
): Promise<StatsTimes> {
  await using started = new AsyncDisposableStack();
  const postgres = engine === "PostgreSQL" ? await startPostgres() : undefined;
  if (postgres) started.defer(postgres.stop);
  const section = { aliases: { _m_: { folder: "media" } } };
  const freshet = await startFreshet({
    config: {
      projects: {
        demo: { ...section, apiKey: KEY },
        other: { ...section, apiKey: `${KEY}_other` },
        quiet: { ...section, apiKey: QUIET_KEY },
      },
      ...{ adminKey: ADMIN_KEY, log: "warn" },
    },
    env: postgres ? { FRESHET_STORE_URL: postgres.url } : {},
  });
  started.defer(freshet.stop);
  // The tables are there; nobody else writes while they are filled.
  await freshet.kill();
  const file = join(freshet.dataFolder, "analytics.db");
  const place = postgres ? { url: postgres.url } : { file };
  const store = await openStore({ ...place, statementTimeout: 1_800_000, busyTimeout: 60_000 });
  started.defer(() => store.close());
  const now = Date.now();
  const say = (what: string) => progress(`stats: ${what}, ${engine}`);
  await fill(store, { lines, first: now - DAYS * DAY, last: now }, say);
  say("closing days");
  const begun = performance.now();
  const closed = await closeDays(store, now);
  const closedMs = (performance.now() - begun) / closed;
  const bytesPerLine = (await bytesOf(store, postgres ? undefined : file)) / lines;
  await freshet.restart();
  const pages: Record<string, readonly number[]> = {};
  for (const [name, request] of Object.entries(REQUESTS)) {
    say(name);
    pages[name] = await measurePage(freshet.url, request, now);
  }
  say("writing");
  const writtenPerSecond = await measureWriting(store, now);
  say("retention");
  return {
    engine,
    lines,
    bytesPerLine,
    pages,
    writtenPerSecond,
    closedMs,
    ...(await halve(store, lines, now)),
  };
}

interface Request {
  /** Behind /stats/; a period is put behind it. */
  readonly path: string;
  readonly isAll?: boolean;
  /** Of the project that has hardly anything. */
  readonly isQuiet?: boolean;
  /** Days of its period. */
  readonly days?: number;
  /** Whether pages follow each other. */
  readonly isLog?: boolean;
}

const REQUESTS: Readonly<Record<string, Request>> = {
  overview: { path: "overview?", days: 30 },
  "overview of everything": { path: "overview?", days: 30, isAll: true },
  "overview of two days, by ten minutes": { path: "overview?step=10m", days: 2 },
  volumetry: { path: "volumetry?", days: 30 },
  "volumetry of everything": { path: "volumetry?", days: 30, isAll: true },
  optimization: { path: "optimization?", days: 30 },
  delivery: { path: "delivery?", days: 30 },
  "delivery of a week, by the hour": { path: "delivery?step=hour", days: 7 },
  "delivery of a week, by ten minutes": { path: "delivery?step=10m", days: 7, isAll: true },
  general: { path: "general?", days: 30 },
  "top URLs": { path: "top?by=urls", days: 30 },
  "top URLs of everything, by bytes": { path: "top?by=urls&order=bytes", days: 30, isAll: true },
  "top originals": { path: "top?by=originals", days: 30 },
  "top referrers": { path: "top?by=referrers", days: 7 },
  "top failures": { path: "top?by=errors", days: 1 },
  "last renders": { path: "logs/resizes?limit=100", isLog: true },
  "slow downloads": { path: "logs/slow?limit=100", isLog: true },
  "failed downloads of an origin": { path: "logs/failed?limit=100&origin=shop-0.example", isLog: true },
  "different URLs": { path: "logs/urls?limit=100", isLog: true },
  "every answer": { path: "logs/cdn?limit=100", isLog: true },
  "every answer of everybody": { path: "logs/cdn?limit=100", isLog: true, isAll: true },
  "answers, a rare status": { path: "logs/cdn?limit=100&status=502", isLog: true },
  "answers, part of a URL": { path: "logs/cdn?limit=100&url=picture-4321.jpg", isLog: true },
  "answers, nothing found": { path: "logs/cdn?limit=100&status=418", isLog: true },
  "answers of a quiet project": { path: "logs/cdn?limit=100&status=2xx", isLog: true, isQuiet: true },
  "delivery of a quiet project": { path: "delivery?", days: 30, isQuiet: true },
  "answers of a day long ago": { path: "logs/cdn?limit=100", isLog: true, days: 1 },
};

async function measurePage(
  url: string,
  { path, days, isAll = false, isQuiet = false, isLog = false }: Request,
  now: number,
): Promise<readonly number[]> {
  const headers = { "x-client-key": isAll ? ADMIN_KEY : isQuiet ? QUIET_KEY : KEY };
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const times: number[] = [];
  for (let time = 0, cursor = ""; time < TIMES; time += 1) {
    // Another period each time: half of them with today, which is counted, and half without.
    const last = isLog ? now - (DAYS - 2) * DAY : now - (time % 2) * Math.ceil(time / 4) * DAY;
    const period = days === undefined ? "" : `&from=${day(last - (days - 1) * DAY)}&to=${day(last)}`;
    const begun = performance.now();
    const { status, text } = await ask(`${url}/stats/${path}${period}${cursor}`, { headers });
    times.push(performance.now() - begun);
    if (status !== 200) throw new Error(`/stats/${path}${period} was answered ${status}: ${text}`);
    const body = JSON.parse(text);
    // Deep in a log a page may end empty and say where to go on.
    const isEmpty = body.totals?.requests === 0 || body.requests === 0 || body.rows?.length === 0;
    if (isEmpty && cursor === "" && body.cursor === undefined && !path.includes("418"))
      throw new Error(`/stats/${path}${period} found nothing.`);
    cursor = isLog && body.cursor !== undefined ? `&cursor=${body.cursor}` : "";
  }
  return times;
}

/** Batches of 2,000 different lines each, as an instance under load writes one a second. */
async function measureWriting(store: Store, now: number): Promise<number> {
  const writer = createWriter(store, () => now);
  const batches = 5;
  const lines = 2_000;
  let seconds = 0;
  for (let batch = 1; batch <= batches; batch += 1) {
    const counting = new Counting({ referrers: new Referrers(), slowMs: 1_000 });
    for (let n = 0; n < lines; n += 1) {
      const path = `picture-${(n * 13 + batch * 7) % 9_000}.jpg`;
      counting.answer(
        {
          ...{ project: "demo", url: `/v7/_m_/${path}?w=100`, original: `demo/shop.example/${path}` },
          ...{
            source: "disk",
            status: 200,
            format: "webp",
            bytes: 20_000,
            bytesIn: 400_000,
            milliseconds: 3,
          },
        },
        now,
      );
    }
    const taken = counting.take();
    const begun = performance.now();
    await writer.write(taken, { writer: "bench", batch });
    seconds += (performance.now() - begun) / 1_000;
  }
  return (batches * lines) / seconds;
}

/** A policy of half as many lines. */
async function halve(
  store: Store,
  lines: number,
  now: number,
): Promise<Pick<StatsTimes, "removedPerSecond" | "keptOfPolicy">> {
  const most = Math.round(lines / 2);
  const policy = readAnalytics({ lines: { days: 3_000, most } });
  const begun = performance.now();
  const removed = Object.values(await shorten(store, policy, now)).reduce((sum, each) => sum + each, 0);
  const seconds = (performance.now() - begun) / 1_000;
  const { rows } = await sql<{ n: number }>`select count(*) as n from stats_line`.execute(store.db);
  return { removedPerSecond: removed / seconds, keptOfPolicy: (rows[0]?.n ?? 0) / most };
}

async function bytesOf(store: Store, file: string | undefined): Promise<number> {
  if (file !== undefined) return (await stat(file)).size;
  const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(
    store.db,
  );
  return rows[0]?.bytes ?? 0;
}
