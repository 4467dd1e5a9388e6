import { expect, it } from "vitest";
import { type Instance, sayAll, sayInstance, sayRole } from "./words.ts";

const INSTANCE: Instance = {
  ...{ name: "a", role: "all", lag: 0, state: "current", applied: 7, started_at: "", seen_at: "" },
};

it("says how an instance is", () => {
  const word = (more: Partial<Instance>) => sayInstance({ ...INSTANCE, ...more }).word;
  expect([word({}), word({ state: "behind", lag: 2 }), word({ state: "skipped", applied: null })]).toEqual([
    ...["Current", "Behind", "Skipped"],
  ]);
  expect([word({ state: "behind", applied: null }), word({ state: "asleep" })]).toEqual([
    "Starting",
    "asleep",
  ]);
  expect([sayRole("control"), sayRole("toString")]).toEqual(["carries invalidations through", "toString"]);
});

it("says how all are, the worst first", () => {
  const kinds = (...states: readonly string[]) => {
    const { kind, title } = sayAll({
      head: 1_000,
      instances: states.map((state) => ({ ...INSTANCE, state })),
    });
    return [kind, title];
  };
  expect(kinds("current")).toEqual(["good", "The one instance follows."]);
  expect(kinds("current", "current")).toEqual(["good", "All 2 instances follow."]);
  expect(kinds("current", "behind")).toEqual(["busy", "One instance of 2 still to follow."]);
  expect(kinds("skipped", "behind")).toEqual([
    "bad",
    "One instance did not keep up and must catch up first.",
  ]);
});
