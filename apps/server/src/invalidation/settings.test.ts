import { afterEach, expect, test } from "vitest";
import type { Project } from "../projects/project.ts";
import { type Boot, boot, DEMO, newFile, SHOP } from "./fixture.ts";
import type { InvalidationTables } from "./migrations.ts";

const file = await newFile();
let running: Boot | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

let seen = 0;

/** Projects that a start with these settings journalled an `all` for, and why. */
async function startWith(list: readonly Project[]): Promise<readonly string[]> {
  running = await boot(file, [], { list });
  await running.invalidation.start();
  const rows = await running.store.db
    .$extendTables<InvalidationTables>()
    .selectFrom("invalidation_entry")
    .select(["project", "scope", "cause"])
    .where("sequence", ">", seen)
    .orderBy("sequence")
    .execute();
  seen += rows.length;
  await running.stop();
  running = undefined;
  return rows.map(({ project, scope, cause }) => `${project} ${scope} ${JSON.parse(cause).kind}`);
}

test("a start invalidates what was answered under other settings, and what nobody answers any more", async () => {
  expect(await startWith([DEMO, SHOP])).toEqual([]);
  expect(await startWith([DEMO, SHOP])).toEqual([]);
  expect(await startWith([{ ...DEMO, missingStatus: 200 }, SHOP])).toEqual(["demo all settings"]);
  expect(await startWith([DEMO])).toEqual(["demo all settings", "shop all settings"]);
  expect(await startWith([DEMO])).toEqual([]);
  // While it was away its settings may have been others elsewhere.
  expect(await startWith([DEMO, SHOP])).toEqual(["shop all settings"]);
});
