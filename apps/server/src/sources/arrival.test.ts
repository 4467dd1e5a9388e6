import { hash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arrival } from "./arrival.ts";
import { readBody } from "./body.ts";
import type { Inspect } from "./source.ts";

const refusal = { kind: "refused", code: "IMAGE_TOO_LARGE", reason: "no" } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A body in these pieces, each a while after the one before; how many were taken. */
function piecesOf(lengths: readonly number[]) {
  const taken = { pieces: 0 };
  async function* chunks() {
    for (const length of lengths) {
      await turn();
      taken.pieces += 1;
      yield new Uint8Array(length).fill(taken.pieces);
    }
  }
  return { chunks: chunks(), taken };
}

async function read(lengths: readonly number[], inspect: Inspect | undefined, announced?: number) {
  const { chunks, taken } = piecesOf(lengths);
  const arrival = new Arrival(inspect, announced);
  const size = { maxBytes: 50_000_000, announced };
  const body = await readBody(chunks, size, (total, soFar) => soFar && arrival.take(total, soFar));
  return { body, arrival, taken };
}

test("the digest is that of all bytes, however they come", async () => {
  const lengths = fc.array(fc.oneof(fc.nat(3), fc.nat(200_000)), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.boolean(), async (pieces, isAnnounced) => {
      const sum = pieces.reduce((one, other) => one + other, 0);
      const { body, arrival } = await read(pieces, async () => "more", isAnnounced ? sum : undefined);
      if (body.kind !== "whole") throw new Error(body.kind);
      expect(body.bytes).toHaveLength(sum);
      expect(arrival.digest(body.bytes)).toBe(hash("sha256", body.bytes));
    }),
    { numRuns: 60 },
  );
});

test("a refusal ends the reading as soon as the next piece comes", async () => {
  const { body, taken } = await read(Array(100).fill(4_096), async () => refusal);
  expect(body).toEqual({ kind: "refused", refusal });
  expect(taken.pieces).toBeLessThanOrEqual(3);
});

test("who wants more is asked again with more, and nobody twice at once", async () => {
  const seen: number[] = [];
  let looking = 0;
  const inspect: Inspect = async (beginning) => {
    looking += 1;
    expect(looking).toBe(1);
    seen.push(beginning.length);
    expect(new Set(beginning.subarray(0, 1_000))).toEqual(new Set([1]));
    for (let turns = 0; turns < 5; turns += 1) await turn();
    looking -= 1;
    return seen.length < 2 ? "more" : "enough";
  };
  await read(Array(1_000).fill(1_000), inspect);
  expect(seen).toEqual([4_096, 65_536]);
});

test("what is nearly there is not looked at", async () => {
  let looks = 0;
  const inspect: Inspect = async () => {
    looks += 1;
    return refusal;
  };
  expect((await read(Array(17).fill(4_000), inspect, 68_000)).body.kind).toBe("whole");
  expect(looks).toBe(0);
});
