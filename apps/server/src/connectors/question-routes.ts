import type { FastifyInstance, FastifyRequest } from "fastify";
import { authorOf, projectOfRequest } from "../access/plugin.ts";
import { choice, count, object, text } from "../admin/schemas.ts";
import type { Projects } from "../projects/project.ts";
import type { SecretBox } from "../projects/sealed.ts";
import { BEGUN, EVENTS, fitted, SITES } from "./answer.ts";
import type { Connectors } from "./connectors.ts";
import { askConnector, type Question } from "./question.ts";

const ID = {
  id: text('Name of the connector, unique in its project: letters, digits, ".", "_", ":" and "-".', 100),
};
const SITE = { "site?": text("Only this site, as the status names it.", 2_000) };
const PROJECT = { "project?": text("The project that is meant, for whoever may see several.", 63) };
const STATES = ["received", "invalidating", "nothing-to-do", "done", "failed"] as const;
const ERRORS = [
  ...(["QUERY_WRONG", "PROJECT_NOT_NAMED", "PROJECT_NOT_FOUND", "CONNECTOR_UNKNOWN"] as const),
  ...(["CONNECTOR_MUTE", "CONNECTOR_NOT_ALLOWED", "CONNECTOR_BROKEN", "CONNECTOR_SLOW"] as const),
] as const;

type Asked = {
  readonly Params: { readonly id: string };
  readonly Querystring: Readonly<Record<string, string>>;
};

/** What the routes of connectors need. */
export interface ConnectorParts {
  readonly connectors: Connectors;
  readonly projects: Projects;
  readonly box: SecretBox;
  /** Hosts with ports that connectors may be asked at. */
  readonly addresses: readonly string[];
  readonly now: () => number;
}

/** What connectors know and the server does not, asked for whoever looks at Freshet. */
export function questionRoutes(app: FastifyInstance, parts: ConnectorParts): void {
  const { connectors, projects } = parts;
  const ask = async (request: FastifyRequest<Asked>, question: Question) => {
    const { name } = projectOfRequest(request, projects);
    return askConnector(await connectors.find(name, request.params.id), question, parts);
  };
  app.get<Asked>(
    "/connectors/:id/status",
    {
      config: { access: { right: "read", of: "key" } },
      schema: {
        summary: "Asks a connector how each site of the project stands.",
        params: object("Which.", ID),
        querystring: object("Of what.", { ...SITE, ...PROJECT }),
        response: { 200: SITES },
        errors: ERRORS,
      },
    },
    async (request) => {
      const { site } = request.query;
      return fitted(SITES, await ask(request, { method: "GET", what: "status", query: { site } }));
    },
  );
  app.get<Asked>(
    "/connectors/:id/events",
    {
      config: { access: { right: "read", of: "key" } },
      schema: {
        summary: "Asks a connector for its event log: what came in, and what became of it.",
        params: object("Which.", ID),
        querystring: object("Of what.", {
          ...SITE,
          "state?": choice("Only events in this state.", STATES),
          "limit?": count("Lines.", 1, 1_000),
          ...PROJECT,
        }),
        response: { 200: EVENTS },
        errors: ERRORS,
      },
    },
    async (request) => {
      const { site, state, limit } = request.query;
      const query = { site, state, limit: limit === undefined ? undefined : String(limit) };
      return fitted(EVENTS, await ask(request, { method: "GET", what: "events", query }));
    },
  );
  app.post<Asked>(
    "/connectors/:id/reconcile",
    {
      config: { access: { right: "write", of: "key" } },
      schema: {
        summary:
          "Has a connector look through everything its sites have, now; its status says how far it is.",
        params: object("Which.", ID),
        querystring: object("Of what.", { ...SITE, ...PROJECT }),
        response: { 202: BEGUN },
        errors: ERRORS,
      },
    },
    async (request, reply) => {
      const { site } = request.query;
      const begun = fitted(BEGUN, await ask(request, { method: "POST", what: "reconcile", query: { site } }));
      const { name } = projectOfRequest(request, projects);
      await connectors.reconciled(name, request.params.id, authorOf(request));
      return reply.code(202).send(begun);
    },
  );
}
