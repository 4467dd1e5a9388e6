import { openStore, type Store } from "@freshet/store";
import { at, newPlace } from "@freshet/store/testing";
import { onTestFinished } from "vitest";
import { Buffer } from "./buffer.ts";
import type { AnswerEvent } from "./events.ts";
import type { StatsDb } from "./figures.ts";
import { STATS_OWNER, type StatsTables, statsMigrations } from "./tables.ts";
import { Referrers } from "./visitors.ts";
import type { Writer } from "./write.ts";

export const NOON = Date.parse("2026-11-28T12:00:00Z");

/** An empty store of this run's engine, closed when the test has finished. */
export async function openStats(place?: string): Promise<Store> {
  const store = await openStore(at(place ?? (await newPlace())));
  onTestFinished(() => store.close());
  await store.migrate(STATS_OWNER, statsMigrations(store));
  return store;
}

export const tablesOf = (store: Store): StatsDb => store.db.$extendTables<StatsTables>();

export const newBuffer = (more: { readonly mostLines?: number; readonly mostEvents?: number } = {}): Buffer =>
  new Buffer({ referrers: new Referrers(), slowMs: 500, ...more });

/** An answer to a picture, with whatever else is said. */
export const answerOf = (more: Partial<AnswerEvent> = {}): AnswerEvent => ({
  ...{ project: "demo", url: "/v7/_site_/a.jpg", original: "demo/site.example/a.jpg", source: "memory" },
  ...{ status: 200, format: "webp", bytes: 100, bytesIn: 1_000, milliseconds: 1 },
  ...more,
});

let batches = 0;
/** Writes answers as one batch of a writer of its own. */
export async function writeAnswers(
  writer: Writer,
  answers: readonly (readonly [answer: AnswerEvent, at: number])[],
): Promise<void> {
  const buffer = newBuffer({ mostLines: answers.length + 1 });
  for (const [answer, when] of answers) buffer.answer(answer, when);
  batches += 1;
  await writer.write(buffer.take(), { writer: `test ${batches}`, batch: 1 });
}
