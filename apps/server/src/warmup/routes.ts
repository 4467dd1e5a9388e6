import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authorOf, principalOf, projectOfRequest, refusalOf } from "../access/plugin.ts";
import type { Author } from "../admin/audit.ts";
import { readPlace, USUAL_PAGE, writePlace } from "../admin/cursor.ts";
import { ERRORS, isServerError, ServerError } from "../errors.ts";
import { codeOfFailure, RETRY_AFTER_S } from "../plugins/failures.ts";
import type { Project, Projects } from "../projects/project.ts";
import type { Taken } from "./accept.ts";
import { MOST_BYTES } from "./bounds.ts";
import { ADD, ADD_OLDER, GET, LIST, STOP, URLS } from "./describe.ts";
import { readList, type SentList } from "./list.ts";
import { OUTCOMES, type Outcome } from "./migrations.ts";
import { tellRefused, viewUrl, viewWarmUp } from "./view.ts";
import type { WarmUps } from "./warm-ups.ts";

const MOST_ON_A_PAGE = 100;

type Query = Readonly<Record<string, unknown>>;
type Which = { readonly id: string };

export interface WarmUpRouteParts {
  readonly projects: Projects;
  readonly warmUps: WarmUps;
  /** Keeps a list and has it worked off. */
  readonly add: (
    list: SentList,
    whose: { readonly project: Project; readonly host: string | undefined },
    by: Author,
  ) => Promise<Taken>;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Cloudimage's warm-up API in both forms, with progress, results and an end. Any bytes are answered without a 5xx. */
export function warmUpRoutes(parts: WarmUpRouteParts): (app: FastifyInstance) => Promise<void> {
  const { projects, warmUps } = parts;
  const projectOf = (request: FastifyRequest): Project => projectOfRequest(request, projects);
  const take = async (request: FastifyRequest): Promise<{ readonly taken: Taken; readonly sent: number }> => {
    const project = projectOf(request);
    const list = await readList(request.body, request.headers["content-type"]);
    if (list.token !== undefined && list.token !== project.name)
      throw refusalOf(principalOf(request), "token names another project than the one that is asked.");
    const { host } = request.headers;
    return { taken: await parts.add(list, { project, host }, authorOf(request)), sent: list.entries.length };
  };
  return async (app) => {
    // Clients of Cloudimage label their lists in every way there is; the bytes decide.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: MOST_BYTES },
      async (_: unknown, body: unknown) => body,
    );
    app.setErrorHandler((error, _request, reply) => refuse(error, reply, parts.log));
    // Bodies and queries are read below, more kindly than by a schema: those of the routes describe them.
    app.setValidatorCompiler(() => (value) => ({ value }));
    app.setSerializerCompiler(() => (value) => JSON.stringify(value));

    app.post("/warmup/urls", ADD, async (request) => {
      const { taken, sent } = await take(request);
      const { id, added, refused } = taken.row;
      const msg = tellRefused(taken.refused, sent);
      return { status: "success", count_added: added, count_failed: refused, msg, id };
    });
    app.post("/warmup", ADD_OLDER, async (request) => {
      const { id, added } = (await take(request)).taken.row;
      return { status: "success", warmup: { id, added_uris: added } };
    });
    app.get<{ Querystring: Query }>("/warmup", LIST, async (request) => {
      const limit = readLimit(request.query.limit);
      const before = readPlace(textOf(request.query, "cursor"));
      const rows = await warmUps.list(projectOf(request).name, limit + 1, before);
      const some = rows.slice(0, limit);
      return {
        status: "success",
        warmups: some.map((row) => viewWarmUp(row)),
        cursor: cursorOf(rows.length > limit, some.at(-1)?.id),
      };
    });
    app.get<{ Params: Which }>("/warmup/:id", GET, async (request) => {
      const row = await warmUps.get(projectOf(request).name, request.params.id);
      return { status: "success", warmup: viewWarmUp(row, await warmUps.rateOf(row)) };
    });
    app.get<{ Params: Which; Querystring: Query }>("/warmup/:id/urls", URLS, async (request) => {
      const limit = readLimit(request.query.limit);
      const after = readNumber(readPlace(textOf(request.query, "cursor")));
      const outcome = readOutcome(textOf(request.query, "outcome"));
      const { id } = await warmUps.get(projectOf(request).name, request.params.id);
      const which = { limit: limit + 1, after, ...(outcome === undefined ? {} : { outcome }) };
      const rows = await warmUps.urls(id, which);
      const some = rows.slice(0, limit);
      return {
        status: "success",
        urls: some.map(viewUrl),
        cursor: cursorOf(rows.length > limit, some.at(-1)?.place.toString()),
      };
    });
    app.delete<{ Params: Which }>("/warmup/:id", STOP, async (request) => {
      const row = await warmUps.stop(projectOf(request).name, request.params.id, authorOf(request));
      return { status: "success", warmup: viewWarmUp(row, 0) };
    });
  };
}

const cursorOf = (isMore: boolean, last: string | undefined): string | null =>
  isMore && last !== undefined ? writePlace(last) : null;

/** A limit beyond the bounds is meant well: it is the nearest one. */
function readLimit(limit: unknown): number {
  if (limit === undefined) return USUAL_PAGE;
  if (typeof limit !== "string" || !/^\d{1,9}$/.test(limit))
    throw new ServerError("QUERY_WRONG", `The limit is a number from 1 to ${MOST_ON_A_PAGE}.`);
  return Math.min(MOST_ON_A_PAGE, Math.max(1, Number(limit)));
}

function readNumber(place: string | undefined): number | undefined {
  if (place === undefined) return undefined;
  if (/^\d{1,9}$/.test(place)) return Number(place);
  throw new ServerError("QUERY_WRONG", "The cursor is none that this list gave.");
}

function readOutcome(text: string | undefined): Outcome | "waiting" | undefined {
  if (text === undefined || text === "waiting") return text;
  const known = OUTCOMES.find((each) => each === text);
  if (known === undefined)
    throw new ServerError("QUERY_WRONG", `outcome is one of waiting, ${OUTCOMES.join(", ")}.`);
  return known;
}

function textOf(query: Query, name: string): string | undefined {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  if (value === undefined || typeof value === "string") return value;
  throw new ServerError("QUERY_WRONG", `${name} stands there once.`);
}

function refuse(error: unknown, reply: FastifyReply, log: WarmUpRouteParts["log"]): FastifyReply {
  const failure = codeOfFailure(error);
  // A list may be larger than other bodies.
  const code = failure === "BODY_TOO_LARGE" ? "WARMUP_TOO_LARGE" : failure;
  const { status, sentence } = ERRORS[code];
  if (status >= 500) log("warm-up request failed", { error: String(error) });
  if (status === 503 || status === 429) reply.header("retry-after", RETRY_AFTER_S);
  const msg = isServerError(error) ? error.message : sentence;
  return reply.code(status).header("cache-control", "no-store").send({ status: "error", code, msg });
}
