import { describe, expect, it } from "vitest";
import { checkFreshness, isFull } from "./freshness.ts";

const RUNS = isFull ? 10_000 : 1_000;
const PATIENCE_MS = isFull ? 900_000 : 120_000;

/** The seed, the story and everything that happened in it; undefined when every claim held. */
async function failureOf(options: Parameters<typeof checkFreshness>[0]): Promise<string | undefined> {
  const { failed, seed, counterexample, errorInstance } = await checkFreshness(options);
  if (!failed) return undefined;
  const happened = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `seed ${seed}\n${JSON.stringify(counterexample?.[0])}\n${happened}`;
}

/** Fails with all of it: of a value that is not what was expected, only the beginning is shown. */
async function holds(options: Parameters<typeof checkFreshness>[0]): Promise<void> {
  const failure = await failureOf(options);
  if (failure !== undefined) throw new Error(failure);
}

describe("the freshness protocol", () => {
  it(
    "keeps every promise, whatever races, fails, lies and restarts",
    async () => {
      await holds({ runs: RUNS, shrinks: isFull });
    },
    PATIENCE_MS,
  );

  it(
    "keeps every promise with a bucket behind the disk",
    async () => {
      await holds({ runs: RUNS / 2, shrinks: isFull, isShared: true });
    },
    PATIENCE_MS,
  );

  // Story 191 of this seed once kept a copy from before an invalidation for five seconds more than it may be kept.
  it(
    "counts the seconds that are left of a doubt when an answer is made, however long its rendering took",
    async () => {
      await holds({ runs: 191, seed: 926_988_175, isShared: true });
    },
    PATIENCE_MS,
  );

  it(
    "needs the comparison on use: a node that compares only when it stores is caught",
    async () => {
      expect(await failureOf({ runs: 200, seed: 1, rules: { onUse: false } })).toMatch(
        /read before|older than/,
      );
    },
    PATIENCE_MS,
  );

  it.runIf(isFull)(
    "needs the largest number: a node that keeps the last one it was told is caught",
    async () => {
      expect(await failureOf({ runs: 8_000, seed: 2, rules: { maximum: false } })).toMatch(
        /read before|older than/,
      );
    },
    PATIENCE_MS,
  );
});
