import { expect, test } from "vitest";
import type { Parameter } from "../codec.ts";
import { CONTROL_PARAMETERS, RESERVED_PARAMETERS } from "../url/reserved.ts";
import { OPERATIONS } from "./index.ts";

const PARAMETERS = OPERATIONS.flatMap((operation) =>
  Object.entries<Parameter<unknown>>(operation.parameters),
);

test("no name on the wire is owned twice", () => {
  const names = [
    ...PARAMETERS.flatMap(([name, { aliases }]) => [name, ...aliases]),
    ...CONTROL_PARAMETERS,
    ...RESERVED_PARAMETERS,
  ];
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test("no two operations have one name", () => {
  expect(new Set(OPERATIONS.map(({ name }) => name)).size).toBe(OPERATIONS.length);
});

test.each(PARAMETERS)("%s is described, and its example and neutral text are canonical", (_, parameter) => {
  expect(parameter.summary).toMatch(/^[A-Z].+\.$/);
  expect(parameter.expected).not.toBe("");
  for (const text of [parameter.example, parameter.neutral ?? parameter.example]) {
    const value = parameter.parse(text);
    expect(value, text).toBeDefined();
    expect(parameter.parse(parameter.format(value))).toStrictEqual(value);
  }
  if (parameter.neutral !== undefined) {
    expect(parameter.format(parameter.parse(parameter.neutral))).toBe(parameter.neutral);
    expect(parameter.example).not.toBe(parameter.neutral);
  }
});
