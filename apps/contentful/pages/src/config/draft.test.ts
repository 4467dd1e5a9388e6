import { expect, test } from "vitest";
import { draftOf, faultsOf, parametersOf, takeOver } from "./draft.ts";

const draft = draftOf({}, {});

test("nothing is wrong with what the form begins with, where the connector serves the pages", () => {
  expect([...faultsOf(draft, false)]).toEqual([]);
  expect([...faultsOf(draft, true).keys()]).toEqual(["connector"]);
});

test("what cannot be kept is said, part by part", () => {
  const faults = faultsOf(
    {
      ...draft,
      connector: "http://images.example.com",
      apiKey: "short",
      webhookSecret: "x",
      warm: "w=800\nw=wide",
      presets: [{ name: "", query: "w=1" }],
    },
    true,
  );
  expect([...faults.keys()].toSorted()).toEqual(["apiKey", "connector", "presets", "warm", "webhookSecret"]);
  expect(faults.get("warm")).toMatch(/^w=wide: w=wide cannot be read/);
  const strange = faultsOf({ ...draft, warm: "vh=1" }, false).get("warm");
  expect(strange).toBe("vh=1: vh is no parameter.");
  const twice = [
    { name: "A", query: "w=1" },
    { name: "A ", query: "w=2" },
  ];
  expect(faultsOf({ ...draft, presets: twice }, false).get("presets")).toMatch(/same name/);
  expect(faultsOf({ ...draft, warm: "w=1\n".repeat(21) }, false).get("warm")).toBe("At most 20 lines.");
});

test("secrets never come into the installation parameters, which every member reads", () => {
  const written = { ...draft, connector: "https://images.example.com/cms/", apiKey: "client_0123456789" };
  expect(parametersOf(written, true)).toEqual({
    connector: "https://images.example.com/cms",
    presets: draft.presets,
  });
  expect(JSON.stringify(parametersOf(written, false))).not.toMatch(/client_|connector/);
});

test("what the connector keeps is taken over, and undoes nothing that was written meanwhile", () => {
  const said = { ...draft.policy, replaced: "re-version", unpublished: "block", warm: ["w=100"] } as const;
  const first = takeOver(draft, said);
  expect(first).toMatchObject({ policy: said, known: said, warm: "w=100" });

  const written = { ...first, policy: { ...first.policy, deleted: "block" as const }, warm: "w=100\nw=2" };
  const later = takeOver(written, { ...said, replaced: "purge" });
  expect(later.policy).toMatchObject({ replaced: "purge", unpublished: "block", deleted: "block" });
  expect(later.warm).toBe("w=100\nw=2");

  const kept = takeOver(later, { ...later.policy, warm: ["w=100", "w=2"] });
  expect(takeOver(kept, said)).toMatchObject({ policy: said, warm: "w=100" });
});
