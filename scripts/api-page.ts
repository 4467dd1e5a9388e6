import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expected, type Schema } from "../apps/server/dist/config/shape.js";
import { loadConfig } from "../apps/server/dist/config.js";
import { createServer } from "../apps/server/dist/server.js";
import { code, page, table } from "./markdown.ts";

/** What of the OpenAPI document the page is made of. */
interface Operation {
  readonly summary: string;
  readonly "x-freshet-access": "public" | "user" | { readonly right: string; readonly of: string };
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
      }
    >
  >;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** The document as a server gives it: made of the routes that it has registered. */
async function apiDocument(): Promise<Paths> {
  const folder = await mkdtemp(join(tmpdir(), "freshet-docs-"));
  const env = { FRESHET_DATA: folder, FRESHET_LOG: "silent" };
  const server = await createServer(await loadConfig({ env, cwd: folder }), { drivers: [] });
  try {
    await server.start();
    const document = (await server.app.inject("/openapi.json")).json();
    return whole(document.paths, document.components) as Paths;
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The document with what stands in place of each reference, and what is said beside it. */
function whole(
  value: unknown,
  components: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): unknown {
  if (Array.isArray(value)) return value.map((each) => whole(each, components));
  if (typeof value !== "object" || value === null) return value;
  const { $ref, ...beside } = value as { readonly $ref?: string };
  const [, , kind = "", name = ""] = $ref?.split("/") ?? [];
  const target = $ref === undefined ? {} : (components[kind]?.[name] as object);
  const all = { ...target, ...beside };
  return Object.fromEntries(Object.entries(all).map(([key, each]) => [key, whole(each, components)]));
}

/** Codes that any address which is not open to everybody may answer with. */
const EVERYWHERE = new Set([
  ...["API_KEY_WRONG", "KEY_NOT_ALLOWED", "ATTEMPTS_TOO_MANY", "JOURNAL_AWAY"],
  ...["SESSION_OVER", "RIGHT_MISSING", "CSRF_REFUSED"],
]);

const WHOSE: Readonly<Record<string, string>> = {
  path: "in the project of the path",
  key: "in the project that `?project=` names; whoever may see one alone need not name it",
  installation: "for the whole installation",
  visible: "in some project; the answer shows what whoever asks may see",
};

/** The page about the REST API. */
export async function apiPage(): Promise<string> {
  const paths = await apiDocument();
  const sections = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => operationSection(method, path, each)),
  );
  return page(
    "REST API",
    `A running server gives this as OpenAPI 3.1 at \`/openapi.json\`. Everything is answered with \`Cache-Control: no-store\`.

**Keys** are sent as \`X-Client-Key\` or \`Authorization: Bearer\`. Each has one right: \`read\`, \`write\` (invalidate, announce connectors, say
what originals are) or \`admin\` (settings and keys), each with those before it, in one project or in the whole installation. The
\`apiKey\` of a project of the file has \`write\`; \`adminKey\` has \`admin\` in the whole installation.

**Users** sign in at \`POST /access/session\` and are known by a cookie from then on, which takes the place of a key. They may have rights in several
projects. With the cookie every method but GET needs the header \`freshet-csrf: 1\`, and so does everything under \`/access/\` that is not GET; a request
that a browser sends for a page of another origin is refused.

**Errors** are [permanent codes](errors.md) in \`application/problem+json\` (RFC 9457); wrong fields are listed under \`errors\`, each with its JSON
pointer. Under \`/invalidate\` they come in Cloudimage's envelope: \`{"status": "error", "code", "msg"}\`. Beside the codes below, any address that is not open to everybody may answer
${code(...EVERYWHERE, "INTERNAL")}.

**Lists** take \`limit\` and \`cursor\`; where more follows, the answer has the next \`cursor\`.`,
    ...sections,
  );
}

function operationSection(method: string, path: string, each: Operation): string {
  const access = each["x-freshet-access"];
  const need =
    access === "public"
      ? "Open to everybody."
      : access === "user"
        ? "For whoever is signed in."
        : `Right: \`${access.right}\` ${WHOSE[access.of] ?? ""}.`;
  const parameters = each.parameters.map(({ name, in: where, description = "" }) => [
    code(name),
    where,
    description,
  ]);
  const body = each.requestBody?.content["application/json"]?.schema;
  const answers = Object.entries(each.responses).flatMap(([status, { description, content }]) => {
    const schema = content?.["application/json"]?.schema;
    const keys = schema && "properties" in schema ? ` (${code(...Object.keys(schema.properties))})` : "";
    if (status < "300") return [[status, `${description}${keys}`]];
    const codes = (description.match(/\b[A-Z]+_[A-Z_]+(?=:)/g) ?? []).filter((each) => !EVERYWHERE.has(each));
    return codes.length === 0 ? [] : [[status, code(...codes)]];
  });
  return [
    `## ${method.toUpperCase()} ${path}`,
    `${each.summary} ${need}`,
    ...(parameters.length > 0 ? [table(["parameter", "in", "what it is"], parameters)] : []),
    ...(body && "properties" in body ? [table(["body", "what it is", "value"], bodyRows(body))] : []),
    table(["answer", "what it says"], answers),
  ].join("\n\n");
}

/** Settings have a page of their own. */
function bodyRows(body: Extract<Schema, { properties: unknown }>): readonly (readonly string[])[] {
  const required = body.required ?? [];
  return Object.entries(body.properties).map(([name, each]) => [
    code(required.includes(name) ? name : `${name}?`),
    each.description ?? "",
    name === "settings" ? "[as in the file, under projects](config.md)" : expectedOf(each),
  ]);
}

function expectedOf(schema: Schema): string {
  return "items" in schema && "title" in schema.items
    ? `a list; each is ${expected(schema.items)}`
    : expected(schema);
}
