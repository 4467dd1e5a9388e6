import { describe, expect, it } from "vitest";
import { readBody } from "./body.ts";
import { LoopShare } from "./loop-share.ts";

const CHUNK = 65_536;

/** Chunks that are there at once, as a socket gives them that is read as fast as it can be. */
async function* ready(chunks: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < chunks; at += 1) yield new Uint8Array(CHUNK).fill(at);
}

/** Turns of the event loop until it is settled. */
async function turnsUntil(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    turns += 1;
    await new Promise(setImmediate);
  }
  await over;
  return turns;
}

describe("what arrives takes its share of a turn of the event loop", () => {
  it("asks nobody to wait for little", () => {
    const loop = new LoopShare();
    expect(loop.pauseAfter(CHUNK)).toBeUndefined();
    expect(loop.pauseAfter(CHUNK)).toBeUndefined();
  });

  it("lets everybody wait once all together had enough, and none of them in the next turn", async () => {
    const loop = new LoopShare();
    for (let at = 0; at < 3; at += 1) expect(loop.pauseAfter(CHUNK)).toBeUndefined();
    const pause = loop.pauseAfter(CHUNK);
    expect(loop.pauseAfter(1)).toBe(pause);
    await pause;
    expect(loop.pauseAfter(CHUNK)).toBeUndefined();
  });

  it("reads what is ready in turns, between which others have theirs", async () => {
    const size = { maxBytes: 64 * CHUNK, announced: 40 * CHUNK };
    const bodies = Array.from({ length: 4 }, () => readBody(ready(40), size, () => undefined));
    expect(await turnsUntil(Promise.all(bodies))).toBeGreaterThanOrEqual(20);
    for (const body of await Promise.all(bodies)) {
      if (body.kind !== "whole") throw new Error(body.kind);
      expect(body.bytes).toHaveLength(40 * CHUNK);
      for (let at = 0; at < 40; at += 1) expect(body.bytes[at * CHUNK + at]).toBe(at);
    }
  });

  it("gives back no more room than was written to, whatever was announced", async () => {
    for (const announced of [undefined, 0, 10, 3 * CHUNK, 40 * CHUNK]) {
      const body = await readBody(ready(3), { maxBytes: 64 * CHUNK, announced }, () => undefined);
      if (body.kind !== "whole") throw new Error(body.kind);
      expect(body.bytes.buffer.byteLength).toBe(3 * CHUNK);
      expect([0, 1, 2].map((at) => body.bytes[at * CHUNK])).toEqual([0, 1, 2]);
    }
  });
});
