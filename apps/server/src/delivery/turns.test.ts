import { expect, test } from "vitest";
import { createDeparture } from "../cache/departure.ts";
import { ReadAhead } from "../cache/read-ahead.ts";
import { RenderQueue } from "../cache/render-queue.ts";
import { isServerError, ServerError } from "../errors.ts";
import type { DeliveryRequest } from "./request.ts";
import { createTurns } from "./turns.ts";

const READ = {
  original: {
    recordKey: "shop/cdn.example/a.jpg",
    identity: { project: "shop", tag: "o-1", name: "shop/cdn.example/a.jpg", userTags: [] },
  },
} as unknown as DeliveryRequest;

function turnsWith(how: { isNew: boolean; isDown?: boolean; isSpent?: boolean; whileLooking?: () => void }) {
  const queue = new RenderQueue({ places: 1, maxWaitingCost: 100, maxAgeMs: 1_000 });
  const readAhead = new ReadAhead({ places: 1, bytes: 50, typicalBytes: () => 1, maxAgeMs: 1_000 });
  const paid: number[] = [];
  const turns = createTurns({
    queue,
    readAhead,
    source: { isDown: () => how.isDown ?? false },
    originals: {
      async isNew() {
        how.whileLooking?.();
        return how.isNew;
      },
    },
    budgets: () => (cost) => {
      if (how.isSpent) throw new ServerError("CLIENT_BUDGET_SPENT");
      paid.push(cost);
    },
  });
  const departure = createDeparture();
  const client = { address: "192.0.2.1", isForwarded: false };
  const ask = (key = "k") =>
    turns(READ, { departure, client }, key).catch((error: unknown) => isServerError(error) && error.code);
  return { queue, readAhead, paid, departure, ask };
}

test("what was never seen is promised a place and paid for before its origin is asked; what is known is neither", async () => {
  const unseen = turnsWith({ isNew: true });
  expect(await unseen.ask()).toMatchObject({ lane: ["shop", "cdn.example"], promised: {} });
  expect([unseen.queue.waitingCost > 0, unseen.paid.length]).toEqual([true, 1]);
  const known = turnsWith({ isNew: false });
  expect(await known.ask()).not.toHaveProperty("promised");
  expect([known.queue.waitingCost, known.paid.length]).toEqual([0, 0]);
});

test("there is no turn for who has gone meanwhile, owes, or comes when everything is promised, and nothing is kept for him", async () => {
  const gone = turnsWith({ isNew: true, whileLooking: () => gone.departure.end() });
  expect(await gone.ask()).toBe("CLIENT_GONE");
  expect(gone.queue.waitingCost).toBe(0);
  const spent = turnsWith({ isNew: true, isSpent: true });
  expect(await spent.ask()).toBe("CLIENT_BUDGET_SPENT");
  expect(spent.queue.waitingCost).toBe(0);
  const many = turnsWith({ isNew: true });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => many.ask(`k${at}`)));
  expect(answers.at(-1)).toBe("SERVER_BUSY");
  expect(many.paid.length).toBe(answers.filter((each) => typeof each !== "string").length);
});

test("an original waits to be read until others have been, unless its origin is left alone; who does not wait to the end leaves nothing", async () => {
  const crowded = async (isDown: boolean) => {
    const { readAhead, departure, ask, queue } = turnsWith({ isNew: true, isDown });
    const others = await Promise.all(
      Array.from({ length: 50 }, (_, at) => readAhead.enter(`other ${at}`, ["shop", ""], departure)),
    );
    for (const other of others) other.isHere();
    return { departure, asked: ask(), queue, readAhead };
  };
  expect(await (await crowded(true)).asked).toMatchObject({ promised: {} });
  const waiting = await crowded(false);
  await expect.poll(() => waiting.readAhead.waiting).toBe(1);
  waiting.departure.end();
  expect(await waiting.asked).toBe("CLIENT_GONE");
  expect([waiting.readAhead.waiting, waiting.queue.waitingCost]).toEqual([0, 0]);
});
