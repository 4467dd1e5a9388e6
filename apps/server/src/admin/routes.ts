import type { Kysely } from "@freshet/store";
import type { FastifyInstance } from "fastify";
import { visibleTo } from "../access/plugin.ts";
import { type AuditRow, type AuditTables, listAudit } from "./audit.ts";
import { type PageQuery, pageOf, readPlace, USUAL_PAGE } from "./cursor.ts";
import { type Operation, openApiOf } from "./openapi.ts";
import { object, PAGE_QUERY, page, text, time } from "./schemas.ts";

const CHANGE = object("One change.", {
  id: text("Names the row.", 60),
  at: time("When it was made."),
  "project?": text("Absent for what concerns the whole installation.", 63),
  principal: text("Who made it."),
  address: text("Where the request came from.", 100),
  action: text("What was done.", 60),
  subject: text(
    "What it was done to: a version, or the id of a key, user, session, invalidation or connector.",
  ),
});

/** The log of changes and the description of the API. */
export function adminRoutes(
  app: FastifyInstance,
  parts: {
    readonly db: Kysely<AuditTables>;
    readonly operations: readonly Operation[];
    readonly version: string;
  },
): void {
  app.get<{ Querystring: PageQuery }>(
    "/audit",
    {
      config: { access: { right: "admin", of: "visible" } },
      schema: {
        summary:
          "Lists who changed what, newest first: settings, keys, users, sessions, states, connectors and invalidations.",
        querystring: object("Which changes.", {
          ...PAGE_QUERY,
          "project?": text("Changes of this project alone, for whoever may see several.", 63),
        }),
        response: { 200: page("changes", CHANGE) },
        errors: ["QUERY_WRONG"],
      },
    },
    async (request) => {
      const { limit = USUAL_PAGE, cursor, project: wanted } = request.query;
      const projects = visibleTo(request, wanted);
      const before = readPlace(cursor);
      const rows = await listAudit(parts.db, {
        limit: limit + 1,
        ...(projects === undefined ? {} : { projects }),
        ...(before === undefined ? {} : { before }),
      });
      return pageOf("changes", rows, limit, viewChange, ({ id }) => id);
    },
  );
  app.get(
    "/openapi.json",
    {
      config: { access: "public" },
      schema: { summary: "This document.", response: { 200: { type: "object" } } },
    },
    async (_request, reply) => {
      reply.header("cache-control", "no-store");
      return openApiOf(parts.operations, parts.version);
    },
  );
}

function viewChange({ id, at, project, principal, address, action, subject }: AuditRow) {
  return {
    ...{ id, at: new Date(at).toISOString(), principal, address, action, subject },
    ...(project === null ? {} : { project }),
  };
}
