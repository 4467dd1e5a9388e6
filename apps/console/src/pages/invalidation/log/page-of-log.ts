import type { InvalidationEntry, InvalidationPage } from "@freshet/core";

/** Entries that are shown together. */
export const PAGE = 20;
/** A search that finds little goes on for so long by itself; then somebody is asked. */
const MOST_MS = 3_000;

/** One page as it is shown. */
export interface LogPage {
  readonly entries: readonly InvalidationEntry[];
  /** Where the next page begins, or where the search goes on; undefined at the end of the log. */
  readonly cursor: string | undefined;
  /** The search was given up before the page was full. */
  readonly isShort: boolean;
}

/**
 * Reads a page of the log. Where few entries are what is asked for, the server answers with short pages, or empty ones, and says where
 * to go on: that is done here until the page is full, the log ends or the time is over.
 */
export async function readLogPage(
  ask: (cursor: string | undefined, limit: number) => Promise<InvalidationPage>,
  from: string | undefined,
  now: () => number = () => performance.now(),
): Promise<LogPage> {
  const entries: InvalidationEntry[] = [];
  const end = now() + MOST_MS;
  for (let cursor = from; ; ) {
    const page = await ask(cursor, PAGE - entries.length);
    entries.push(...page.invalidations);
    // What says the same again would never end.
    if (page.cursor === null || page.cursor === cursor) return { entries, cursor: undefined, isShort: false };
    cursor = page.cursor;
    if (entries.length >= PAGE) return { entries, cursor, isShort: false };
    if (now() >= end) return { entries, cursor, isShort: true };
  }
}
