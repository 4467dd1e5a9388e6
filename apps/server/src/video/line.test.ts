import { setImmediate as soon } from "node:timers/promises";
import { expect, test } from "vitest";
import { Line } from "./line.ts";

const lane = (project: string) => ({ cost: 1, lane: [project, "origin"] as const });

test("one is done at a time, and projects take turns", async () => {
  const line = new Line(10);
  const order: string[] = [];
  let running = 0;
  const work = (name: string) => async () => {
    running += 1;
    expect(running).toBe(1);
    await soon();
    order.push(name);
    running -= 1;
  };
  await Promise.all([
    ...["a1", "a2", "a3", "a4"].map((name) => line.run(lane("a"), work(name))),
    ...["b1", "b2"].map((name) => line.run(lane("b"), work(name))),
  ]);
  expect(order.slice(0, 2)).toContain("a1");
  expect(order.indexOf("b2")).toBeLessThan(order.indexOf("a4"));
});

test("what fails makes room for the next, and too many are refused", async () => {
  const line = new Line(1);
  const failing = line.run(lane("a"), async () => {
    throw new Error("broken");
  });
  const next = line.run(lane("a"), async () => "done");
  await expect(line.run(lane("a"), async () => "never")).rejects.toMatchObject({ code: "SERVER_BUSY" });
  await expect(failing).rejects.toThrow("broken");
  expect(await next).toBe("done");
  expect(line.waiting).toBe(0);
});
