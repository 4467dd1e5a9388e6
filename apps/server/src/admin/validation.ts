import type { FastifySchemaCompiler, FastifyServerOptions } from "fastify";
import { findFaults, type Schema } from "../config/shape.ts";
import { ServerError } from "../errors.ts";
import { type Fault, locateFault } from "../projects/faults.ts";
import { isCheckedByHandler } from "./schemas.ts";

/** A body or query that is not what its address expects, with everything that is wrong with it. */
class InputError extends ServerError {
  readonly faults: readonly Fault[];
  constructor(code: "BODY_UNREADABLE" | "QUERY_WRONG", faults: readonly Fault[]) {
    super(code, faults[0]?.sentence);
    this.faults = faults.slice(0, 50);
  }
}

/**
 * Checks requests by the schemas of their routes, in the words of the configuration's checks. Only queries are converted. Given to fastify as
 * it is made: it would load compilers of its own before it could be told of these, which takes a start 88 modules.
 */
export const SCHEMA_COMPILERS = {
  compilersFactory: { buildValidator: () => validator, buildSerializer: () => serializer },
} as unknown as NonNullable<FastifyServerOptions["schemaController"]>; // its type knows fastify's own compilers alone

const validator: FastifySchemaCompiler<Schema> =
  ({ schema, httpPart }) =>
  (value: unknown) =>
    check(schema, httpPart, value);
const serializer = () => (value: unknown) => JSON.stringify(value);

function check(schema: Schema, httpPart: string | undefined, value: unknown) {
  if (httpPart === "params" || httpPart === "headers") return { value };
  const isQuery = httpPart === "querystring";
  const read = isQuery ? convert(schema, value) : value;
  const base = isQuery ? "query" : "body";
  const faults = findFaults(...checkedHere(schema, read), base).map((each) => locateFault(each, base, read));
  if (faults.length === 0) return { value: read };
  return { error: new InputError(isQuery ? "QUERY_WRONG" : "BODY_UNREADABLE", faults) };
}

/** What the schema says and what was sent, without the members that the route checks by itself. */
function checkedHere(schema: Schema, value: unknown): [Schema, unknown] {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!("properties" in schema) || !isObject) return [schema, value];
  const isHere = ([key]: readonly [string, unknown]): boolean => {
    const inner = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    return inner === undefined || !isCheckedByHandler(inner) || Reflect.get(value, key) === undefined;
  };
  const properties = Object.fromEntries(Object.entries(schema.properties).filter(isHere));
  const required = (schema.required ?? []).filter((key) => Object.hasOwn(properties, key));
  return [{ ...schema, properties, required }, Object.fromEntries(Object.entries(value).filter(isHere))];
}

/** Numbers of a query come as texts. A limit beyond the bounds is meant well: it is the nearest one. */
function convert(schema: Schema, query: unknown): unknown {
  if (!("properties" in schema) || typeof query !== "object" || query === null) return query;
  return Object.fromEntries(
    Object.entries(query).map(([name, each]) => {
      const inner = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
      const isNumber =
        inner !== undefined &&
        "type" in inner &&
        inner.type === "integer" &&
        typeof each === "string" &&
        /^\d{1,15}$/.test(each);
      if (!isNumber) return [name, each];
      const isLimit = name === "limit" && "minimum" in inner;
      return [name, isLimit ? Math.min(inner.maximum, Math.max(inner.minimum, Number(each))) : Number(each)];
    }),
  );
}
