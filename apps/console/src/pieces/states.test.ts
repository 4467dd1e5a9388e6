import { isValidElement } from "react";
import { expect, it } from "vitest";
import { ApiError } from "../api/error.ts";
import { Problem, stateOf, Waiting } from "./states.tsx";

const kindOf = (query: {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly isPending?: boolean;
}) => {
  const state = stateOf(
    { data: undefined, error: null, isPending: false, ...query, refetch: () => undefined },
    "Asking",
  );
  return isValidElement(state) ? state.type : state;
};
const error = (status: number) => new ApiError(status, "CODE", "A sentence.");

it("shows what is there, and what became of the rest", () => {
  expect(kindOf({ data: [] })).toBeUndefined();
  expect(kindOf({ isPending: true })).toBe(Waiting);
  expect(kindOf({ error: error(500) })).toBe(Problem);
});

it("shows nothing from before to whom it is refused now, and all of it where the server is only away", () => {
  for (const status of [401, 403]) expect(kindOf({ data: [], error: error(status) })).toBe(Problem);
  for (const status of [0, 500, 503]) expect(kindOf({ data: [], error: error(status) })).toBeUndefined();
});
