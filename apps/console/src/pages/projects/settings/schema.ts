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
  for (const step of answer) found = isMembers(found) ? found[step] : undefined;
  return (found ?? {}) as Schema;
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
