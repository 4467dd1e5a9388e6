import { expect, test } from "vitest";
import type { Parameter } from "../codec.ts";
import type { Form } from "../form.ts";
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

/** Texts that a control of this form offers at its ends. */
function offered(form: Form): readonly string[] {
  switch (form.kind) {
    case "number":
      return [String(form.min), String(form.max)];
    case "choice":
    case "gravity":
      return form.choices;
    case "choices":
      return [...form.choices, form.choices.join(",")];
    case "flag":
      return ["0", "1"];
    case "color":
      return form.auto ? ["ff8800", "auto"] : ["ff8800"];
    case "tint":
      return ["ff8800,0", "ff8800,1"];
    case "duotone":
      return ["000000,ffffff", "000000,ffffff,0.5"];
    case "point":
      return ["0,0", `${form.max},${form.max}`];
    case "ratio":
      return ["1", "0.5,2"];
    case "angle":
      return ["0", "359.99"];
    case "radii":
      return ["0", String(form.max), "max", `0,${form.max},max,1`];
    case "lengths":
      return ["0", String(form.most.plain), `${form.most.p}p`, `1,${form.most.plain}`];
    case "fontsize":
      return ["1", String(form.max), `${form.max}max`];
    case "text":
    case "address":
      return ["a", "a".repeat(form.longest)];
  }
}

test.each(PARAMETERS)("%s takes everything that its form offers, as it is", (_, parameter) => {
  const { form } = parameter;
  for (const text of [...offered(form), parameter.example]) {
    expect(parameter.parse(text), text).toBeDefined();
  }
  if (form.kind !== "number") return;
  const read = (text: string) => parameter.format(parameter.parse(text));
  expect(read(String(form.max))).toBe(String(form.max));
  expect(read(String(form.max + 1))).toBe(String(form.max));
  expect(read(String(form.min))).toBe(String(form.min));
});
