import { sql } from "@freshet/store";
import { expect, test } from "vitest";
import { readAnalytics } from "./config.ts";
import { closeDays } from "./days.ts";
import { answerOf, NOON, newBuffer, openStats, tablesOf, writeAnswers } from "./fixture.test.support.ts";
import { boundsOf, shorten } from "./retention.ts";
import { sampleStorage } from "./storage.ts";
import { DAY } from "./summing.ts";
import { createWriter } from "./write.ts";

const KEPT = { days: 10, most: 10_000 };
const POLICY = readAnalytics({
  lines: { days: 2, most: 10_000 },
  tenMinutes: KEPT,
  counts: KEPT,
  days: { ...KEPT, days: 20 },
});

async function rowsOf(store: Awaited<ReturnType<typeof openStats>>, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(store.db);
  return rows[0]?.n ?? 0;
}

test("everything goes when it is too old, and nothing before", async () => {
  const store = await openStats();
  const writer = createWriter(store, () => NOON);
  for (const ago of [30, 15, 5, 1]) {
    await writeAnswers(writer, [[answerOf({ url: `/${ago}.jpg` }), NOON - ago * DAY]]);
    const buffer = newBuffer();
    const render = { project: "demo", url: "/r.jpg", original: "demo/r.jpg", status: 200, format: "webp" };
    buffer.render({ ...render, milliseconds: 1, bytesIn: 1, bytesOut: 1 }, NOON - ago * DAY);
    await writer.write(buffer.take(), { writer: `r${ago}`, batch: 1 });
    await sampleStorage(tablesOf(store), "me", { originals: 1, variants: 1 }, NOON - ago * DAY);
  }
  await closeDays(store, NOON);
  const removed = await shorten(store, POLICY, NOON);
  expect(removed).toMatchObject({ stats_line: 3, stats_resize: 3, stats_used: 1, stats_storage: 1 });
  expect([await rowsOf(store, "stats_line"), await rowsOf(store, "stats_resize")]).toEqual([1, 1]);
  const daysOf = async (table: string, column: string) => {
    const { rows } = await sql<{
      at: number;
    }>`select distinct ${sql.ref(column)} as at from ${sql.table(table)} order by 1`.execute(store.db);
    return rows.length;
  };
  expect([await daysOf("stats_ten", "at"), await daysOf("stats_day", "at")]).toEqual([2, 3]);
  expect([await daysOf("stats_count", "day"), await daysOf("stats_sketch", "day")]).toEqual([2, 2]);
  // Names stay as long as a count says them.
  const { rows } = await sql<{
    text: string;
  }>`select text from stats_name where kind = 1 order by text`.execute(store.db);
  expect(rows.map(({ text }) => text)).toEqual(["/1.jpg", "/5.jpg", "/r.jpg"]);
  expect(await shorten(store, POLICY, NOON)).toEqual({});
});

test("of what is too much the youngest stays, in every table", async () => {
  const store = await openStats();
  const writer = createWriter(store, () => NOON);
  const some = Array.from({ length: 3_000 }, (_, number) => number);
  await writeAnswers(
    writer,
    some.map(
      (number) =>
        [answerOf({ url: `/${number}.jpg`, status: 404 }), NOON - (3_000 - number) * 1_000] as const,
    ),
  );
  const most = 1_000;
  const tight = readAnalytics({
    lines: { days: 9, most },
    tenMinutes: { days: 9, most },
    counts: { days: 9, most },
    days: { days: 9, most },
  });
  await shorten(store, tight, NOON);
  for (const { table, most } of boundsOf(tight, NOON))
    expect(await rowsOf(store, table), table).toBeLessThanOrEqual(most);
  const { rows } = await sql<{ first: number }>`select min(at) as first from stats_line`.execute(store.db);
  expect([await rowsOf(store, "stats_line"), rows[0]?.first]).toEqual([most, NOON - most * 1_000]);
});
