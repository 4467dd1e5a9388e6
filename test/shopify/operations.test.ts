import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OPERATIONS } from "@freshet/shopify/operations";
import { beforeAll, describe, expect, test } from "vitest";
import { type AdminSchema, loadAdminSchema } from "./local/graphql.ts";

const TOML = readFileSync(join(import.meta.dirname, "../../apps/shopify/shopify.app.toml"), "utf8");

/** Called old in 2026-10, which does not have what it names instead. */
const UNREPLACED = "The field Shop.domains is deprecated. Use `domainsPaginated` instead.";

interface Walker {
  readonly TypeInfo: new (
    schema: unknown,
  ) => { getParentType(): { readonly name: string } | undefined; getType(): unknown };
  visit(document: unknown, visitor: unknown): void;
  visitWithTypeInfo(info: unknown, visitor: unknown): unknown;
}
interface ScopeItem {
  readonly type: "type" | "field";
  readonly typeName: string;
  readonly fieldName?: string;
  readonly offlineScopes: readonly string[];
}

let admin: AdminSchema;
beforeAll(async () => {
  admin = await loadAdminSchema();
});

describe("against Shopify's published Admin schema of 2026-10", () => {
  test.each(Object.entries(OPERATIONS))(
    "%s is valid and uses nothing that is on its way out",
    (_name, text) => {
      const { graphql, schema, part } = admin;
      const document = graphql.parse(text);
      expect(graphql.validate(schema, document)).toEqual([]);
      const { NoDeprecatedCustomRule } = part.require("graphql") as {
        readonly NoDeprecatedCustomRule: unknown;
      };
      const validate = graphql.validate as unknown as (
        ...all: unknown[]
      ) => readonly { readonly message: string }[];
      const old = validate(schema, document, [NoDeprecatedCustomRule]).map(({ message }) => message);
      expect(old.filter((message) => message !== UNREPLACED)).toEqual([]);
    },
  );

  test("what is old and still used has nothing yet that could stand for it", () => {
    const shop = admin.graphql.getNamedType(admin.schema.getType("Shop"));
    expect(Object.keys(shop.getFields?.() ?? {})).not.toContain("domainsPaginated");
  });

  test("the scopes of shopify.app.toml are enough for all of them, and none is there for nothing", () => {
    const { graphql, schema, part, scopes } = admin;
    const library = part.require("graphql") as Walker;
    const items = (scopes as { readonly items: readonly ScopeItem[] }).items;
    /** One list for each type and field that is used: any of its scopes will do. */
    const needed = new Map<string, readonly string[]>();
    for (const text of Object.values(OPERATIONS)) {
      const info = new library.TypeInfo(schema);
      const enter = (node: { readonly name: { readonly value: string } }) => {
        const parent = info.getParentType()?.name;
        const type = graphql.getNamedType(info.getType()).name;
        for (const item of items) {
          const isMeant =
            item.type === "type"
              ? item.typeName === type
              : item.typeName === parent && item.fieldName === node.name.value;
          if (isMeant && item.offlineScopes.length > 0)
            needed.set(`${item.typeName}.${item.fieldName ?? ""}`, item.offlineScopes);
        }
      };
      library.visit(graphql.parse(text), library.visitWithTypeInfo(info, { Field: { enter } }));
    }
    const asked = /^scopes = "([^"]*)"$/m.exec(TOML)?.[1]?.split(",") ?? [];
    expect(needed.size).toBeGreaterThan(2);
    for (const [place, any] of needed)
      expect(
        any.some((each) => asked.includes(each)),
        `${place} wants one of ${any}`,
      ).toBe(true);
    for (const scope of asked) {
      const without = asked.filter((each) => each !== scope);
      expect(
        [...needed.values()].some((any) => !any.some((each) => without.includes(each))),
        `${scope} is not needed`,
      ).toBe(true);
    }
  });

  test("each topic of shopify.app.toml is one of the schema's", () => {
    const known = (
      admin.schema.getType("WebhookSubscriptionTopic") as {
        getValues(): readonly { readonly name: string }[];
      }
    )
      .getValues()
      .map(({ name }) => name);
    const topics = [...TOML.matchAll(/^\s*topics = \[([^\]]*)\]/gm)].flatMap(([, list = ""]) =>
      [...list.matchAll(/"([^"]+)"/g)].map(([, topic]) => topic ?? ""),
    );
    expect(topics.length).toBeGreaterThan(10);
    for (const topic of topics) expect(known).toContain(topic.toUpperCase().replaceAll("/", "_"));
    expect(
      known.some((each) => /^(FILE|MEDIA|IMAGE)S?_/.test(each)),
      "there is a topic for files now",
    ).toBe(false);
  });
});
