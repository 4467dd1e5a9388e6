import { type ChildProcess, fork } from "node:child_process";
import { sql } from "@freshet/store";
import { newPlace } from "@freshet/store/testing";
import { expect, onTestFinished, test } from "vitest";
import { openStats } from "./fixture.test.support.ts";
import { differences } from "./recompute.test.support.ts";

/** A batch is taken each second and has then to be written: on a busy machine that takes a while longer. */
const LOST_MS = 1_000;
const WRITING_MS = 4_000;

test("killed again and again, several writers lose their last second at most, and sums are what lines come to", async () => {
  const place = await newPlace();
  const store = await openStats(place);
  const hits = async (): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select coalesce(sum(hits), 0) as n from stats_line`.execute(
      store.db,
    );
    return rows[0]?.n ?? 0;
  };
  const children = new Set<ChildProcess>();
  onTestFinished(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  let before = 0;
  for (let round = 0; round < 3; round += 1) {
    const counts = [0, 1].map((number) => {
      const child = fork(new URL("./crash-child.ts", import.meta.url), [place, `i${number}`], {
        execArgv: [],
      });
      children.add(child);
      const told: { readonly counted: number; readonly at: number }[] = [];
      child.on("message", (message: (typeof told)[number]) => told.push(message));
      return { child, told };
    });
    // Until both have written something, and then on for no particular time.
    await expect.poll(hits).toBeGreaterThan(before);
    await expect.poll(() => counts.every(({ told }) => told.length > 200)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300 * round));
    const ends = counts.map(async ({ child, told }) => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      const killed = Date.now();
      await gone;
      children.delete(child);
      const certain = told.findLast(({ at }) => at < killed - LOST_MS - WRITING_MS)?.counted ?? 0;
      return { least: certain, most: (told.at(-1)?.counted ?? 0) + 5_000 };
    });
    const ended = await Promise.all(ends);
    const after = await hits();
    expect(after - before).toBeGreaterThanOrEqual(ended.reduce((sum, { least }) => sum + least, 0));
    expect(after - before).toBeLessThanOrEqual(ended.reduce((sum, { most }) => sum + most, 0));
    expect(await differences(store)).toEqual([]);
    before = after;
  }
  expect(before).toBeGreaterThan(1_000);
});
