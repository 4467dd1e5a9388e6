import { nameOf } from "./schemas.ts";

/** What addresses of the document share: each stands there once, under its name. */
export interface Components {
  readonly schemas: Record<string, object>;
  readonly responses: Record<string, object>;
  /** The schema as the document has it: every named one in it is a reference. */
  refer(schema: object): object;
  /** A reference to an answer that many addresses give. Of one name there is one answer. */
  answer(name: string, response: object): object;
}

export function createComponents(): Components {
  const schemas: Record<string, object> = {};
  const responses: Record<string, object> = {};
  /** Which schema has a name: two of one name would be told apart by nobody. */
  const owners = new Map<string, object>();
  const within = (value: object): object =>
    Array.isArray(value)
      ? value.map(either)
      : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, either(each)]));
  const either = (value: unknown): unknown =>
    typeof value === "object" && value !== null ? refer(value) : value;
  const refer = (schema: object): object => {
    const named = nameOf(schema);
    if (named === undefined) return within(schema);
    const { name, of, beside } = named;
    if (owners.get(name) === undefined) {
      owners.set(name, of);
      schemas[name] = within(of);
    }
    if (owners.get(name) !== of) throw new Error(`Two schemas are called ${name}.`);
    return { $ref: `#/components/schemas/${name}`, ...beside };
  };
  return {
    schemas,
    responses,
    refer,
    answer(name, response) {
      responses[name] ??= response;
      return { $ref: `#/components/responses/${name}` };
    },
  };
}
