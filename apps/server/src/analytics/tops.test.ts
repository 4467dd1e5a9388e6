import fc from "fast-check";
import { expect, test } from "vitest";
import { closeDays, METRICS, MOST_TOPS } from "./days.ts";
import { answerOf, NOON, openStats, tablesOf, writeAnswers } from "./fixture.test.support.ts";
import { NAME_KINDS } from "./names.ts";
import { usedIn } from "./storage.ts";
import { DAY, dayOf } from "./summing.ts";
import { rank } from "./tops.ts";
import { namesOf } from "./views.ts";
import { Warm } from "./warm.ts";
import { createWriter } from "./write.ts";

const YESTERDAY = NOON - DAY;
const BOTH = { first: dayOf(YESTERDAY), last: dayOf(NOON) };

test("tops over closed and open days are what a plain count says, of one project and of all", async () => {
  const store = await openStats();
  const db = tablesOf(store);
  const writer = createWriter(store, () => NOON);
  const answers = fc.sample(
    fc.record({
      project: fc.constantFrom("demo", "shop"),
      url: fc.nat({ max: 30 }).map((number) => `/${number % 7 === 0 ? 0 : number}.jpg`),
      referer: fc.constantFrom("https://a.example/", "https://b.example/x", undefined),
      bytes: fc.integer({ min: 1, max: 1_000 }),
      at: fc.constantFrom(YESTERDAY, NOON - 2 * DAY, NOON),
    }),
    { numRuns: 400, seed: 7 },
  );
  await writeAnswers(
    writer,
    answers.map(({ at, ...more }) => [answerOf(more), at] as const),
  );
  const days = { first: dayOf(NOON) - 2, last: dayOf(NOON) };
  for (const closing of [false, true]) {
    if (closing) expect(await closeDays(store, NOON)).toBe(2);
    for (const project of ["demo", "shop", undefined]) {
      for (const metric of ["hits", "bytes"] as const) {
        for (const [kind, nameOf] of [
          [NAME_KINDS.url, ({ url, project }: (typeof answers)[number]) => `${project} ${url}`],
          [NAME_KINDS.referrer, ({ referer }: (typeof answers)[number]) => referer && new URL(referer).host],
        ] as const) {
          const { rows, missingAtMost } = await rank(db, new Warm(), {
            project,
            kind,
            metric,
            ...days,
            limit: 8,
          });
          const texts = await namesOf(
            db,
            rows.map(({ name }) => name),
          );
          const found = rows.map((row) => [
            kind === NAME_KINDS.url ? `${row.project} ${texts.get(row.name)}` : texts.get(row.name),
            row[metric],
          ]);
          const sums = new Map<string, number>();
          for (const each of answers) {
            const name = nameOf(each);
            if (name === undefined || (project !== undefined && each.project !== project)) continue;
            sums.set(name, (sums.get(name) ?? 0) + (metric === "hits" ? 1 : each.bytes));
          }
          const figures = [...sums.values()].sort((a, b) => b - a).slice(0, 8);
          expect(missingAtMost).toBe(0);
          expect(found.map(([, figure]) => figure)).toEqual(figures);
          for (const [name, figure] of found) expect(sums.get(String(name))).toBe(figure);
        }
      }
    }
  }
  expect(await closeDays(store, NOON)).toBe(0);
});

test("what a long list may lack is said, and is not exceeded", async () => {
  const store = await openStats();
  const writer = createWriter(store, () => NOON);
  const some = Array.from({ length: MOST_TOPS + 100 }, (_, number) => number);
  // The last of each day's list is the first of the other's.
  const times = (number: number, at: number) =>
    Array.from(
      { length: at === NOON ? 1 + (number % 3) : 3 - (number % 3) },
      () => [answerOf({ url: `/${number}.jpg` }), at] as const,
    );
  await writeAnswers(
    writer,
    some.flatMap((number) => [...times(number, NOON), ...times(number, YESTERDAY)]),
  );
  await closeDays(store, NOON);
  const query = { project: "demo", kind: NAME_KINDS.url, metric: "hits", limit: 20 } as const;
  const { rows, missingAtMost } = await rank(tablesOf(store), new Warm(), { ...query, ...BOTH });
  expect(missingAtMost).toBeGreaterThan(0);
  for (const { hits } of rows) expect(4 - hits).toBeLessThanOrEqual(missingAtMost);
  const one = await rank(tablesOf(store), new Warm(), { ...query, first: BOTH.last, last: BOTH.last });
  expect([one.missingAtMost, one.rows[0]?.hits]).toEqual([0, 3]);
});

test("a late line opens its day again", async () => {
  const store = await openStats();
  const db = tablesOf(store);
  const writer = createWriter(store, () => NOON);
  await writeAnswers(writer, [[answerOf(), YESTERDAY]]);
  expect(await closeDays(store, NOON)).toBe(1);
  await writeAnswers(writer, [[answerOf({ url: "/late.jpg", bytes: 50 }), YESTERDAY]]);
  const query = { project: "demo", kind: NAME_KINDS.url, metric: "bytes", ...BOTH, limit: 5 } as const;
  expect((await rank(db, new Warm(), query)).rows.map(({ bytes }) => bytes)).toEqual([100, 50]);
  const used = () => usedIn(db, new Warm(), "demo", { from: YESTERDAY, to: NOON });
  expect(await used()).toMatchObject([{ originals: 1_000, variants: 150 }]);
  expect(await closeDays(store, NOON)).toBe(1);
  expect(await used()).toMatchObject([{ originals: 1_000, variants: 150 }]);
  expect((await rank(db, new Warm(), query)).rows.map(({ bytes }) => bytes)).toEqual([100, 50]);
});

test("late lines that come while their day is being closed are in its tops", async () => {
  const store = await openStats();
  const db = tablesOf(store);
  const writer = createWriter(store, () => NOON);
  const day = dayOf(YESTERDAY);
  for (let round = 0; round < 15; round += 1) {
    await Promise.all([
      writeAnswers(writer, [
        [answerOf({ url: `/${round}.jpg` }), YESTERDAY],
        [answerOf({ url: "/always.jpg" }), YESTERDAY],
      ]),
      closeDays(store, NOON),
    ]);
    await closeDays(store, NOON);
    const counted = db
      .selectFrom("stats_count")
      .select(({ fn }) => fn.sum("hits").as("hits"))
      .where("day", "=", day)
      .where("kind", "=", NAME_KINDS.url);
    const ranked = db
      .selectFrom("stats_top")
      .select(({ fn }) => fn.sum("hits").as("hits"))
      .where("day", "=", day)
      .where("kind", "=", NAME_KINDS.url)
      .where("metric", "=", METRICS.hits)
      .where("project", "=", "demo");
    const [all, top] = [await counted.executeTakeFirstOrThrow(), await ranked.executeTakeFirstOrThrow()];
    expect(Number(top.hits)).toBe(Number(all.hits));
  }
});
