import { useGet } from "../../../api/hooks.ts";
import type { Path } from "./paths.ts";
import { isMembers } from "./paths.ts";

/** The part of JSON Schema in which the API describes settings. */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "integer" | "boolean";
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly writeOnly?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

/** The schema of a project's settings, as the API's own document has it; undefined until it is there. */
export function useSettingsSchema() {
  const document = useGet<OpenApi>("/openapi.json");
  return { ...document, data: document.data && schemaIn(document.data) };
}

function schemaIn(document: OpenApi): Schema {
  const answer = [
    "get",
    "responses",
    "200",
    "content",
    "application/json",
    "schema",
    "properties",
    "settings",
  ];
  let found: unknown = document.paths["/projects/{name}"];
  for (const step of answer) {
    const at = resolved(document, found);
    found = isMembers(at) ? at[step] : undefined;
  }
  return (whole(document, found) ?? {}) as Schema;
}

/** What a reference is about, with what is said beside it. */
function resolved(document: OpenApi, value: unknown): unknown {
  if (!isMembers(value) || typeof value.$ref !== "string") return value;
  const { $ref, ...beside } = value;
  const name = /^#\/components\/schemas\/([^/]+)$/.exec($ref)?.[1] ?? "";
  return { ...(resolved(document, document.components?.schemas?.[name]) as object), ...beside };
}

/** A schema without references; none of the document contains itself. */
function whole(document: OpenApi, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => whole(document, each));
  const at = resolved(document, value);
  if (!isMembers(at)) return at;
  return Object.fromEntries(Object.entries(at).map(([key, each]) => [key, whole(document, each)]));
}

/** What is said of the setting at a place. Of several forms that a value may have, the one that knows the next step. */
export function schemaAt(schema: Schema | undefined, [step, ...rest]: Path): Schema | undefined {
  if (schema === undefined || step === undefined) return schema;
  if (schema.anyOf) {
    const fitting = schema.anyOf.find(({ properties }) => properties && Object.hasOwn(properties, step));
    return schemaAt(fitting, [step, ...rest]);
  }
  if (schema.items) return schemaAt(schema.items, rest);
  const own =
    schema.properties && Object.hasOwn(schema.properties, step) ? schema.properties[step] : undefined;
  return schemaAt(own ?? (schema.additionalProperties || undefined), rest);
}
