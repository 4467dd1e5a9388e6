import type { Calls } from "./calls.ts";
import type { Asked, EventLine, EventState } from "./shapes.ts";

const FINAL: ReadonlySet<EventState> = new Set(["done", "nothing-to-do", "failed"]);
const FIRST_REST_MS = 300;
const LONGEST_REST_MS = 3_000;
const LONGEST_MS = 120_000;
/** Lines of one asset among which its event is looked for. */
const LINES = 20;

/** Waits until what was asked for is settled, two minutes at most; what is not by then is missing from the answer. */
export async function settle(
  calls: Pick<Calls, "events">,
  asked: readonly Asked[],
  signal: AbortSignal,
): Promise<readonly EventLine[]> {
  const left = new Map(asked.map(({ asset, event }) => [event, asset]));
  const ended: EventLine[] = [];
  const end = Date.now() + LONGEST_MS;
  for (let rest = FIRST_REST_MS; left.size > 0 && Date.now() < end && !signal.aborted; rest *= 1.5) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(rest, LONGEST_REST_MS)));
    for (const asset of new Set(left.values())) {
      if (signal.aborted) return ended;
      const { events } = await calls.events({ asset, limit: LINES });
      for (const line of events) {
        if (!FINAL.has(line.state) || !left.delete(line.event)) continue;
        ended.push(line);
      }
    }
  }
  return ended;
}
