import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { installPart, type Part } from "../../support/part.ts";
import { cached } from "../../support/wordpress/cache.ts";

const run = promisify(execFile);

/** Where Shopify itself publishes the Admin schema for tools: in the data of this package, which is never installed, only read. */
const PACKAGE = "@shopify/dev-mcp@1.16.0";
const INTEGRITY = "tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw==";
const SCHEMA = "package/dist/data/admin_2026-10.json.gz";

/** The part of the library `graphql` that is used, so that the tests compile without it. */
export interface GraphQL {
  buildClientSchema(introspection: unknown): Schema;
  parse(text: string): Document;
  print(node: unknown): string;
  validate(schema: Schema, document: Document): readonly { readonly message: string }[];
  execute(options: {
    readonly schema: Schema;
    readonly document: Document;
    readonly rootValue: unknown;
    readonly contextValue?: unknown;
    readonly variableValues?: Readonly<Record<string, unknown>>;
  }): Promise<{ readonly data?: unknown; readonly errors?: readonly { readonly message: string }[] }>;
  getNamedType(type: unknown): { readonly name: string; getFields?(): Readonly<Record<string, Field>> };
}
export interface Schema {
  getType(name: string): unknown;
  getQueryType(): { readonly name: string };
  getMutationType(): { readonly name: string };
}
export interface Field {
  readonly type: unknown;
}
export interface Document {
  readonly definitions: readonly Definition[];
}
export interface Definition {
  readonly kind: string;
  readonly name?: { readonly value: string };
  readonly operation?: "query" | "mutation";
  readonly selectionSet: SelectionSet;
  readonly typeCondition?: { readonly name: { readonly value: string } };
}
export interface SelectionSet {
  readonly selections: readonly Selection[];
}
export interface Selection {
  readonly kind: "Field" | "InlineFragment" | "FragmentSpread";
  readonly name?: { readonly value: string };
  readonly alias?: { readonly value: string };
  readonly arguments?: readonly {
    readonly name: { readonly value: string };
    readonly value: {
      readonly kind: string;
      readonly value?: string;
      readonly name?: { readonly value: string };
    };
  }[];
  readonly selectionSet?: SelectionSet;
  readonly typeCondition?: { readonly name: { readonly value: string } };
}

/** Shopify's published Admin schema of 2026-10, and the engine to run it with. */
export interface AdminSchema {
  readonly graphql: GraphQL;
  readonly schema: Schema;
  /** Scopes that an app needs for a type or a field, as Shopify publishes them with the schema. */
  readonly scopes: unknown;
  readonly part: Part;
}

let loading: Promise<AdminSchema> | undefined;

/** Fetches both on first use into the ignored cache. */
export function loadAdminSchema(): Promise<AdminSchema> {
  loading ??= load();
  return loading;
}

async function load(): Promise<AdminSchema> {
  const part = await installPart(join(import.meta.dirname, "../../parts/local-shopify"));
  const folder = await cached(
    `shopify-schema-${INTEGRITY.slice(0, 8).replaceAll(/\W/g, "_")}`,
    async (draft) => {
      await run("npm", ["pack", PACKAGE, "--pack-destination", draft, "--loglevel=error"], { cwd: draft });
      const name = (await readdir(draft)).find((each) => each.endsWith(".tgz"));
      if (name === undefined) throw new Error(`${PACKAGE} could not be fetched.`);
      const archive = join(draft, name);
      const found = createHash("sha512")
        .update(await readFile(archive))
        .digest("base64");
      if (found !== INTEGRITY) throw new Error(`${PACKAGE} is not the one that these tests know.`);
      await run("tar", ["xzf", archive, "-C", draft, SCHEMA]);
      await writeFile(archive, "");
    },
  );
  const graphql = part.require("graphql") as GraphQL;
  const { data, offline_scopes } = JSON.parse(
    gunzipSync(await readFile(join(folder, SCHEMA))).toString(),
  ) as {
    readonly data: unknown;
    readonly offline_scopes: unknown;
  };
  return { graphql, schema: graphql.buildClientSchema(data), scopes: offline_scopes, part };
}
