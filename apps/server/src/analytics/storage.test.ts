import { newPlace } from "@freshet/store/testing";
import { expect, onTestFinished, test } from "vitest";
import { newFolder, startFleet } from "../instances/fleet.test.support.ts";
import { openStats, tablesOf } from "./fixture.test.support.ts";
import { storedIn } from "./storage.ts";
import { DAY } from "./summing.ts";

test("a disk is counted once however often an instance begins anew on it, and every disk is", async () => {
  const fleet = await startFleet();
  onTestFinished(() => fleet.stop());
  const [statsPlace, folder] = [await newPlace(), await newFolder()];
  const boot = async (place: string) => {
    const instance = await fleet.start({ folder: place, statsPlace });
    const { status } = await instance.get("/v7/_site_/a.gif");
    expect(status).toBe(200);
    await instance.stop();
  };
  for (let time = 0; time < 3; time += 1) await boot(folder);
  const stats = tablesOf(await openStats(statsPlace));
  const rows = () => stats.selectFrom("stats_storage").selectAll().orderBy("at", "desc").execute();
  const [last, ...before] = await rows();
  // The hour may have ended between two boots.
  expect(before.filter(({ at }) => at === last?.at)).toEqual([]);
  expect(last?.originals).toBeGreaterThan(0);
  await boot(await newFolder());
  expect(new Set((await rows()).map(({ instance }) => instance)).size).toBe(2);
  const now = Date.now();
  const stored = await storedIn(stats, { from: now - DAY, to: now + DAY, step: "hour" });
  expect(stored.at(-1)?.originals).toBeLessThanOrEqual(last?.originals ?? 0);
});
