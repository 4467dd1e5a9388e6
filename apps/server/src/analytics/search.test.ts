import fc from "fast-check";
import { expect, test } from "vitest";
import type { AnswerEvent } from "./events.ts";
import { type FilterQuery, readFilters } from "./filters.ts";
import { answerOf, NOON, openStats, tablesOf, writeAnswers } from "./fixture.test.support.ts";
import { logPage, readCursor, writeCursor } from "./log-page.ts";
import { createWriter } from "./write.ts";

test("pages of any filter together are what the filter says, each row once and newest first", async () => {
  const store = await openStats();
  const answers = fc.sample(
    fc.record({
      project: fc.constantFrom("demo", "shop"),
      url: fc.constantFrom("/a%b_c.jpg", "/A%B.jpg", "/v7/x.jpg?w=1", "/ümlaut.jpg"),
      status: fc.constantFrom(200, 404, 416, 502),
      source: fc.constantFrom("memory", "failed" as const),
      ago: fc.nat({ max: 5_000 }),
    }),
    { numRuns: 900, seed: 3 },
  );
  await writeAnswers(
    createWriter(store, () => NOON),
    answers.map(({ ago, ...more }) => [answerOf(more as Partial<AnswerEvent>), NOON - ago * 1_000] as const),
  );
  const matches = (query: FilterQuery, { url, status, source }: (typeof answers)[number]): boolean =>
    (query.url === undefined || url.includes(query.url)) &&
    (query.source === undefined || source === query.source) &&
    (query.status === undefined || String(status).startsWith(query.status.replaceAll("x", "")));
  const filter = fc.record(
    {
      url: fc.constantFrom("%", "_c", "a", "jpg?w", "ü", "none"),
      status: fc.constantFrom("404", "4xx", "5xx", "200"),
      source: fc.constantFrom("memory", "failed", "edge"),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      filter,
      fc.constantFrom("demo", "shop", undefined),
      fc.integer({ min: 1, max: 100 }),
      fc.nat({ max: 5_000 }),
      async (query, project, limit, since) => {
        const from = NOON - since * 1_000;
        const wish = { project, from, to: NOON + 1, filters: readFilters("cdn", query), limit };
        let found = 0;
        let last = Number.POSITIVE_INFINITY;
        for (let before: ReturnType<typeof readCursor>; ; ) {
          const { rows, next } = await logPage(tablesOf(store), "cdn", { ...wish, before }, NOON);
          expect(rows.length).toBeLessThanOrEqual(limit);
          for (const row of rows) {
            expect(Date.parse(String(row.at))).toBeLessThanOrEqual(last);
            last = Date.parse(String(row.at));
            found += Number(row.count);
          }
          if (!next) break;
          before = readCursor(writeCursor(next));
        }
        const wanted = answers.filter(
          (each) =>
            (project === undefined || each.project === project) && each.ago <= since && matches(query, each),
        );
        expect(found).toBe(wanted.length);
      },
    ),
    { numRuns: 40 },
  );
});
