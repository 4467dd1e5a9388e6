import { hash } from "node:crypto";
import fc from "fast-check";
import { ALL_RULES, type Rules } from "./edge.ts";
import { MOODS, PROOFS } from "./origin.ts";
import { drawPictures } from "./pictures.ts";
import { type Move, type Story, WIDE, World } from "./world.ts";

/** Heavy runs only where `npm run test:full` asks for them. */
export const isFull = process.env.FRESHET_TEST_SIZE === "full";

const path = fc.nat({ max: 1 });
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant("step" as const),
      picks: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant("get" as const),
      at: fc.nat({ max: 2 }),
      name: fc.constantFrom(0, 0, 0, 1, 2),
      wish: fc.nat({ max: 3 }),
      version: fc.record({
        kind: fc.constantFrom("none" as const, "none" as const, "opaque" as const, "content" as const),
        index: fc.nat({ max: 4 }),
      }),
      again: fc.boolean(),
      isSlow: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("publish" as const),
      path: fc.constantFrom(0, 0, 1),
      // One past the last picture: the file is gone.
      picture: fc.constantFrom(0, 1, 2, 3, 4, 8),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("invalidate" as const),
      path: fc.constantFrom(0, 0, 0, 1, ...WIDE),
      twice: fc.boolean(),
      merged: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(400, 1_000, 2_500, 2_500, 3_001, 5_001, 10_001, 101_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("recheck" as const), path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart instance" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart node" as const), at: path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("evict" as const) }) },
);

const story: fc.Arbitrary<Story> = fc.record({
  proofs: fc.array(fc.constantFrom(...PROOFS), { minLength: 2, maxLength: 2 }),
  moods: fc.array(fc.constantFrom("honest" as const, "honest" as const, "honest" as const, ...MOODS), {
    maxLength: 30,
    size: "max",
  }),
  moves: fc.array(move, { maxLength: 60, size: "max" }),
  order: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 20 }),
});

/** Runs the real parts through stories until one breaks a claim. */
export async function checkFreshness(options: {
  readonly runs: number;
  readonly seed?: number;
  readonly rules?: Partial<Rules>;
  readonly shrinks?: boolean;
  /** Whether a bucket stands behind the disk, in which the variants are. */
  readonly isShared?: boolean;
}): Promise<fc.RunDetails<[Story]>> {
  const pictures = await drawPictures();
  const rules = { ...ALL_RULES, ...options.rules };
  // The platform's digest runs on a thread of its own; here it must not decide what comes first.
  const { digest } = crypto.subtle;
  crypto.subtle.digest = async (_, data) => {
    const bytes = Buffer.from(hash("sha256", new Uint8Array(data as ArrayBuffer), "hex"), "hex");
    return new Uint8Array(bytes).buffer;
  };
  try {
    return await fc.check(
      fc.asyncProperty(story, (told) => tell(pictures, told, rules, options.isShared)),
      {
        numRuns: options.runs,
        endOnFailure: options.shrinks !== true,
        ...(options.seed === undefined ? {} : { seed: options.seed }),
      },
    );
  } finally {
    crypto.subtle.digest = digest;
  }
}

/** Tells one story; rejects with everything that happened when a claim does not hold. */
async function tell(
  pictures: Awaited<ReturnType<typeof drawPictures>>,
  told: Story,
  rules: Rules,
  isShared?: boolean,
): Promise<void> {
  const world = new World(pictures, told, rules, isShared);
  try {
    for (const each of told.moves) {
      await world.move(each);
      world.claims.check();
    }
    await world.epilogue();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${world.schedule.log.join("\n")}`, {
      cause: error,
    });
  }
}
