import type { FastifyInstance } from "fastify";
import { projectOfRequest } from "../access/plugin.ts";
import { object, text } from "../admin/schemas.ts";
import { ServerError } from "../errors.ts";
import type { Projects } from "../projects/project.ts";
import type { Analytics } from "./analytics.ts";
import { Buffer as Counting } from "./buffer.ts";
import { NODE_LINES } from "./describe.ts";
import { readNodeLines } from "./edge-lines.ts";
import { Referrers } from "./visitors.ts";

const MOST_BYTES = 2 ** 20;
const LONGEST_KEY = 200;

/** Lines of CDN nodes: hits that never reached Freshet count, and all of them can be looked up. */
export function nodeLogRoute(
  app: FastifyInstance,
  {
    analytics,
    projects,
    now,
  }: { readonly analytics: Analytics; readonly projects: Projects; readonly now: () => number },
): void {
  const referrers = new Referrers();
  app.register(async (scope) => {
    // Shippers label their lines in every way there is; the bytes decide.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: MOST_BYTES },
      async (_: unknown, body: unknown) => body,
    );
    scope.post(
      "/stats/logs/cdn",
      {
        config: { access: { right: "write", of: "key" } },
        schema: {
          summary:
            "Takes lines of a CDN node's log, one JSON object each (NDJSON): url, status and cache, and what else is known. Hits are added to requests and traffic.",
          querystring: object("Whose.", {
            "project?": text("For keys of the installation: the project.", 63),
          }),
          requestHeaders: { "idempotency-key": "Names the batch: one that is sent again is counted once." },
          response: { 202: NODE_LINES },
          errors: [
            "BODY_UNREADABLE",
            "BODY_TOO_LARGE",
            "PROJECT_NOT_NAMED",
            "PROJECT_NOT_FOUND",
            "STATS_AWAY",
          ],
        },
      },
      async (request, reply) => {
        const project = projectNameOf(request, projects);
        const { body } = request;
        if (!Buffer.isBuffer(body))
          throw new ServerError("BODY_UNREADABLE", "There is no body; send lines of JSON.");
        const key = readKey(request.headers["idempotency-key"]);
        const { events, refused, errors } = readNodeLines(body, project, now());
        const counting = new Counting({ referrers, slowMs: 1, mostLines: events.length + 1 });
        for (const event of events) counting.node(event);
        const writer = `cdn ${project} ${key ?? crypto.randomUUID()}`;
        const isNew = events.length === 0 || (await analytics.write(counting.take(), { writer, batch: 1 }));
        reply.code(202);
        return { accepted: events.length, refused, repeated: !isNew, errors };
      },
    );
  });
}

type Asking = Parameters<typeof projectOfRequest>[0];

function projectNameOf(request: Asking, projects: Projects): string {
  return projectOfRequest(request, projects).name;
}

function readKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && header !== "" && header.length <= LONGEST_KEY) return header;
  throw new ServerError("BODY_UNREADABLE", `An Idempotency-Key has 1 to ${LONGEST_KEY} characters.`);
}
