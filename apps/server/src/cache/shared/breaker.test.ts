import { describe, expect, it } from "vitest";
import { Breaker } from "./breaker.ts";

function make() {
  let time = 0;
  const told: string[] = [];
  const breaker = new Breaker(
    (state) => told.push(state),
    () => time,
  );
  const call = (well: boolean) => {
    const pass = breaker.enter();
    pass?.end(well);
    return pass !== undefined;
  };
  const wait = (milliseconds: number) => {
    time += milliseconds;
  };
  return { breaker, call, wait, told };
}

describe("Breaker", () => {
  it("opens when half of the last ten calls failed, and not before", () => {
    const { breaker, call } = make();
    for (let round = 0; round < 20; round += 1) for (const well of [true, true, false]) call(well);
    expect(breaker.state).toBe("closed");
    for (let round = 0; round < 5; round += 1) for (const well of [true, false]) call(well);
    expect(breaker.state).toBe("open");
    expect(call(true)).toBe(false);
  });

  it("lets one call through after a pause and closes when it went well", () => {
    const { breaker, call, wait, told } = make();
    for (let count = 0; count < 5; count += 1) call(false);
    wait(breaker.waitMs);
    expect(breaker.state).toBe("half-open");
    const probe = breaker.enter();
    expect(probe).toBeDefined();
    expect(breaker.enter()).toBeUndefined();
    probe?.end(true);
    expect(breaker.state).toBe("closed");
    expect(call(true)).toBe(true);
    expect(told).toEqual(["open", "closed"]);
  });

  it("doubles the pause up to a minute while the probe fails, and tells nobody again", () => {
    const { breaker, call, wait, told } = make();
    for (let count = 0; count < 5; count += 1) call(false);
    const pauses: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      pauses.push(breaker.waitMs);
      wait(breaker.waitMs);
      expect(call(false)).toBe(true);
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(told).toEqual(["open"]);
  });

  it("is not closed by calls from before it opened", () => {
    const { breaker, call } = make();
    const early = breaker.enter();
    for (let count = 0; count < 5; count += 1) call(false);
    early?.end(true);
    expect(breaker.state).toBe("open");
  });
});
