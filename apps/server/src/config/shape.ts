/**
 * The part of JSON Schema that the configuration is described in. `title` says what to write, `description` what it is
 * for, `writeOnly` marks secrets, whose values no message repeats.
 */
export type Schema = { readonly title?: string; readonly description?: string } & (
  | {
      readonly type: "object";
      readonly properties: Readonly<Record<string, Schema>>;
      readonly required?: readonly string[];
      readonly additionalProperties: false;
    }
  | {
      readonly type: "object";
      readonly propertyNames: { readonly title: string; readonly pattern: string };
      readonly additionalProperties: Schema;
      readonly minProperties?: number;
      readonly maxProperties: number;
    }
  | {
      readonly type: "array";
      readonly items: Schema;
      readonly minItems?: number;
      readonly maxItems: number;
      readonly default?: readonly string[];
    }
  | {
      readonly type: "string";
      readonly pattern?: string;
      readonly minLength?: number;
      readonly maxLength: number;
      readonly writeOnly?: true;
      readonly default?: string;
    }
  | { readonly type: "string"; readonly enum: readonly string[]; readonly default?: string }
  | { readonly type: "integer"; readonly enum: readonly number[]; readonly default?: number }
  | {
      readonly type: "integer";
      readonly minimum: number;
      readonly maximum: number;
      readonly default?: number;
    }
  | { readonly type: "boolean"; readonly default?: boolean }
  | { readonly anyOf: readonly Schema[] }
);

/** The value a schema describes. */
export type ValueOf<S> = S extends { readonly anyOf: readonly (infer Each)[] }
  ? ValueOf<Each>
  : S extends { readonly properties: infer Properties }
    ? {
        readonly [Key in keyof Properties as Key extends RequiredOf<S> ? Key : never]: ValueOf<
          Properties[Key]
        >;
      } & {
        readonly [Key in keyof Properties as Key extends RequiredOf<S> ? never : Key]?: ValueOf<
          Properties[Key]
        >;
      }
    : S extends { readonly type: "object"; readonly additionalProperties: infer Each }
      ? { readonly [name: string]: ValueOf<Each> }
      : S extends { readonly items: infer Each }
        ? readonly ValueOf<Each>[]
        : S extends { readonly enum: readonly (infer Choice)[] }
          ? Choice
          : S extends { readonly type: "string" }
            ? string
            : S extends { readonly type: "integer" }
              ? number
              : boolean;

type RequiredOf<S> = S extends { readonly required: readonly (infer Key)[] } ? Key : never;

type Defaulted<P> = {
  readonly [Key in keyof P as P[Key] extends { readonly default: unknown } ? Key : never]: ValueOf<P[Key]>;
};

/** The defaults of an object's properties, as far as they have one. */
export function defaultsOf<const P extends Readonly<Record<string, Schema>>>(schema: {
  readonly properties: P;
}): Defaulted<P> {
  const pairs = Object.entries(schema.properties).flatMap(([key, each]) =>
    "default" in each && each.default !== undefined ? [[key, each.default]] : [],
  );
  return Object.fromEntries(pairs) as Defaulted<P>;
}

/** Everything about a value that its schema does not allow, each as a sentence that names the place. */
export function findFaults(schema: Schema, value: unknown, place = ""): readonly string[] {
  if ("anyOf" in schema) {
    const undecided = choiceFault(schema.anyOf, value, place);
    if (undecided !== undefined) return [undecided];
    const fitting = fittingOf(schema.anyOf, value);
    return fitting ? findFaults(fitting, value, place) : [wrong(schema, value, place)];
  }
  if (!isOfType(schema.type, value)) return [wrong(schema, value, place)];
  if (schema.type === "object")
    return objectFaults(schema, value as Readonly<Record<string, unknown>>, place);
  if (schema.type === "array") return arrayFaults(schema, value as readonly unknown[], place);
  return isAllowed(schema, value) ? [] : [wrong(schema, value, place)];
}

/** The alternative that a value is meant to be: of its type, and of several objects the one whose required keys it has. */
export function fittingOf(alternatives: readonly Schema[], value: unknown): Schema | undefined {
  const all = alternatives.filter((each) => "type" in each && isOfType(each.type, value));
  // Where alternatives are told apart by what a key says, the key decides.
  const chosen = all.filter((each) =>
    choicesOf(each).some(([key, choices]) => choices.includes(valueAt(value, key))),
  );
  const ofType = chosen.length > 0 ? chosen : all;
  if (ofType.length < 2) return ofType[0];
  const has = (key: string) => Object.hasOwn(value as Readonly<object>, key);
  const requiredOf = (each: Schema) => ("required" in each ? (each.required ?? []) : []);
  // Where none has all of them, the nearest one says best what is missing.
  return (
    ofType.find((each) => requiredOf(each).every(has)) ?? ofType.find((each) => requiredOf(each).some(has))
  );
}

/** Required keys of an object that have one of a few texts, and which. */
function choicesOf(schema: Schema): readonly (readonly [key: string, choices: readonly unknown[]])[] {
  if (!("properties" in schema)) return [];
  const { properties, required = [] } = schema;
  return required.flatMap((key) => {
    const property = properties[key];
    return property !== undefined && "enum" in property ? [[key, property.enum] as const] : [];
  });
}

function valueAt(value: unknown, key: string): unknown {
  return isOfType("object", value) && Object.hasOwn(value as object, key)
    ? Reflect.get(value as object, key)
    : undefined;
}

/** The fault of an object whose key says none of what tells its alternatives apart; undefined where it is none such. */
function choiceFault(alternatives: readonly Schema[], value: unknown, place: string): string | undefined {
  if (!isOfType("object", value)) return undefined;
  const keyed = alternatives.map((each) => choicesOf(each));
  const [[first] = []] = keyed;
  const key = first?.[0];
  if (key === undefined || keyed.length < 2 || keyed.some(([choice]) => choice?.[0] !== key))
    return undefined;
  const known = keyed.flatMap(([choice]) => choice?.[1] ?? []) as readonly string[];
  const said = valueAt(value, key);
  if (known.some((each) => each === said)) return undefined;
  const schema = { type: "string", enum: known } as const;
  return said === undefined
    ? `${join(place, key)} is missing; write ${expected(schema)}.`
    : wrong(schema, said, join(place, key));
}

function objectFaults(
  schema: Extract<Schema, { type: "object" }>,
  value: Readonly<Record<string, unknown>>,
  place: string,
): readonly string[] {
  const keys = Object.keys(value);
  if ("propertyNames" in schema) {
    const { propertyNames, additionalProperties, minProperties = 0, maxProperties } = schema;
    const name = new RegExp(propertyNames.pattern, "u");
    const count = keys.length >= minProperties && keys.length <= maxProperties;
    return [
      ...(count ? [] : [`${place} has ${keys.length} entries; write ${minProperties} to ${maxProperties}.`]),
      ...keys.flatMap((key) =>
        name.test(key)
          ? findFaults(additionalProperties, value[key], join(place, key))
          : [`${join(place, key)} is not a name that can be used here; write ${propertyNames.title}.`],
      ),
    ];
  }
  const { properties, required = [] } = schema;
  return [
    ...required
      .filter((key) => !Object.hasOwn(value, key))
      .map((key) => `${join(place, key)} is missing; write ${expected(properties[key])}.`),
    ...keys.flatMap((key) => {
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (property !== undefined) return findFaults(property, value[key], join(place, key));
      return [
        `${join(place, key)} is unknown; the nearest known key is "${nearest(key, Object.keys(properties))}".`,
      ];
    }),
  ];
}

function arrayFaults(
  schema: Extract<Schema, { type: "array" }>,
  value: readonly unknown[],
  place: string,
): readonly string[] {
  const { minItems = 0, maxItems } = schema;
  if (value.length < minItems || value.length > maxItems) {
    return [`${place} has ${value.length} entries; write ${minItems} to ${maxItems}.`];
  }
  return value.flatMap((each, index) => findFaults(schema.items, each, `${place}[${index}]`));
}

function isAllowed(schema: Schema, value: unknown): boolean {
  if ("enum" in schema) return (schema.enum as readonly unknown[]).includes(value);
  if ("minimum" in schema) return (value as number) >= schema.minimum && (value as number) <= schema.maximum;
  if (!("maxLength" in schema)) return true;
  const length = [...(value as string)].length;
  if (length > schema.maxLength || length < (schema.minLength ?? 0)) return false;
  return schema.pattern === undefined || new RegExp(schema.pattern, "u").test(value as string);
}

function isOfType(type: "object" | "array" | "string" | "integer" | "boolean", value: unknown): boolean {
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "array") return Array.isArray(value);
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

/** What may be written, in words. */
export function expected(schema: Schema | undefined): string {
  if (schema === undefined) return "nothing";
  if (schema.title !== undefined) return schema.title;
  if ("anyOf" in schema) return schema.anyOf.map(expected).join(" or ");
  if ("enum" in schema) return `one of ${schema.enum.map((each) => JSON.stringify(each)).join(", ")}`;
  if ("minimum" in schema) return `a whole number from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === "boolean") return "true or false";
  if (schema.type === "string") return `a text of ${schema.minLength ?? 0} to ${schema.maxLength} characters`;
  return schema.type === "array" ? "a list" : "an object";
}

function wrong(schema: Schema, value: unknown, place: string): string {
  const isMisplaced = typeof value === "string" && ("anyOf" in schema ? false : schema.type === "object");
  const shown = "writeOnly" in schema ? "not right" : isMisplaced ? "a text" : preview(value);
  return `${place === "" ? "The configuration" : place} is ${shown}; write ${expected(schema)}.`;
}

/** Of an object only its keys: among its values may be a secret. */
function preview(value: unknown): string {
  if (isOfType("object", value)) {
    const keys = Object.keys(value as object).slice(0, 5);
    return keys.length === 0 ? "an empty object" : `an object with ${keys.map(preview).join(", ")}`;
  }
  if (Array.isArray(value) && value.length > 0) return "a list";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function join(place: string, key: string): string {
  const step = /^[\w$-]{1,60}$/.test(key) ? key : preview(key);
  return place === "" ? step : `${place}.${step}`;
}

/** The known word that is least far from this one. */
export function nearest(word: string, known: readonly string[]): string {
  const cut = word.slice(0, 60).toLowerCase();
  const ranked = known.map((each) => ({ each, distance: editDistance(cut, each.toLowerCase()) }));
  return ranked.reduce((best, next) => (next.distance < best.distance ? next : best)).each;
}

/** Insertions, deletions and substitutions that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const same = letter === to[column - 1] ? 0 : 1;
      next.push(Math.min((row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1, (row[column - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
