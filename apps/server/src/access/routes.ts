import type { FastifyInstance } from "fastify";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "../admin/cursor.ts";
import { NOTHING } from "../admin/openapi.ts";
import { choice, named, object, PAGE_QUERY, page, text, time } from "../admin/schemas.ts";
import { ServerError } from "../errors.ts";
import type { Keys } from "./keys.ts";
import type { KeyRow } from "./migrations.ts";
import { authorOf } from "./plugin.ts";
import { type Access, RIGHTS, type Right } from "./right.ts";

const KEY_VIEW = {
  id: text("Part of the key, so that it can be recognised: fk_<id>_…", 20),
  name: text("What it is for.", 100),
  right: choice("What it allows; each right includes those before it.", RIGHTS),
  created_at: time("When it was made."),
  created_by: text("Who made it."),
  "expires_at?": time("When it ends; absent where it does not."),
  "used_at?": time("When it was used last, to within an hour; absent before its first use."),
};
const KEY = named("Key", object("One key; the key itself is shown once, when it is made.", KEY_VIEW));
const MADE = named(
  "KeyMade",
  object("The new key.", {
    ...KEY_VIEW,
    key: text("The key. It is kept nowhere: note it now.", 100),
  }),
);
const WANTED = object("What the key is for.", {
  name: { ...text("What it is for, for whoever reads the list.", 100), minLength: 1 },
  right: choice("What it allows; each right includes those before it.", RIGHTS),
  "expires_at?": time("When it ends."),
});

interface Wanted {
  readonly name: string;
  readonly right: Right;
  readonly expires_at?: string;
}

/** API keys of a project, and of the whole installation. */
export function keyRoutes(
  app: FastifyInstance,
  { keys, now }: { readonly keys: Keys; readonly now: () => number },
): void {
  const name = { name: text("Name of the project.", 63) };
  const id = { id: text("The key's id.", 20) };
  const routes = (
    base: string,
    access: Extract<Access, { readonly of: string }>,
    whose: string,
    params: typeof name | object,
  ) => {
    const ofProject = (request: { readonly params: unknown }): string | null =>
      (request.params as { readonly name?: string }).name ?? null;
    const config = { access };
    app.get<{ Querystring: PageQuery }>(
      base,
      {
        config,
        schema: {
          summary: `Lists the keys ${whose}.`,
          params: object("Whose.", { ...params }),
          querystring: object("Which page.", PAGE_QUERY),
          response: { 200: page("keys", KEY) },
          errors: ["QUERY_WRONG"],
        },
      },
      async (request) => {
        const { limit = USUAL_PAGE, cursor } = request.query;
        const rows = await keys.list(ofProject(request), limit + 1, readPlace(cursor));
        return pageOf("keys", rows, limit, viewKey, (row) => row.id);
      },
    );
    app.post<{ Body: Wanted }>(
      base,
      {
        config,
        schema: {
          summary: `Makes a key ${whose}. The answer is the only time that it can be seen.`,
          params: object("Whose.", { ...params }),
          body: WANTED,
          response: { 201: MADE },
          errors: [
            "BODY_UNREADABLE",
            "KEYS_FULL",
            ...(access.of === "path" ? (["PROJECT_NOT_FOUND"] as const) : []),
          ],
        },
      },
      async (request, reply) => {
        const { name, right, expires_at } = request.body;
        const wanted = { project: ofProject(request), name, right, expiresAt: readExpiry(expires_at, now()) };
        const { key, row } = await keys.create(wanted, authorOf(request));
        reply.code(201);
        return { ...viewKey(row), key };
      },
    );
    app.delete<{ Params: { id: string } }>(
      `${base}/:id`,
      {
        config,
        schema: {
          summary: "Revokes a key: from then on no instance takes it.",
          params: object("Which.", { ...params, ...id }),
          response: { 204: NOTHING },
          errors: ["KEY_UNKNOWN"],
        },
      },
      async (request, reply) => {
        await keys.revoke(ofProject(request), request.params.id, authorOf(request));
        return reply.code(204).send();
      },
    );
  };
  routes("/projects/:name/keys", { right: "admin", of: "path" }, "of the project", name);
  routes("/keys", { right: "admin", of: "installation" }, "of the whole installation", {});
}

function readExpiry(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (at > now) return at;
  throw new ServerError("BODY_UNREADABLE", "expires_at is a time that is still to come.");
}

function viewKey({ id, name, access_right, created_at, created_by, expires_at, used_at }: KeyRow) {
  const iso = (at: number) => new Date(at).toISOString();
  return {
    ...{ id, name, right: access_right, created_at: iso(created_at), created_by },
    ...(expires_at === null ? {} : { expires_at: iso(expires_at) }),
    ...(used_at === null ? {} : { used_at: iso(used_at) }),
  };
}
