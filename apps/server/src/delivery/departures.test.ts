import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { departureOf } from "./departures.ts";

test("thousands of requests of a connection share one listener, and all hear of its end once", () => {
  const connection = new EventEmitter();
  let told = 0;
  const hear = () => {
    told += 1;
  };
  const offs = Array.from({ length: 2_000 }, () => departureOf(connection).onEnd(() => hear()));
  expect(connection.listenerCount("close")).toBe(1);
  for (const off of offs.slice(500)) off();
  connection.emit("close");
  connection.emit("close");
  expect([told, departureOf(connection).isOver]).toEqual([500, true]);
});

test("a connection that is over already is known to be", () => {
  expect(departureOf(Object.assign(new EventEmitter(), { destroyed: true })).isOver).toBe(true);
});
