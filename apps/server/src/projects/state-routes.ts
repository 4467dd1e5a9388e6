import type { Cause } from "@freshet/core";
import type { Kysely } from "@freshet/store";
import type { FastifyInstance } from "fastify";
import { authorOf, projectOfRequest } from "../access/plugin.ts";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "../admin/cursor.ts";
import { choice, count, list, object, PAGE_QUERY, page, text, time } from "../admin/schemas.ts";
import { ServerError } from "../errors.ts";
import type { ProjectTables, StateRow } from "./migrations.ts";
import type { Projects } from "./project.ts";
import type { StateChanges } from "./state-changes.ts";

const NAME = { name: text("Name of the project.", 63) };
const PATH = text("As delivery URLs write it, such as /_media_/hat.jpg; /* is the whole project.", 8_192);
const STATES = ["served", "blocked", "redirect"] as const;
const STATE = choice(
  "served: as usual. blocked: answered by 410, and no origin is asked. redirect: answered by 302 to the original's own address.",
  STATES,
);
const PLACE = count(
  "Place of the event in the CMS's own order, such as its version or its time in milliseconds.",
);
const VIEW = object("What an original is.", {
  path: PATH,
  state: STATE,
  place: PLACE,
  at: time("Since when."),
});
const BODY = object("An event of the CMS.", {
  state: STATE,
  "scope?": choice("all: the whole project, instead of urls.", ["all"]),
  "urls?": { ...list(PATH, 1_000), minItems: 1 },
  place: PLACE,
  "cause?": object("What led to it; the log shows it.", {
    kind: { ...text("The system, such as contentful.", 40), pattern: "^[a-z][a-z0-9._-]*$" },
    "id?": text("The event.", 200),
    "link?": { ...text("Where it can be seen.", 2_000), pattern: "^https?://\\S+$" },
  }),
});

interface Body {
  readonly state: StateRow["state"];
  readonly scope?: "all";
  readonly urls?: readonly string[];
  readonly place: number;
  readonly cause?: Cause;
}

/** What originals are besides being served. */
export function stateRoutes(
  app: FastifyInstance,
  parts: {
    readonly db: Kysely<ProjectTables>;
    readonly changes: StateChanges;
    readonly projects: Projects;
  },
): void {
  app.post<{ Params: { readonly name: string }; Body: Body }>(
    "/projects/:name/states",
    {
      config: { access: { right: "write", of: "path" } },
      schema: {
        summary:
          "Blocks originals, redirects them or serves them again; an event that is not later than the last one changes nothing.",
        params: object("Which project.", NAME),
        body: BODY,
        response: {
          200: object("What became of it.", {
            applied: list(PATH),
            ignored: list(PATH),
            "invalidation?": text("Id of the invalidation that carries it to every instance and node.", 60),
          }),
        },
        errors: ["BODY_UNREADABLE", "PROJECT_NOT_FOUND", "URLS_MISSING", "PATH_WRONG", "STATES_FULL"],
      },
    },
    async (request) => {
      const { state, scope, urls, place, cause } = request.body;
      if ((scope === undefined) === (urls === undefined)) {
        throw new ServerError("BODY_UNREADABLE", 'Send either urls or "scope": "all".');
      }
      const project = projectOfRequest(request, parts.projects);
      const wish = { state, place, cause, urls: urls ?? ("all" as const) };
      const { applied, ignored, invalidation } = await parts.changes.write(project, wish, authorOf(request));
      return { applied, ignored, ...(invalidation ? { invalidation: invalidation.uuid } : {}) };
    },
  );
  app.get<{ Params: { readonly name: string }; Querystring: PageQuery }>(
    "/projects/:name/states",
    {
      config: { access: { right: "read", of: "path" } },
      schema: {
        summary: "Lists the originals of which an event was heard, with what they are now.",
        params: object("Which project.", NAME),
        querystring: object("Which page.", PAGE_QUERY),
        response: { 200: page("states", VIEW) },
        errors: ["PROJECT_NOT_FOUND", "QUERY_WRONG"],
      },
    },
    async (request) => {
      const { limit = USUAL_PAGE, cursor } = request.query;
      const after = readPlace(cursor);
      const query = parts.db
        .selectFrom("project_state")
        .selectAll()
        .where("project", "=", request.params.name)
        .orderBy("tag")
        .limit(limit + 1);
      const rows = await (after === undefined ? query : query.where("tag", ">", after.slice(1))).execute();
      // The tag of a whole project is empty, and an empty cursor would be none.
      return pageOf("states", rows, limit, viewState, ({ tag }) => `t${tag}`);
    },
  );
}

function viewState({ path, state, place, at }: StateRow) {
  return { path, state, place, at: new Date(at).toISOString() };
}
