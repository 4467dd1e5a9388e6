import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ERRORS, isServerError } from "../errors.ts";
import { codeOfFailure, RETRY_AFTER_S } from "../plugins/failures.ts";
import type { Projects } from "../projects/project.ts";
import type { Analytics } from "./analytics.ts";
import { projectAsked } from "./asking.ts";
import { GENERAL, GENERAL_QUERY } from "./describe.ts";
import { overview, type PageParts } from "./pages.ts";
import { readPeriod } from "./period.ts";
import { DAY } from "./summing.ts";

/** Bytes of one of Cloudimage's gigabytes. */
const GIGABYTE = 10 ** 9;

interface GeneralQuery {
  readonly from?: string;
  readonly to?: string;
  readonly project?: string;
}

/** Cloudimage's Stats API: its path, its query with the key in it, its names and its envelope. */
export function generalRoute(
  app: FastifyInstance,
  {
    analytics,
    projects,
    used,
    now,
  }: {
    readonly analytics: Analytics;
    readonly projects: Pick<Projects, "byName">;
    readonly used: PageParts["used"];
    readonly now: () => number;
  },
): void {
  app.register(async (scope) => {
    scope.addHook("onRequest", async (request) => takeKeyOfQuery(request));
    scope.setErrorHandler((error, request, reply) => refuse(error, request, reply));
    scope.get<{ Querystring: GeneralQuery }>(
      "/stats/general",
      {
        config: { access: { right: "read", of: "visible" } },
        schema: {
          summary: "Traffic, cache and pictures of some days, as Cloudimage's API answers.",
          querystring: GENERAL_QUERY,
          response: { 200: GENERAL },
          errors: ["QUERY_WRONG", "PROJECT_NOT_FOUND", "STATS_AWAY"],
        },
      },
      async (request) => {
        const project = projectAsked(request, projects, request.query.project);
        const period = readPeriod({ ...request.query, step: "day" }, now(), analytics.fineDays);
        const { totals } = await overview({ db: await analytics.db(), used, now }, { ...period, project });
        const day = (at: number) => new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
        const { resized, downloaded, bytes, cache } = totals;
        return {
          status: "success",
          msg: `Stats for token: ${project ?? "all"} between ${day(period.from)} and ${day(period.to - DAY)}`,
          stats: {
            cdn_trafic_gb: bytes / GIGABYTE,
            cache_storage_gb: cache.average_bytes / GIGABYTE,
            count_resized_images: resized,
            count_downloaded_images: downloaded,
            count_total_images: resized + downloaded,
          },
        };
      },
    );
  });
}

/** Clients of that API send their key in the query. A header says it better, so it wins. */
function takeKeyOfQuery({ headers, query }: FastifyRequest): void {
  const { client_key: key } = query as { readonly client_key?: unknown };
  if (
    headers["x-client-key"] === undefined &&
    headers.authorization === undefined &&
    typeof key === "string"
  ) {
    headers["x-client-key"] = key;
  }
}

function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const code = codeOfFailure(error);
  if (code === "INTERNAL") request.log.error({ err: error }, "request failed");
  const { status, sentence } = ERRORS[code];
  if (status === 503 || status === 429) reply.header("retry-after", RETRY_AFTER_S);
  const msg = isServerError(error) ? error.message : sentence;
  return reply.code(status).header("cache-control", "no-store").send({ status: "error", code, msg });
}
