import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isServerError } from "../errors.ts";
import { createDeparture } from "./departure.ts";
import { ReadAhead } from "./read-ahead.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Two cores and room for three originals. */
function reading(typicalBytes = 10) {
  const ahead = new ReadAhead({ places: 2, bytes: 30, typicalBytes: () => typicalBytes, maxAgeMs: 5_000 });
  const begun: string[] = [];
  const ask = (key: string, origin = "a.example", departure = createDeparture()) => {
    const entered = ahead.enter(key, ["shop", origin], departure).then((reading) => {
      begun.push(key);
      return reading;
    });
    entered.catch(() => {});
    return entered;
  };
  return { ahead, begun, ask };
}

const codeOf = (error: unknown) => (isServerError(error) ? error.code : error);

test("as many are read as there is room for, and the next when one has been answered", async () => {
  const { ahead, begun, ask } = reading();
  const [first] = ["1", "2", "3", "4", "5"].map((key) => ask(key));
  await turn();
  expect([begun, ahead.waiting]).toEqual([["1", "2", "3"], 2]);
  const held = await first;
  held?.isHere();
  await turn();
  expect(begun).toEqual(["1", "2", "3"]);
  held?.end();
  held?.end();
  await turn();
  expect([begun, ahead.waiting]).toEqual([["1", "2", "3", "4"], 1]);
});

test("however large originals are, every core has one and there is one more", async () => {
  const { begun, ask } = reading(1_000);
  for (const key of ["1", "2", "3", "4"]) void ask(key);
  await turn();
  expect(begun).toEqual(["1", "2", "3"]);
});

test("an origin that does not bring its original soon stands in nobody's way, until it is there", async () => {
  const { begun, ask } = reading();
  const slow = await ask("slow");
  const others = ["1", "2", "3", "4"].map((key) => ask(key));
  await turn();
  expect(begun).toEqual(["slow", "1", "2"]);
  for (const other of others.slice(0, 2)) (await other).isHere();
  vi.advanceTimersByTime(100);
  await turn();
  expect(begun).toEqual(["slow", "1", "2", "3"]);
  // It counts again: of two that end meanwhile only one makes room.
  slow.isHere();
  (await others[0])?.end();
  await turn();
  expect(begun).toHaveLength(4);
  (await others[1])?.end();
  await turn();
  expect(begun).toHaveLength(5);
});

test("an original is one, however many ask for it, and is answered with the last of them", async () => {
  const { begun, ask } = reading();
  const all = await Promise.all(["1", "1", "2", "3"].map((key) => ask(key)));
  const [next, same] = [ask("4"), ask("4")];
  all[0]?.end();
  await turn();
  expect(begun).toEqual(["1", "1", "2", "3"]);
  all[1]?.end();
  await Promise.all([next, same]);
  expect(begun.slice(4)).toEqual(["4", "4"]);
});

test("origins take turns, whoever came first", async () => {
  const { begun, ask } = reading();
  const first = await Promise.all(["1", "2", "3"].map((key) => ask(key)));
  for (const key of ["4", "5", "6"]) void ask(key);
  void ask("other", "b.example");
  for (const each of first.slice(0, 2)) each.end();
  await turn();
  expect(begun.slice(3)).toContain("other");
});

test("who goes away waits no longer and leaves nothing behind; who waited too long is told so", async () => {
  const { ahead, begun, ask } = reading();
  const first = await Promise.all(["1", "2", "3"].map((key) => ask(key)));
  for (const each of first) each.isHere();
  const departure = createDeparture();
  const gone = ask("gone", "a.example", departure);
  const late = ask("late");
  departure.end();
  expect(await gone.catch(codeOf)).toBe("CLIENT_GONE");
  expect(ahead.waiting).toBe(1);
  vi.advanceTimersByTime(5_000);
  expect(await late.catch(codeOf)).toBe("SERVER_BUSY");
  expect(ahead.waiting).toBe(0);
  for (const each of first) each.end();
  await Promise.all(["4", "5", "6"].map((key) => ask(key)));
  expect(begun).toEqual(["1", "2", "3", "4", "5", "6"]);
});
