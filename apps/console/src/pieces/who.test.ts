import { expect, it } from "vitest";
import { whoOf } from "./who.ts";

it("calls users by their address, and everybody else as they are", () => {
  expect(whoOf("user 9c7a36e3e61b (ada@shop.example)")).toBe("ada@shop.example");
  for (const other of ["key 9c7a36e3e61b (deploy)", "start", "", "user 9c7a (two words)"])
    expect(whoOf(other)).toBe(other);
});
