import { expect, it } from "vitest";
import { writeBytes, writeMs, writeShare, writeSize } from "./format.ts";

it("writes figures as people read them", () => {
  expect([0, 999, 1_000, 22_440, 3_100_000, 5e12].map(writeBytes)).toEqual([
    ...["0 byte", "999 byte", "1 kB", "22.4 kB", "3.1 MB", "5,000 GB"],
  ]);
  expect([0.26, 9.94, 35.2].map(writeMs)).toEqual(["0.3 ms", "9.9 ms", "35 ms"]);
  expect([writeShare(0.754), writeSize(2_400, 90)]).toEqual(["75%", "2,400 × 90"]);
});
