import { beforeEach, expect, test } from "vitest";
import { projectOf } from "../projects/project.test.support.ts";
import { type Head, Heads } from "./heads.ts";

/** Answers that memory holds. */
const HELD = 10;

let heads: Heads;
beforeEach(() => {
  heads = new Heads();
});

function headOf(key: string): Head {
  keep(key);
  return heads.get(key) as Head;
}

function keep(key: string): void {
  const answer = {
    ...{ head: ["ETag", '"e"'], etag: '"e"', body: Buffer.from("hat"), contentType: "image/webp" },
    ...{ ranges: false, project: projectOf(), digests: ["d"], generation: 0 },
  };
  heads.set(key, answer, "ab".repeat(20));
}

test("memory is given a body when the disk gives it for the first time, and again a minute later", () => {
  const head = headOf("a");
  expect(heads.isForMemory(head, 0, 1_000)).toBe(true);
  expect(heads.isForMemory(head, 0, 60_999)).toBe(false);
  expect(heads.isForMemory(head, 0, 61_000)).toBe(true);
});

test("a walk over more than memory holds gives it nothing twice; what comes back sooner than that, it is given", () => {
  const walk = Array.from({ length: 3 * HELD }, (_, place) => headOf(String(place)));
  expect(walk.filter((head) => heads.isForMemory(head, HELD, 0))).toEqual(walk);
  for (let round = 1; round < 5; round += 1)
    expect(walk.filter((head) => heads.isForMemory(head, HELD, round))).toEqual([]);
  const loved = walk[0] as Head;
  expect(heads.isForMemory(loved, HELD, 5)).toBe(false);
  for (const other of walk.slice(1, HELD)) heads.isForMemory(other, HELD, 5);
  expect(heads.isForMemory(loved, HELD, 5)).toBe(true);
});

test("what memory takes at no time it is not given", () => {
  const head = headOf("a");
  head.isTooLarge = true;
  expect(heads.isForMemory(head, HELD, 0)).toBe(false);
});

test("answers that nobody asks for again leave the others their place, and hold some hundreds at most; one who comes back stays", () => {
  headOf("loved");
  for (let at = 0; at < 3_000; at += 1) keep(`passing ${at}`);
  const held = () =>
    Array.from({ length: 3_000 }, (_, at) => heads.get(`passing ${at}`)).filter(Boolean).length;
  expect([heads.get("loved")?.variant, held()]).toEqual(["ab".repeat(20), 327]);
  keep("passing 0");
  for (let at = 3_000; at < 6_000; at += 1) keep(`passing ${at}`);
  expect(heads.get("passing 0")).toBeDefined();
});
