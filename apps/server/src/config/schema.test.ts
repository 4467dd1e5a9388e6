import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONFIG_SCHEMA } from "./schema.ts";
import { findFaults, type Schema } from "./shape.ts";

const published: Schema & Record<string, unknown> = JSON.parse(
  await readFile(new URL("../../freshet.config.schema.json", import.meta.url), "utf8"),
);
const standard = new Ajv({ strict: true, strictTypes: false, allErrors: true }).compile(published);

/** Values that fit a schema, and one in so many places that do not. */
function around(schema: Schema, oneIn: number): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    404,
    "",
    "x",
    "http://a.b",
    "_s_",
    [],
    {},
    1e300,
  );
  return fc.oneof({ weight: oneIn, arbitrary: fitting(schema, oneIn) }, { weight: 1, arbitrary: odd });
}

function fitting(schema: Schema, oneIn: number): fc.Arbitrary<unknown> {
  if ("anyOf" in schema) return fc.oneof(...schema.anyOf.map((each) => around(each, oneIn)));
  if ("properties" in schema) {
    const known = Object.fromEntries(
      Object.entries(schema.properties).map(([key, each]) => [key, around(each, oneIn)]),
    );
    const record = fc.record(known, { requiredKeys: [...(schema.required ?? [])] });
    return fc.oneof(
      { weight: oneIn, arbitrary: record },
      { weight: 1, arbitrary: record.map((value) => ({ ...value, unkown: 1 })) },
    );
  }
  if ("propertyNames" in schema) {
    const fits = new RegExp(schema.propertyNames.pattern, "u");
    const [good, bad] = [NAMES.filter((each) => fits.test(each)), NAMES.filter((each) => !fits.test(each))];
    const name = mostly(oneIn, fc.constantFrom(...good), fc.constantFrom(...bad));
    return fc.dictionary(name, around(schema.additionalProperties, oneIn), { maxKeys: 3 });
  }
  if ("items" in schema) {
    const { items, minItems: minLength = 0 } = schema;
    const list = fc.array(around(items, oneIn), { minLength, maxLength: 4 });
    return minLength === 0 ? list : mostly<readonly unknown[]>(oneIn, list, fc.constant([]));
  }
  if ("enum" in schema) return fc.constantFrom<unknown>(...schema.enum);
  if ("minimum" in schema) {
    const { minimum: min, maximum: max } = schema;
    return mostly(oneIn, fc.integer({ min, max }), fc.constantFrom(min - 1, max + 1));
  }
  if (schema.type === "boolean") return fc.boolean();
  const { pattern = "", maxLength, minLength = 0 } = schema;
  const fits = (word: string) =>
    new RegExp(pattern, "u").test(word) && word.length >= minLength && word.length <= maxLength;
  return mostly(
    oneIn,
    fc.constantFrom(...WORDS.filter(fits)),
    fc.oneof(fc.constantFrom(...WORDS), fc.string(), fc.constant("y".repeat(maxLength + 1))),
  );
}

const NAMES = [
  "demo",
  "shop-2",
  "Shop",
  "_site_",
  "_a_/_b_",
  "site",
  "-",
  "__proto__",
  "__",
  "a--b",
  "ctf:space1",
];
const WORDS = [
  "postgres://freshet:secret@127.0.0.1:5432/freshet",
  "http://127.0.0.1:9000/media",
  "http://127.0.0.1:6081",
  "example.com",
  "*",
  "sample",
  "eu-central-1",
  "a b",
  "é",
].concat(
  "client_0123456789abcdef",
  "eu-central-1",
  "https://s3.example:9000",
  "account1",
  "photos",
  "127.0.0.1:8081",
  "my-shop.myshopify.com",
  "a1".repeat(32),
);

function mostly<Each>(
  oneIn: number,
  usual: fc.Arbitrary<Each>,
  rare: fc.Arbitrary<Each>,
): fc.Arbitrary<Each> {
  return fc.oneof({ weight: oneIn, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

describe("the published JSON Schema", () => {
  test("is the table that the server checks with", () => {
    const { $schema, title, ...rest } = published;
    expect(rest).toEqual(CONFIG_SCHEMA);
  });

  test("accepts and refuses what the server accepts and refuses", () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(fc.oneof(around(CONFIG_SCHEMA, 2_000), around(CONFIG_SCHEMA, 40)), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const faults = findFaults(CONFIG_SCHEMA, plain);
        seen[faults.length === 0 ? "accepted" : "refused"] += 1;
        expect(faults.length === 0, faults.join()).toBe(standard(plain));
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(100);
  });
});
