import type { FastifyInstance } from "fastify";
import { authorOf, projectOfRequest, visibleTo } from "../access/plugin.ts";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "../admin/cursor.ts";
import { NOTHING } from "../admin/openapi.ts";
import { choice, count, named, object, PAGE_QUERY, page, text, time } from "../admin/schemas.ts";
import { ServerError } from "../errors.ts";
import { CONNECTOR_STATES, type ConnectorRow } from "./connectors.ts";
import { placeOf } from "./question.ts";
import { type ConnectorParts, questionRoutes } from "./question-routes.ts";

const ID = {
  id: text('Name of the connector, unique in its project: letters, digits, ".", "_", ":" and "-".', 100),
};
const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;
const PROJECT = { "project?": text("The project that is meant, for whoever may see several.", 63) };
const USUAL_TTL_S = 90;
const SAID = {
  kind: { ...text("The CMS, such as wordpress, shopify or contentful.", 40), pattern: "^[a-z][a-z0-9-]*$" },
  state: choice("How it is.", CONNECTOR_STATES),
  lag: count("Seconds that the oldest event waits which it has not carried out; 0 when none waits."),
  "waiting?": count("Events that wait."),
  "status_url?": {
    ...text("Address of its signed status API.", 2_000),
    title: 'an address such as "https://connector.example/status"',
    pattern: "^https?://[^\\s/?#@\\\\]+(/[^\\s#]*)?$",
  },
  "status_secret?": {
    ...text("What the server signs its questions there with; it is never shown.", 200),
    title: 'at least 32 letters, digits, "_" and "-"',
    pattern: "^[A-Za-z0-9_-]{32,200}$",
    writeOnly: true as const,
  },
  "note?": text("One sentence for whoever looks, such as what is wrong.", 500),
  "version?": text("The connector's own version.", 60),
  "ttl?": count(
    "Seconds after which it counts as away unless it says something again; 90 where nothing is said.",
    10,
    86_400,
  ),
};
const { "waiting?": _waiting, "ttl?": _ttl, "status_secret?": _secret, ...KEPT } = SAID;
const VIEW = named(
  "Connector",
  object("A connector.", {
    ...{ ...ID, project: text("Its project.", 63), ...KEPT },
    waiting: count("Events that wait."),
    ttl: count("Seconds after which it counts as away unless it says something again."),
    is_present: { type: "boolean", description: "It has said something within its ttl." },
    registered_at: time("When it came first."),
    seen_at: time("When it said something last."),
  }),
);

interface Body extends Pick<ConnectorRow, "kind" | "state" | "lag"> {
  readonly waiting?: number;
  readonly status_url?: string;
  readonly status_secret?: string;
  readonly note?: string;
  readonly version?: string;
  readonly ttl?: number;
}

/** Connectors announce themselves here, so that whoever looks at Freshet sees them too. */
export function connectorRoutes(app: FastifyInstance, parts: ConnectorParts): void {
  const { connectors, projects, box, now } = parts;
  questionRoutes(app, parts);
  app.put<{ Params: { readonly id: string }; Body: Body }>(
    "/connectors/:id",
    {
      config: { access: { right: "write", of: "key" } },
      schema: {
        summary: "Announces a connector; repeated within its ttl, says that it is still there.",
        params: object("Which.", ID),
        querystring: object("Whose.", PROJECT),
        body: object("What it says of itself.", SAID),
        response: { 200: VIEW },
        errors: [
          "BODY_UNREADABLE",
          "QUERY_WRONG",
          "PROJECT_NOT_NAMED",
          "PROJECT_NOT_FOUND",
          "CONNECTORS_FULL",
        ],
      },
    },
    async (request) => {
      const { id } = request.params;
      if (!ID_PATTERN.test(id)) throw new ServerError("QUERY_WRONG", "The connector's id is no name.");
      const {
        kind,
        state,
        lag,
        waiting = 0,
        status_url,
        status_secret,
        note,
        version,
        ttl = USUAL_TTL_S,
      } = request.body;
      const project = projectOfRequest(request, projects).name;
      const sealed = status_secret === undefined ? null : box.seal(status_secret, placeOf({ project, id }));
      const row = await connectors.announce({
        ...{ project, id, kind, state, lag, waiting, status_secret: sealed },
        ...{
          status_url: status_url ?? null,
          note: note ?? null,
          version: version ?? null,
          ttl_ms: ttl * 1_000,
        },
      });
      return viewConnector(row, now());
    },
  );
  app.get<{ Querystring: PageQuery }>(
    "/connectors",
    {
      config: { access: { right: "read", of: "visible" } },
      schema: {
        summary: "Lists the connectors that whoever asks may see.",
        querystring: object("Which.", { ...PAGE_QUERY, ...PROJECT }),
        response: { 200: page("connectors", VIEW) },
        errors: ["QUERY_WRONG"],
      },
    },
    async (request) => {
      const { limit = USUAL_PAGE, cursor, project: wanted } = request.query;
      const place = readPlace(cursor);
      const [, project = "", id = ""] = place === undefined ? [] : (/^([^ ]*) (.*)$/.exec(place) ?? []);
      const after = place === undefined ? undefined : { project, id };
      const rows = await connectors.list(visibleTo(request, wanted), limit + 1, after);
      const view = (row: ConnectorRow) => viewConnector(row, now());
      return pageOf("connectors", rows, limit, view, (row) => `${row.project} ${row.id}`);
    },
  );
  app.delete<{ Params: { readonly id: string } }>(
    "/connectors/:id",
    {
      config: { access: { right: "write", of: "key" } },
      schema: {
        summary: "Forgets a connector.",
        params: object("Which.", ID),
        querystring: object("Whose.", PROJECT),
        response: { 204: NOTHING },
        errors: ["CONNECTOR_UNKNOWN", "PROJECT_NOT_NAMED", "PROJECT_NOT_FOUND"],
      },
    },
    async (request, reply) => {
      const { name } = projectOfRequest(request, projects);
      await connectors.remove(name, request.params.id, authorOf(request));
      return reply.code(204).send();
    },
  );
}

function viewConnector(row: ConnectorRow, now: number) {
  const { id, project, kind, state, lag, waiting, status_url, note, version, ttl_ms } = row;
  return {
    ...{ id, project, kind, state, lag, waiting, ttl: ttl_ms / 1_000 },
    ...(status_url === null ? {} : { status_url }),
    ...(note === null ? {} : { note }),
    ...(version === null ? {} : { version }),
    is_present: now - row.seen_at <= ttl_ms,
    registered_at: new Date(row.registered_at).toISOString(),
    seen_at: new Date(row.seen_at).toISOString(),
  };
}
