import { OPERATIONS } from "@freshet/core";
import { expect, it } from "vitest";
import { knobOf, readable, SECTIONS, watermarkOf } from "./knobs.ts";

it("has a knob for each parameter of the table, once", () => {
  const parameters = OPERATIONS.flatMap((operation) => Object.keys(operation.parameters));
  const knobs = SECTIONS.flatMap((section) => section.knobs.map(({ name }) => name));
  expect(knobs.toSorted()).toEqual(parameters.toSorted());
});

it("says of each what it is called, and nothing twice in one section", () => {
  for (const { title, knobs } of SECTIONS) {
    const shared = knobs.filter(({ name }) => watermarkOf(name) === undefined);
    expect(new Set(shared.map(({ label }) => label)).size, title).toBe(shared.length);
    for (const { label } of knobs) expect(label).toMatch(/^[A-Z].*[a-z]$/);
  }
});

it("reads texts as the wire does, and knows nobody else's parameters", () => {
  expect([readable("w", "400.4"), readable("w", "99999"), readable("w", "wide")]).toEqual([
    "400",
    "8192",
    undefined,
  ]);
  expect([knobOf("width"), knobOf("constructor"), readable("nobody", "1")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(["wat", "wat_text[3]"].map(watermarkOf)).toEqual([undefined, 3]);
});
