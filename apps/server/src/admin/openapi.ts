import type { FastifyInstance, FastifySchema, RouteOptions } from "fastify";
import type { Access } from "../access/right.ts";
import type { Schema } from "../config/shape.ts";
import { ERRORS, type ErrorCode } from "../errors.ts";
import { type Components, createComponents } from "./components.ts";
import { PROBLEM } from "./schemas.ts";

declare module "fastify" {
  interface FastifySchema {
    /** What the address is for, in one sentence. */
    summary?: string;
    /** Codes of the error table that the address itself may answer with. */
    errors?: readonly ErrorCode[];
    /** Headers of the request that it reads. */
    requestHeaders?: Readonly<Record<string, string>>;
    /** Media type of what it answers with; JSON where nothing is said. */
    media?: string;
    /** Media type of bytes that are sent instead of JSON. */
    upload?: string;
  }
}

/** One address of the API as it was registered. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly access: Access;
  readonly schema: FastifySchema;
}

/** Collects the routes that are registered after this call. Only public ones, which are no API, may do without a summary. */
export function collectOperations(app: FastifyInstance): readonly Operation[] {
  const operations: Operation[] = [];
  app.addHook("onRoute", ({ method, url, schema, config }: RouteOptions) => {
    if (config?.access === undefined) return;
    if (schema?.summary === undefined) {
      if (config.access === "public") return;
      throw new Error(`${String(method)} ${url} is no part of the document; give it a summary.`);
    }
    for (const each of [method].flat()) {
      if (each === "HEAD") continue;
      operations.push({ method: each.toLowerCase(), path: url, access: config.access, schema });
    }
  });
  return operations;
}

const ALWAYS: readonly ErrorCode[] = ["JOURNAL_AWAY", "INTERNAL"];
const KEYED: readonly ErrorCode[] = ["API_KEY_WRONG", "KEY_NOT_ALLOWED", "ATTEMPTS_TOO_MANY"];
/** Of whoever is signed in. */
const SIGNED_IN: readonly ErrorCode[] = ["SESSION_OVER", "RIGHT_MISSING", "CSRF_REFUSED"];

/** The OpenAPI 3.1 document of the routes: what is written there is what is registered and checked. */
export function openApiOf(operations: readonly Operation[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  const components = createComponents();
  for (const each of operations) {
    const path = each.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [each.method]: operationOf(each, components) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Freshet",
      version,
      description:
        "The REST API of a Freshet server. Everything is answered with Cache-Control: no-store; errors are problem+json (RFC 9457), under /invalidate and /warmup in Cloudimage's envelope.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      schemas: components.schemas,
      responses: components.responses,
      securitySchemes: {
        clientKey: { type: "apiKey", in: "header", name: "X-Client-Key" },
        bearer: { type: "http", scheme: "bearer" },
        session: {
          ...{ type: "apiKey", in: "cookie", name: "freshet_session" },
          description:
            "Of whoever is signed in; over TLS its name is __Host-freshet_session. What is not GET takes the header freshet-csrf: 1 with it.",
        },
      },
    },
  };
}

function operationOf({ method, path, access, schema }: Operation, components: Components): object {
  const { body, response } = schema as { readonly body?: Schema; readonly response?: Record<string, Schema> };
  const codes = [
    ...(schema.errors ?? []),
    ...(access === "public" ? [] : [...KEYED, ...SIGNED_IN]),
    ...ALWAYS,
  ];
  const byStatus = Map.groupBy([...new Set(codes)], (code) => String(ERRORS[code].status));
  return {
    operationId: operationId(method, path),
    summary: schema.summary,
    "x-freshet-access": access,
    security: securityOf(access),
    parameters: parametersOf(path, schema, components),
    ...(body ? { requestBody: { required: true, content: json(components.refer(body)) } } : {}),
    ...(schema.upload === undefined
      ? {}
      : { requestBody: { required: true, content: { [schema.upload]: { schema: {} } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(response ?? {}).map(([status, each]) => [
          status,
          {
            description: each.description ?? "",
            ...(isEmpty(each)
              ? {}
              : { content: { [schema.media ?? "application/json"]: { schema: components.refer(each) } } }),
          },
        ]),
      ),
      ...Object.fromEntries(
        [...byStatus].map(([status, some]) => [status, problemOf(path, some, components)]),
      ),
    },
  };
}

function securityOf(access: Access): readonly object[] {
  if (access === "public") return [];
  return access === "user" ? [{ session: [] }] : [{ clientKey: [] }, { bearer: [] }, { session: [] }];
}

/** Many addresses refuse for the same reasons: an answer is called by its codes. */
function problemOf(path: string, codes: readonly ErrorCode[], components: Components): object {
  const description = codes.map((code) => `${code}: ${ERRORS[code].sentence}`).join(" ");
  const name = codes.join(".");
  if (/^\/(invalidate|warmup)/.test(path)) return components.answer(`${name}.enveloped`, { description });
  const content = { "application/problem+json": { schema: components.refer(PROBLEM) } };
  return components.answer(name, { description, content });
}

/** An answer without a body. */
export const NOTHING: Schema = { type: "string", description: "Done.", maxLength: 0 };
const isEmpty = (schema: Schema) => schema === NOTHING;

const json = (schema: object) => ({ "application/json": { schema } });

function parametersOf(
  path: string,
  { params, querystring, requestHeaders }: FastifySchema,
  components: Components,
): readonly object[] {
  const named = (where: "path" | "query", schema: unknown) => {
    const { properties = {}, required = [] } = (schema ?? {}) as {
      readonly properties?: Readonly<Record<string, Schema>>;
      readonly required?: readonly string[];
    };
    return Object.entries(properties).map(([name, each]) => ({
      ...{ name, in: where, ...(where === "path" || required.includes(name) ? { required: true } : {}) },
      // Said of the parameter, and not once more of its value.
      ...{ description: each.description, schema: { ...components.refer(each), description: undefined } },
    }));
  };
  const headers = Object.entries(requestHeaders ?? {}).map(([name, description]) => ({
    ...{ name, in: "header", description, schema: { type: "string" } },
  }));
  const described = named("path", params);
  const missing = [...path.matchAll(/:(\w+)/g)].find(
    ([, name]) => !described.some((each) => each.name === name),
  );
  if (missing) throw new Error(`${path} does not describe ${missing[1]}.`);
  return [...described, ...named("query", querystring), ...headers];
}

function operationId(method: string, path: string): string {
  const words = path.split(/[/:.]+/).filter(Boolean);
  return [method, ...words.map((word) => word[0]?.toUpperCase() + word.slice(1))].join("");
}
