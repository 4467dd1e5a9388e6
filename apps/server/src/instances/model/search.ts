import fc from "fast-check";
import { type Command, inOrder, LEASE_MS, play } from "./world.ts";

const COMMANDS: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 3, arbitrary: fc.constant("invalidate" as const) },
      { weight: 1, arbitrary: fc.constant("restart" as const) },
      { weight: 4, arbitrary: fc.constant("heartbeat" as const) },
      { weight: 2, arbitrary: fc.constant("follow" as const) },
      { weight: 6, arbitrary: fc.constant("visit" as const) },
      { weight: 4, arbitrary: fc.constant("wait" as const) },
      { weight: 2, arbitrary: fc.constant("freeze" as const) },
      { weight: 2, arbitrary: fc.constant("thaw" as const) },
      { weight: 1, arbitrary: fc.constant("look for the dead" as const) },
      { weight: 1, arbitrary: fc.constant("raise" as const) },
    ),
    ms: fc.constantFrom(10, LEASE_MS / 2, LEASE_MS * 0.95, LEASE_MS * 1.2, LEASE_MS * 1.2, LEASE_MS * 65),
    steps: fc.oneof(fc.nat(8), fc.constant(50)),
  }),
  { minLength: 5, maxLength: 30 },
);

const SPEEDS = fc.constantFrom(0.96, 1, 1.04);

/** Plays one story after the other until one shows something old; the scheduler decides over every order of events. */
export function search(numRuns: number, seed?: number) {
  const story = fc.asyncProperty(fc.scheduler(), COMMANDS, SPEEDS, async (scheduler, commands, speed) => {
    const stale = await play(scheduler, commands, speed);
    if (stale.length > 0) throw new Error(stale.join("; "));
  });
  return fc.check(story, { numRuns, endOnFailure: true, ...(seed === undefined ? {} : { seed }) });
}

/** One order of events that once showed something old, where the rule of the same name was missing. */
export interface Schedule {
  readonly commands: readonly Command[];
  readonly speed?: number;
}

export function replay({ commands, speed }: Schedule): Promise<readonly string[]> {
  return play(inOrder(), commands, speed);
}
