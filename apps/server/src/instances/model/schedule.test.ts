import { expect, test } from "vitest";
import { isFull } from "../../cache/model/freshness.ts";
import { SCHEDULES } from "./schedules.ts";
import { replay, search } from "./search.ts";

const RUNS = isFull ? 10_000 : 500;

test("in whatever order the store answers and however long anybody stands still, nothing old is shown after Done", async () => {
  const { seed, numRuns, counterexample, errorInstance } = await search(RUNS);
  console.log(`${numRuns} schedules from seed ${seed}`);
  expect(errorInstance, `seed ${seed}: ${JSON.stringify(counterexample?.slice(1))}`).toBeNull();
}, 900_000);

test.each(Object.entries(SCHEDULES))("%s", async (_, schedule) => {
  expect(await replay(schedule)).toEqual([]);
});
