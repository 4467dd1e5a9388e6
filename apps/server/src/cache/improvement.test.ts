import { describe, expect, it } from "vitest";
import { ASKED, Improvement, WITHIN_MS } from "./improvement.ts";

function make(isRoom = true) {
  let time = 0;
  const due: Improvement[] = [];
  const improvement = new Improvement(
    "a".repeat(40),
    (each) => {
      due.push(each);
      return isRoom;
    },
    () => time,
  );
  const ask = (times: number) => Array.from({ length: times }, () => improvement.ask()).every(Boolean);
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return { improvement, due, ask, pass };
}

describe("Improvement", () => {
  it("costs nothing before it was asked for again and again, and is due once", () => {
    const { improvement, due, ask } = make();
    expect(ask(ASKED - 1)).toBe(true);
    expect([due.length, improvement.state]).toEqual([0, "open"]);
    expect(ask(100)).toBe(true);
    expect([due.length, improvement.state]).toEqual([1, "waiting"]);
  });

  it("begins to count anew when too long passed", () => {
    const { due, ask, pass } = make();
    ask(ASKED - 1);
    pass(WITHIN_MS + 1);
    ask(1);
    expect(due).toHaveLength(0);
    ask(ASKED - 1);
    expect(due).toHaveLength(1);
  });

  it("stays open where there is no room, and is due again", () => {
    const { improvement, due, ask } = make(false);
    ask(2 * ASKED);
    expect([due.length, improvement.state]).toEqual([2, "open"]);
  });

  it.each(["better", "none"] as const)(
    "says that the first answer is not the last word any more: %s",
    (state) => {
      const { improvement, ask } = make();
      improvement.settle(state);
      expect([ask(1), improvement.isExpected]).toEqual([false, false]);
      improvement.settle("open");
      expect(ask(1)).toBe(true);
    },
  );
});
