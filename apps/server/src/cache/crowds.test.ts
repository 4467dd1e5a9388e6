import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Crowds } from "./crowds.ts";
import { createDeparture } from "./departure.ts";

const nobody = () => createDeparture();

test("all who join hear what the first one found, after him; whoever comes later finds nobody", async () => {
  const crowds = new Crowds<string>();
  const { promise, resolve } = Promise.withResolvers<string>();
  const heard: (string | undefined)[] = [];
  expect(crowds.join("hat", () => {})).toBeUndefined();
  const first = crowds.lead("hat", nobody(), () => promise).then((found) => heard.push(`first ${found}`));
  for (let each = 0; each < 120; each += 1) crowds.join("hat", (found) => heard.push(found));
  expect([crowds.isUnderWay("hat"), crowds.isUnderWay("coat")]).toEqual([true, false]);
  // Another one who walks by himself is no second leader.
  expect(await crowds.lead("hat", nobody(), async () => "own")).toBe("own");
  expect(crowds.isUnderWay("hat")).toBe(true);
  resolve("hat");
  await first;
  expect([crowds.isUnderWay("hat"), crowds.join("hat", () => {})]).toEqual([false, undefined]);
  await expect.poll(() => heard.length).toBe(121);
  expect(heard).toEqual(["first hat", ...Array.from({ length: 120 }, () => "hat")]);
});

test("a failure is the first one's alone: the others hear that there is nothing", async () => {
  const crowds = new Crowds<string>();
  const { promise, reject } = Promise.withResolvers<string>();
  const first = crowds.lead("hat", nobody(), () => promise);
  const heard: (string | undefined)[] = [];
  crowds.join("hat", (found) => heard.push(found));
  reject(new Error("lost"));
  await expect(first).rejects.toThrow("lost");
  await expect.poll(() => heard).toEqual([undefined]);
});

test("the work is told when the last of them has gone, in whatever order they go, and who has gone hears nothing", async () => {
  const goes = fc.uniqueArray(fc.integer({ min: 0, max: 8 }), { minLength: 0, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(goes, async (leaving) => {
      const crowds = new Crowds<string>();
      const { promise, resolve } = Promise.withResolvers<string>();
      const own = nobody();
      let isOver = () => false;
      const first = crowds.lead("hat", own, (departure) => {
        isOver = () => departure.isOver;
        return promise;
      });
      const heard = new Set<number>();
      const leaves = Array.from({ length: 8 }, (_, place) => crowds.join("hat", () => heard.add(place)));
      for (const [turn, who] of leaving.entries()) {
        expect([isOver(), crowds.isUnderWay("hat")]).toEqual([false, true]);
        if (who === 8) own.end();
        else leaves[who]?.();
        expect(isOver()).toBe(turn === 8);
      }
      resolve("hat");
      await first;
      await setImmediate();
      const stayed = [0, 1, 2, 3, 4, 5, 6, 7].filter((place) => !leaving.includes(place));
      expect([...heard].sort()).toEqual(stayed);
    }),
    { numRuns: 60 },
  );
});
