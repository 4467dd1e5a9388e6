import type { Schedule } from "./search.ts";
import { type Command, LEASE_MS } from "./world.ts";

const step = (kind: Command["kind"], steps = 50, ms = LEASE_MS * 1.2): Command => ({ kind, steps, ms });
/** The instance stands still while an invalidation waits for it in vain, and wakes up. */
const SKIPPED = [
  ...[step("visit"), step("freeze", 0), step("invalidate"), step("wait"), step("wait")],
  step("thaw", 0),
];

/** Orders of events that the models found, each by the rule without which something old is shown. */
export const SCHEDULES = {
  "past its lease an instance answers nothing from its caches": {
    commands: [...SKIPPED, step("visit")],
  },
  "the lease counts from before the heartbeat was sent": {
    // The heartbeat is carried out, and its answer is read much later, but before the first visitor comes.
    commands: [
      ...[
        step("visit"),
        step("heartbeat", 1),
        step("freeze"),
        step("invalidate"),
        step("wait"),
        step("wait"),
      ],
      ...[step("thaw", 1), step("visit")],
    ],
  },
  "what an instance catches up with is stated before its lease is renewed": {
    // Nobody waits any more for who was skipped, until it has stated what was waited for.
    commands: [...SKIPPED, step("heartbeat"), step("visit"), step("invalidate"), step("visit")],
  },
  "what was committed until it stated so is applied too": {
    // It stands still once more just before it states what it caught up with.
    commands: [
      ...[...SKIPPED, step("heartbeat", 6), step("visit", 0), step("freeze", 0), step("invalidate")],
      ...[step("thaw", 1), step("visit")],
    ],
  },
  "raised numbers void what was stated, not that a lease may hold": {
    commands: [
      ...[...SKIPPED, step("heartbeat"), step("visit"), step("raise"), step("invalidate"), step("visit")],
    ],
  },
  "an instance states what it has applied, not what there is": {
    commands: [
      ...[step("visit"), step("invalidate", 0), step("heartbeat", 2), step("freeze"), step("wait", 50, 10)],
      ...[step("thaw", 0), step("visit")],
    ],
  },
  "who was removed registers anew before it renews its lease": {
    commands: [
      ...[...SKIPPED, step("freeze", 0), step("look for the dead"), step("wait", 50, LEASE_MS * 65)],
      ...[step("look for the dead"), step("thaw", 0), step("heartbeat"), step("visit")],
      ...[step("invalidate"), step("visit")],
    ],
  },
} as const satisfies Readonly<Record<string, Schedule>>;
