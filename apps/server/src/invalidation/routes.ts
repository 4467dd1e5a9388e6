import type {
  InvalidationPage,
  InvalidationProblem,
  InvalidationReach,
  InvalidationReceipt,
} from "@freshet/core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authorOf, projectOfRequest } from "../access/plugin.ts";
import { ERRORS, isServerError, ServerError } from "../errors.ts";
import { codeOfFailure, RETRY_AFTER_S } from "../plugins/failures.ts";
import { originHosts } from "../projects/originals.ts";
import type { Project } from "../projects/project.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { ACCEPT, EVENTS, GET, LIST, REACH, RETRY } from "./describe.ts";
import { readFilter } from "./filter.ts";
import type { Accepted, Asked, Journal } from "./journal.ts";
import type { InvalidationPorts } from "./ports.ts";
import { readRequest } from "./request.ts";
import type { Streams } from "./streams.ts";
import { viewEntry, viewReceipt } from "./view.ts";

/** 1 MB, as the error table says. */
const MOST_BYTES = 2 ** 20;
const LONGEST_KEY = 200;
const PAGE = { usual: 20, most: 100 };

export interface RouteParts extends Pick<InvalidationPorts, "projects" | "delivery" | "log"> {
  readonly journal: Journal;
  /** Accepts and applies; resolves once the entry is durable. */
  readonly submit: (asked: Asked) => Promise<Accepted | "reused">;
  /** Tells the pipeline that there is work. */
  readonly wake: () => void;
  readonly streams: Streams;
  /** What an invalidation reaches now. */
  readonly reach: () => Promise<Pick<InvalidationReach, "instances" | "nodes">>;
}

/** Cloudimage's invalidation API, with list, retry, Idempotency-Key, cause and digests. Any bytes are answered without a 5xx. */
export function invalidationRoutes(parts: RouteParts): (app: FastifyInstance) => Promise<void> {
  const { projects, delivery, journal, submit, wake, streams, reach } = parts;
  const projectOf = (request: FastifyRequest): Project => projectOfRequest(request, projects);
  return async (app) => {
    // Clients of Cloudimage label their JSON in every way there is; the bytes decide.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      "*",
      { parseAs: "buffer", bodyLimit: MOST_BYTES },
      async (_: unknown, body: unknown) => body,
    );
    app.setErrorHandler((error, _request, reply) => refuse(error, reply, parts.log));
    // Bytes and texts are read below, more kindly than by a schema: those of the routes describe them.
    app.setValidatorCompiler(() => (value) => ({ value }));
    app.setSerializerCompiler(() => (value) => JSON.stringify(value));

    app.post("/invalidate", ACCEPT, async (request, reply): Promise<InvalidationReceipt> => {
      const project = projectOf(request);
      const key = readKey(request.headers["idempotency-key"]);
      const read = readRequest(
        parseJson(request.body),
        project,
        delivery,
        deliveryHosts(project, request.headers.host),
      );
      const accepted = await submit({
        ...read,
        project: project.name,
        cause: read.request.cause ?? { kind: "api" },
        chain: 0,
        key: key === undefined ? undefined : `api:${key}`,
        by: authorOf(request),
      });
      if (accepted === "reused") throw new ServerError("IDEMPOTENCY_KEY_REUSED");
      reply.code(201);
      return viewReceipt(accepted.uuid, accepted.receivedAt);
    });

    app.get<{ Querystring: Record<string, unknown> }>(
      "/invalidate",
      LIST,
      async (request): Promise<InvalidationPage> => {
        const { limit, cursor } = request.query;
        const project = projectOf(request);
        const hosts = deliveryHosts(project, request.headers.host);
        const filter = readFilter(request.query, project, delivery, hosts);
        const page = await journal.list(project.name, readLimit(limit), readBefore(cursor), filter);
        return {
          status: "success",
          invalidations: page.entries.map(viewEntry),
          cursor: page.next === undefined ? null : writeCursor(page.next),
        };
      },
    );

    app.get(
      "/invalidate/reach",
      REACH,
      async (): Promise<InvalidationReach> => ({ status: "success", ...(await reach()) }),
    );

    app.get<{ Querystring: Record<string, unknown> }>(
      "/invalidate/events",
      EVENTS,
      async (request, reply) => {
        const { name } = projectOf(request);
        const uuid = readUuid(request.query.uuid);
        if (uuid !== undefined && !(await journal.get(name, uuid)))
          throw new ServerError("INVALIDATION_UNKNOWN");
        const after = request.headers["last-event-id"];
        const wish = {
          project: name,
          ...(uuid === undefined ? {} : { uuid }),
          ...(typeof after === "string" && after !== "" ? { after } : {}),
        };
        const { mayGoOn = async () => true } = request;
        await streams.open(reply.raw, wish, mayGoOn);
        return reply.hijack();
      },
    );
    app.addHook("preClose", async () => streams.close());

    app.get<{ Params: { uuid: string } }>("/invalidate/:uuid", GET, async (request) => {
      const entry = await journal.get(projectOf(request).name, request.params.uuid);
      if (!entry) throw new ServerError("INVALIDATION_UNKNOWN");
      return { status: "success", invalidation: viewEntry(entry) };
    });

    app.post<{ Params: { uuid: string } }>("/invalidate/:uuid/retry", RETRY, async (request) => {
      const row = await journal.retry(projectOf(request).name, request.params.uuid, authorOf(request));
      if (row === "unknown") throw new ServerError("INVALIDATION_UNKNOWN");
      if (row === "unneeded") throw new ServerError("RETRY_NOT_NEEDED");
      wake();
      return viewReceipt(row.id, row.received_at);
    });
  };
}

/**
 * Hosts under which the project's pictures are delivered, and which therefore begin no path: those it is configured with, and
 * the one this request came to, unless the project fetches originals from it.
 */
function deliveryHosts(project: Project, host: string | undefined): readonly string[] {
  const isOrigin = host === undefined || originHosts(project).includes(host.toLowerCase());
  return isOrigin ? project.hosts : [...project.hosts, host];
}

function parseJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body))
    throw new ServerError("BODY_UNREADABLE", "There is no body; send a JSON object.");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new ServerError("BODY_UNREADABLE", "It is not JSON in UTF-8.");
  }
}

function readKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && header !== "" && header.length <= LONGEST_KEY) return header;
  throw new ServerError("BODY_UNREADABLE", `An Idempotency-Key has 1 to ${LONGEST_KEY} characters.`);
}

/** A limit beyond the bounds is meant well: it is the nearest one. */
function readLimit(limit: unknown): number {
  if (limit === undefined) return PAGE.usual;
  if (typeof limit !== "string" || !/^\d{1,9}$/.test(limit)) {
    throw new ServerError("QUERY_WRONG", `The limit is a number from 1 to ${PAGE.most}.`);
  }
  return Math.min(PAGE.most, Math.max(1, Number(limit)));
}

function readUuid(uuid: unknown): string | undefined {
  if (uuid === undefined || typeof uuid === "string") return uuid;
  throw new ServerError("QUERY_WRONG", "uuid stands there once.");
}

function readBefore(cursor: unknown): number | undefined {
  if (cursor === undefined) return undefined;
  const before = typeof cursor === "string" ? readCursor(cursor) : undefined;
  if (before === undefined) throw new ServerError("QUERY_WRONG", "The cursor is none that this list gave.");
  return before;
}

function refuse(error: unknown, reply: FastifyReply, log: RouteParts["log"]): FastifyReply {
  const code = codeOfFailure(error);
  const { status, sentence } = ERRORS[code];
  if (status >= 500) log("invalidation request failed", { error: String(error) });
  const msg = isServerError(error) ? error.message : sentence;
  const problem: InvalidationProblem = { status: "error", code, msg };
  if (status === 503 || status === 429) reply.header("retry-after", RETRY_AFTER_S);
  return reply.code(status).header("cache-control", "no-store").send(problem);
}
