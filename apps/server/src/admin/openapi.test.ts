import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fleet, type Instance, startFleet } from "../instances/fleet.test.support.ts";
import { createComponents } from "./components.ts";
import { at, refsIn, wholeOf } from "./openapi.test.support.ts";
import { beside, named, object, text } from "./schemas.ts";

/** Bytes: clients that are generated from it, and the console, read the document whole. */
const MOST_BYTES = 210_000;
const PARTS = ["schemas", "responses"] as const;

let fleet: Fleet;
let server: Instance;
let document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly components: Readonly<Record<(typeof PARTS)[number], Readonly<Record<string, unknown>>>>;
};

beforeAll(async () => {
  fleet = await startFleet();
  server = await fleet.start({ name: "a" });
  document = (await server.ask("GET", "/openapi.json", { key: "" })).body;
});
afterAll(() => fleet.stop());

test("the document says what addresses share once", () => {
  expect(JSON.stringify(document).length).toBeLessThan(MOST_BYTES);
  // Every address still says all of it.
  expect(JSON.stringify(wholeOf(document)).length).toBeGreaterThan(2 * MOST_BYTES);
  const settings = document.components.schemas.ProjectSettings;
  expect(settings).toMatchObject({ type: "object", properties: { aliases: {}, presets: {} } });
  expect(JSON.stringify(document).split(JSON.stringify(settings))).toHaveLength(2);
});

test("every reference of the document leads to something, and nothing is kept that none leads to", () => {
  const refs = refsIn(document);
  expect(refs.length).toBeGreaterThan(300);
  expect(refs.filter((ref) => at(document, ref) === undefined)).toEqual([]);
  const known = PARTS.flatMap((part) =>
    Object.keys(document.components[part]).map((name) => `#/components/${part}/${name}`),
  );
  expect([...new Set(refs)].toSorted()).toEqual(known.toSorted());
  for (const name of known) expect(name).toMatch(/^#\/components\/\w+\/[A-Za-z0-9._-]+$/);
});

test("no two addresses have one name", () => {
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test("a schema keeps its name wherever more is said of it, and shares it with no other", () => {
  const colour = named("Colour", object("A colour.", { name: text("Its name.") }));
  const components = createComponents();
  const hat = object("A hat.", { own: colour, band: beside(colour, { description: "Of the band." }) });
  expect(components.refer(hat)).toMatchObject({
    properties: {
      own: { $ref: "#/components/schemas/Colour" },
      band: { $ref: "#/components/schemas/Colour", description: "Of the band." },
    },
  });
  expect(components.schemas).toEqual({ Colour: colour });
  expect(() => components.refer(named("Colour", object("Another.", {})))).toThrow("Two schemas");
});
