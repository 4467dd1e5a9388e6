import { setTimeout as sleep } from "node:timers/promises";
import type { InvalidationClient } from "@freshet/core";

/** Callers of a server that comes and goes. */
export interface Callers {
  /** What was accepted so far: idempotency key → id of the invalidation. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Resolves when the last request of each was accepted. */
  stop(): Promise<void>;
}

/** Three callers who ask for so many pictures in turn, each request with its own key until it is accepted, as the connector does. */
export function startCallers(
  client: () => Pick<InvalidationClient, "invalidate">,
  pictures: number,
): Callers {
  const accepted = new Map<string, string>();
  let isOver = false;
  const call = async (name: string) => {
    for (let number = 0; !isOver; number += 1) {
      const request = { scope: "original" as const, urls: [`/_site_/${name}-${number % pictures}.jpg`] };
      for (const idempotencyKey = `${name}-${number}`; ; ) {
        try {
          const { invalidation } = await client().invalidate(request, { idempotencyKey });
          accepted.set(idempotencyKey, invalidation.uuid);
          break;
        } catch {
          await sleep(10);
        }
      }
      await sleep(Math.random() * 20);
    }
  };
  const calling = Promise.all(["a", "b", "c"].map(call));
  return {
    accepted,
    async stop() {
      isOver = true;
      await calling;
    },
  };
}
