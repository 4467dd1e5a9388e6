import { StoreError } from "@freshet/store";
import { expect, test } from "vitest";
import type { Batch } from "./buffer.ts";
import { answerOf, newBuffer } from "./fixture.test.support.ts";
import { createFlusher } from "./flusher.ts";
import type { Sender } from "./write.ts";

/** A store that can be away, and remembers what was written. */
function startFlusher(bounds: { readonly mostLines?: number } = {}) {
  let time = Date.parse("2026-11-28T12:00:00Z");
  let failure: Error | undefined;
  const written: { readonly batch: Batch; readonly from: Sender }[] = [];
  const events: string[] = [];
  const buffer = newBuffer(bounds);
  const flusher = createFlusher({
    buffer,
    writer: {
      async write(batch, from) {
        if (failure) throw failure;
        written.push({ batch, from });
        return true;
      },
    },
    name: "me",
    now: () => time,
    log: (event) => events.push(event),
  });
  return {
    ...{ buffer, flusher, written, events },
    fail: (error: Error | undefined) => {
      failure = error;
    },
    /** A second later. */
    async second() {
      time += 1_000;
      await flusher.flush();
    },
    now: () => time,
    hits: () => written.flatMap(({ batch }) => batch.lines).reduce((sum, { hits }) => sum + hits, 0),
  };
}

test("nothing is written where nothing happened", async () => {
  const { second, written } = startFlusher();
  await second();
  expect(written).toEqual([]);
});

test("hits of a counter are in the batch of their second, with everything known of them", async () => {
  const { buffer, second, written, now } = startFlusher();
  await second();
  const began = now();
  const who = { referrer: "shop.example", country: "DE" };
  const tally = { facts: answerOf(), ...who, source: "memory" as const, hits: 0, microseconds: 0 };
  for (let hit = 0; hit < 1_000; hit += 1) buffer.count(tally);
  await second();
  for (let hit = 0; hit < 5; hit += 1) buffer.count(tally);
  await second();
  expect(written.map(({ batch: { lines } }) => lines)).toMatchObject([
    [
      {
        at: began,
        hits: 1_000,
        bytes: 100_000,
        bytesIn: 1_000_000,
        referrer: "shop.example",
        country: "DE",
        source: "memory",
      },
    ],
    [{ at: began + 1_000, hits: 5 }],
  ]);
});

test("while the store is away nothing is lost and memory stays bounded; then all of it is written in order", async () => {
  const { buffer, second, fail, written, events, hits, now } = startFlusher({ mostLines: 50 });
  fail(new StoreError("STORE_GONE"));
  for (let number = 0; number < 3_000; number += 1) {
    for (let url = 0; url < 5; url += 1) buffer.answer(answerOf({ url: `/${number}/${url}.jpg` }), now());
    await second();
  }
  expect(written).toEqual([]);
  fail(undefined);
  await second();
  await second();
  expect(hits()).toBe(15_000);
  expect(written.map(({ from }) => from.batch)).toEqual(written.map((_, place) => place + 1));
  expect(written.reduce((sum, { batch }) => sum + batch.lines.length, 0)).toBeLessThan(200);
  expect(events).toEqual(["analytics wait for the store", "analytics are written again"]);
});

test("a batch that may have been written is sent again under its number", async () => {
  const { buffer, second, fail, written } = startFlusher();
  buffer.answer(answerOf(), Date.now());
  fail(new StoreError("STORE_UNSURE"));
  await second();
  fail(undefined);
  await second();
  expect(written.map(({ from }) => from)).toEqual([{ writer: "me", batch: 1 }]);
});

test("what can never be written does not stop what is behind it", async () => {
  const { buffer, second, fail, written, events } = startFlusher();
  buffer.answer(answerOf(), Date.now());
  fail(new StoreError("STORE_BROKEN"));
  await second();
  fail(undefined);
  buffer.answer(answerOf(), Date.now());
  await second();
  expect(events).toEqual(["analytics of a second are lost"]);
  expect(written).toHaveLength(1);
});
