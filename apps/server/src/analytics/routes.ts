import type { FastifyInstance } from "fastify";
import { principalOf } from "../access/plugin.ts";
import type { Access } from "../access/right.ts";
import { ServerError } from "../errors.ts";
import type { Projects } from "../projects/project.ts";
import type { Analytics } from "./analytics.ts";
import { projectAsked } from "./asking.ts";
import type { Metric } from "./days.ts";
import {
  DELIVERY,
  LOG_PAGE,
  LOG_PARAMS,
  LOG_QUERY,
  OPTIMIZATION,
  OVERVIEW,
  PERIOD_QUERY,
  TOP,
  TOP_QUERY,
  VOLUMETRY,
} from "./describe.ts";
import { type ExportFormat, exportOf, MEDIA } from "./export.ts";
import { ExportSlots } from "./export-slots.ts";
import type { Asked } from "./figures.ts";
import { type FilterQuery, readFilters } from "./filters.ts";
import { generalRoute } from "./general.ts";
import { LOG_KINDS, type LogName } from "./kinds.ts";
import { LOG_COLUMNS, logPage, logPages, readCursor, writeCursor } from "./log-page.ts";
import { nodeLogRoute } from "./node-log.ts";
import { delivery, optimization, overview, type PageParts, volumetry } from "./pages.ts";
import { type PeriodQuery, readPeriod, readTime } from "./period.ts";
import type { Ranked } from "./ranked.ts";
import { DAY } from "./summing.ts";
import { topPage } from "./top-page.ts";
import type { DayTops } from "./tops.ts";
import { Warm } from "./warm.ts";

export interface StatsRouteParts {
  readonly analytics: Analytics;
  readonly projects: Projects;
  readonly now: () => number;
}

const READ: Access = { right: "read", of: "visible" };
const USUAL = { rows: 20, exported: 10_000 };
/** A cursor's time lies before it, whatever was asked for. */
const LATEST = 8_000_000_000_000;

type Page = (parts: PageParts, asked: Asked) => Promise<object>;

/** Figures, rankings and logs. */
export function statsRoutes(app: FastifyInstance, parts: StatsRouteParts): void {
  const { analytics, projects, now } = parts;
  const used: PageParts["used"] = new Warm();
  const tops = new Warm<DayTops>();
  const page = (path: string, summary: string, answer: Page, shape: object): void => {
    app.get<{ Querystring: PeriodQuery & { readonly project?: string } }>(
      path,
      {
        config: { access: READ },
        schema: { summary, querystring: PERIOD_QUERY, response: { 200: shape }, errors: ERRORS },
      },
      async (request) => {
        const project = projectAsked(request, projects, request.query.project);
        const period = readPeriod(request.query, now(), analytics.fineDays);
        return answer({ db: await analytics.db(), used, now }, { ...period, project });
      },
    );
  };
  page(
    "/stats/overview",
    "Requests, traffic and cache of a period, by project and step.",
    overview,
    OVERVIEW,
  );
  page("/stats/volumetry", "How much there was, on average and at its peak.", volumetry, VOLUMETRY);
  page("/stats/optimization", "Bytes saved, by format and step.", optimization, OPTIMIZATION);
  page("/stats/delivery", "How answers were given: hits, statuses, times, origins.", delivery, DELIVERY);

  app.get<{
    Querystring: PeriodQuery & {
      readonly project?: string;
      readonly by?: Ranked;
      readonly order?: Metric;
      readonly limit?: number;
    };
  }>(
    "/stats/top",
    {
      config: { access: READ },
      schema: {
        summary: "The URLs, originals, referrers or failing URLs with most hits or bytes, by whole days.",
        querystring: TOP_QUERY,
        response: { 200: TOP },
        errors: ERRORS,
      },
    },
    async (request) => {
      const { by = "urls", order = "hits", limit = USUAL.rows } = request.query;
      const project = projectAsked(request, projects, request.query.project);
      const period = readPeriod({ ...request.query, step: "day" }, now(), analytics.fineDays);
      return topPage({ db: await analytics.db(), tops }, project, period, { by, order, limit });
    },
  );
  logRoute(app, parts);
  nodeLogRoute(app, parts);
  generalRoute(app, { ...parts, used });
}

const ERRORS = ["QUERY_WRONG", "PROJECT_NOT_FOUND", "STATS_AWAY"] as const;

interface LogQuery extends FilterQuery {
  readonly project?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly format?: ExportFormat;
  readonly most?: number;
}

function logRoute(app: FastifyInstance, { analytics, projects, now }: StatsRouteParts): void {
  const slots = new ExportSlots();
  app.get<{ Params: { readonly kind: string }; Querystring: LogQuery }>(
    "/stats/logs/:kind",
    {
      config: { access: READ },
      schema: {
        summary:
          "Rows of a log: the last renders, slow and failed downloads, different URLs, or every answer (cdn). As a page or as a file.",
        params: LOG_PARAMS,
        querystring: LOG_QUERY,
        response: { 200: LOG_PAGE },
        errors: [...ERRORS, "ROUTE_UNKNOWN", "EXPORTS_TOO_MANY"],
      },
    },
    async (request, reply) => {
      const name: LogName | undefined = LOG_KINDS.find((each) => each === request.params.kind);
      if (name === undefined) throw new ServerError("ROUTE_UNKNOWN", `Logs are ${LOG_KINDS.join(", ")}.`);
      const { query } = request;
      const { from, to, limit = USUAL.rows, format, most = USUAL.exported } = query;
      const wish = {
        project: projectAsked(request, projects, query.project),
        from: from === undefined ? 0 : readTime("from", from, 0),
        to: to === undefined ? LATEST : readTime("to", to, DAY),
        filters: readFilters(name, query),
        before: readCursor(query.cursor),
      };
      const db = await analytics.db();
      if (format === undefined) {
        const { rows, next } = await logPage(db, name, { ...wish, limit }, now());
        return { rows, ...(next === undefined ? {} : { cursor: writeCursor(next) }) };
      }
      const leave = slots.take(principalOf(request).label);
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      if (reply.raw.destroyed) gone.abort();
      const pages = logPages(db, name, wish, most, now());
      const stream = exportOf(format, LOG_COLUMNS[name], pages, { signal: gone.signal });
      stream.once("close", leave);
      reply.header("content-type", MEDIA[format]);
      reply.header("content-disposition", `attachment; filename="freshet-${name}.${format}"`);
      return reply.header("x-content-type-options", "nosniff").send(stream);
    },
  );
}
