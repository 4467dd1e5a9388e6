import { expect, test } from "vitest";
import type { FetchEvent } from "./events.ts";
import { NOON, newBuffer } from "./fixture.test.support.ts";
import { OTHER } from "./lines.ts";
import { Origins } from "./origins.ts";
import { DAY, rollupsOf } from "./summing.ts";

const fetchOf = (origin: string): FetchEvent => ({
  ...{ project: "demo", url: `https://${origin}/a.jpg`, origin, status: 200 },
  ...{ milliseconds: 1, bytes: 10, times: {} },
});

test("the first origins of a project and day keep their names, all others go together", () => {
  const origins = new Origins(2);
  const names = (project: string, at: number) =>
    ["a", "b", "c", "a", "d"].map((origin) => origins.nameOf(project, origin, at));
  expect(names("demo", NOON)).toEqual(["a", "b", OTHER, "a", OTHER]);
  expect(names("shop", NOON)).toEqual(["a", "b", OTHER, "a", OTHER]);
  expect(origins.nameOf("demo", "d", NOON + 1_000)).toBe(OTHER);
  expect(origins.nameOf("demo", "d", NOON + DAY)).toBe("d");
});

test("hosts that somebody invents come to a bounded number of sums, in one batch and in many", () => {
  const buffer = newBuffer();
  const values = new Set<unknown>();
  let [most, hits] = [0, 0];
  for (let batch = 0; batch < 5; batch += 1) {
    for (let number = 0; number < 2_000; number += 1)
      buffer.fetch(fetchOf(`${batch}-${number}.example`), NOON);
    const taken = buffer.take();
    const rows = rollupsOf(taken, DAY);
    for (const [, , , value] of rows) values.add(value);
    most = Math.max(most, rows.length, taken.fetches.length);
    for (const each of taken.fetches) hits += each.hits;
  }
  expect(hits).toBe(10_000);
  expect(values.size).toBe(301);
  expect(values.has(OTHER)).toBe(true);
  expect(most).toBeLessThan(1_100);
});
