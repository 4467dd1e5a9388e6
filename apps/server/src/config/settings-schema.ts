import { PROJECT_SCHEMA } from "./project-schema.ts";
import type { Schema } from "./shape.ts";

/**
 * The settings that the store keeps: all but those that only the machine's owner may give. Keys of the API are rows of their own, and a
 * path of a file would let whoever may change settings read what the server may read.
 */
export const SETTINGS_SCHEMA: Schema = withoutFiles(PROJECT_SCHEMA);

function withoutFiles(schema: Schema): Schema {
  if ("anyOf" in schema) return { ...schema, anyOf: schema.anyOf.map(withoutFiles) };
  if ("items" in schema) return { ...schema, items: withoutFiles(schema.items) };
  if ("propertyNames" in schema) {
    return { ...schema, additionalProperties: withoutFiles(schema.additionalProperties) };
  }
  if (!("properties" in schema)) return schema;
  const properties = Object.entries(schema.properties)
    .filter(([key, each]) => key !== "apiKey" && each.title !== "the path of a file")
    .map(([key, each]) => [key, withoutFiles(each)] as const);
  return { ...schema, properties: Object.fromEntries(properties) };
}
