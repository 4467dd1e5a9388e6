import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { Breakers, type Passage } from "./breakers.ts";

const ORIGIN = "https://h.example";

describe("an origin's breaker", () => {
  let time: number;
  let breakers: Breakers;
  beforeEach(() => {
    time = 0;
    breakers = new Breakers({ failures: 3, restMs: 1_000, longestRestMs: 4_000, now: () => time });
  });
  const enter = (owner = "demo", origin = ORIGIN) => {
    const isForetold = breakers.isResting(owner, origin);
    const passage = breakers.enter(owner, origin);
    if ("kind" in passage) expect(isForetold).toBe(true);
    return "kind" in passage ? undefined : passage;
  };
  const fail = (times: number) => {
    for (let count = 0; count < times; count += 1) enter()?.failed();
  };

  test("opens after failures in a row, for one owner and one origin", () => {
    fail(2);
    enter()?.worked();
    fail(2);
    expect(enter()).toBeDefined();
    fail(1);
    expect(breakers.enter("demo", ORIGIN)).toMatchObject({ kind: "refused", code: "ORIGIN_DOWN" });
    expect(enter("other")).toBeDefined();
    expect(enter("demo", "https://h.example:8443")).toBeDefined();
    expect(breakers.resting).toMatchObject([{ owner: "demo", origin: ORIGIN }]);
    expect(breakers.opened).toBe(1);
  });

  test("lets one request through after a rest, and closes when it is answered", () => {
    fail(3);
    time = 999;
    expect(enter()).toBeUndefined();
    time = 1_000;
    expect(breakers.isResting("demo", ORIGIN)).toBe(true);
    const probe = enter();
    expect(probe).toBeDefined();
    expect(enter()).toBeUndefined();
    expect(breakers.isResting("demo", ORIGIN)).toBe(true);
    probe?.worked();
    expect(breakers.isResting("demo", ORIGIN)).toBe(false);
    expect(enter()).toBeDefined();
    expect(breakers.resting).toEqual([]);
  });

  test("rests twice as long after each probe that fails, up to a bound, and at first again after an answer", () => {
    fail(3);
    let end = 1_000;
    for (const next of [2_000, 4_000, 4_000]) {
      time = end;
      enter()?.failed();
      expect(enter()).toBeUndefined();
      time = end + next - 1;
      expect(enter()).toBeUndefined();
      end += next;
    }
    time = end;
    enter()?.worked();
    fail(3);
    time = end + 1_000;
    expect(enter()).toBeDefined();
    expect(breakers.opened).toBe(2);
  });

  test("lets another one probe when the first leaves", () => {
    fail(3);
    time = 1_000;
    enter()?.left();
    expect(enter()).toBeDefined();
  });

  test("takes no word for it from a request that began before it rested", () => {
    const early = [enter(), enter()];
    fail(3);
    early[0]?.worked();
    expect(enter()).toBeUndefined();
    early[1]?.failed();
    time = 1_000;
    expect(enter()).toBeDefined();
  });

  test("never stays shut for longer than its longest rest, whatever happens in whichever order", () => {
    const step = fc.record({
      what: fc.constantFrom("enter", "worked", "failed", "left", "wait"),
      ms: fc.nat(3_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        time = 0;
        breakers = new Breakers({ failures: 3, restMs: 1_000, longestRestMs: 4_000, now: () => time });
        const open: Passage[] = [];
        for (const { what, ms } of steps) {
          if (what === "wait") time += ms;
          else if (what === "enter") open.push(...[enter()].filter((each) => each !== undefined));
          else open.shift()?.[what as "worked" | "failed" | "left"]();
        }
        for (const passage of open) passage.left();
        time += 4_000;
        expect(enter()).toBeDefined();
      }),
    );
  });
});
