import type { Schema } from "../config/shape.ts";

// Pieces of which the API's schemas are made. Everything is bounded.

/** Schemas that the document has once, by the object itself; `beside` is what a reference adds to them. */
const NAMES = new WeakMap<object, { readonly name: string; readonly of: object; readonly beside: object }>();

/** A schema that stands in the document once, under this name, however many addresses say it. */
export function named<const S extends object>(name: string, schema: S): S {
  NAMES.set(schema, { name, of: schema, beside: {} });
  return schema;
}

/** The name of a schema, with what is said beside a reference to it; undefined of one that stands where it is said. */
export const nameOf = (schema: object) => NAMES.get(schema);

/** The same schema with more said of it here; one that has a name keeps it. */
export function beside<const S extends object, const More extends object>(schema: S, more: More): S & More {
  const copy = { ...schema, ...more };
  const known = NAMES.get(schema);
  if (known) NAMES.set(copy, { ...known, beside: { ...known.beside, ...more } });
  return copy;
}

export const text = (description: string, maxLength = 2_000) =>
  ({ type: "string", description, maxLength }) as const satisfies Schema;

const TIME = named("Time", {
  type: "string",
  title: 'a time such as "2026-01-31T12:00:00Z"',
  pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$",
  maxLength: 30,
});

export const time = (description: string) => beside(TIME, { description });

export const count = (description: string, minimum = 0, maximum: number = Number.MAX_SAFE_INTEGER) =>
  ({ type: "integer", description, minimum, maximum }) as const satisfies Schema;

export const choice = <const Choice extends string>(description: string, choices: readonly Choice[]) =>
  ({ type: "string", description, enum: choices }) as const;

export const list = <const Item extends Schema>(items: Item, maxItems = 1_000) =>
  ({ type: "array", items, maxItems }) as const;

/** An object; names that end with "?" may be absent. */
export function object(
  description: string,
  properties: Readonly<Record<string, Schema>>,
): Extract<Schema, { readonly properties: unknown }> {
  const named = Object.entries(properties).map(
    ([name, schema]) => [name.replace(/\?$/, ""), schema, name.endsWith("?")] as const,
  );
  return {
    type: "object",
    description,
    additionalProperties: false,
    required: named.flatMap(([name, , isOptional]) => (isOptional ? [] : [name])),
    properties: Object.fromEntries(named.map(([name, schema]) => [name, schema])),
  };
}

const CHECKED_BY = "x-freshet-checked-by";

/** A member of a body that the route's own code checks; the schema documents it. The mark is seen in the document too. */
export function checkedByHandler(schema: Schema): Schema {
  return beside(schema, { [CHECKED_BY]: "handler" });
}

export const isCheckedByHandler = (schema: Schema): boolean => CHECKED_BY in schema;

/** The query of every list. */
export const PAGE_QUERY = {
  "limit?": count("Entries on a page.", 1, 100),
  "cursor?": text("Where the next page begins, as the page before said.", 200),
} as const;

export const page = (name: string, items: Schema) =>
  object("One page of a list.", {
    [name]: list(items, 100),
    "cursor?": text("Where the next page begins; absent on the last one.", 200),
  });

/** RFC 9457, with the permanent code and, where settings are wrong, the fields. */
export const PROBLEM = named(
  "Problem",
  object("What went wrong (RFC 9457).", {
    type: text("urn:freshet:error: and the code.", 100),
    title: text("The sentence of the code."),
    status: count("The status of the answer.", 400, 599),
    code: text("Permanent code, see the table of errors.", 60),
    "detail?": text("Which input it was about.", 10_000),
    "errors?": list(
      object("One wrong field.", {
        pointer: text("JSON pointer to the field.", 10_000),
        detail: text("What is wrong with it, and what to write.", 10_000),
      }),
    ),
  }),
);
