import type { Departure } from "../cache/departure.ts";
import type { Originals } from "../cache/originals.ts";
import type { ReadAhead } from "../cache/read-ahead.ts";
import type { RenderQueue } from "../cache/render-queue.ts";
import type { Turn } from "../cache/turn.ts";
import { ServerError } from "../errors.ts";
import type { Sources } from "../sources/sources.ts";
import type { Budgets, Client } from "./budgets.ts";
import type { DeliveryRequest } from "./request.ts";

/** What reading an original takes of this machine, in the unit of `estimateCost`. */
const FETCHING = 0.5;

/** Who waits for an answer. */
export interface Visitor {
  readonly departure: Departure;
  readonly client: Client;
}

/** How a visitor's request takes its turn, for what memory cannot answer. `key` names what is asked for. */
export type Turns = (read: DeliveryRequest, visitor: Visitor, key: string) => Promise<Turn>;

/**
 * Lets a request in before anything is done for it. What names an original that was never seen has to be read and rendered: it is told at
 * once if its render would wait too long or nobody would pay for it, so that its origin is asked for nothing, and else waits until
 * its turn is near enough to read the original.
 * @throws ServerError SERVER_BUSY, CLIENT_GONE, CLIENT_BUDGET_SPENT, ORIGIN_BUDGET_SPENT.
 */
export function createTurns(parts: {
  readonly queue: Pick<RenderQueue, "promise">;
  readonly originals: Pick<Originals, "isNew">;
  readonly budgets: Budgets;
  readonly readAhead: Pick<ReadAhead, "enter">;
  readonly source: Pick<Sources, "isDown">;
}): Turns {
  const { queue, originals, budgets, readAhead, source } = parts;
  return async ({ original }, { departure, client }, key) => {
    const { project, name } = original.identity;
    const lane = [project, name.slice(project.length + 1).split("/", 1)[0] ?? ""] as const;
    const pay = budgets(client, lane);
    const isNew = await originals.isNew(original);
    if (departure.isOver) throw new ServerError("CLIENT_GONE");
    if (!isNew) return { lane, departure, pay };
    const promised = queue.promise(lane, key);
    try {
      pay(FETCHING);
      // Nothing will be read, and to say so takes no time; nor should it while one request sees whether the origin is back.
      if (source.isDown(original.location, original.policy)) return { lane, departure, pay, promised };
      const reading = await readAhead.enter(original.recordKey, lane, departure);
      const keep = () => {
        promised.keep();
        reading.isHere();
      };
      const leave = () => {
        promised.leave();
        reading.end();
      };
      return { lane, departure, pay, promised: { keep, leave } };
    } catch (error) {
      promised.leave();
      throw error;
    }
  };
}
