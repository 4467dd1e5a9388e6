import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Access, accessOf } from "./access.ts";
import type { Inbox } from "./inbox.ts";
import { readLogCursor, writeLogCursor } from "./log-cursor.ts";
import { problem } from "./problem.ts";
import { EVENT_STATES } from "./schema.ts";
import type { QuestionSecrets } from "./secrets.ts";
import type { ConnectedSite } from "./site.ts";
import type { SiteStatus } from "./site-status.ts";
import type { WalkLoop } from "./walk.ts";

export interface ReportOptions<Client> {
  readonly name: string;
  readonly sites: ReadonlyMap<string, ConnectedSite<Client>>;
  readonly inbox: Inbox;
  readonly statusOf: (site: ConnectedSite<Client>) => Promise<SiteStatus | undefined>;
  readonly walkOf: (site: string) => WalkLoop | undefined;
  readonly now: () => number;
  /** Secrets that may ask about everything from elsewhere, by Standard Webhooks over the text `<METHOD> <path and query>`. */
  readonly secrets: readonly string[];
  /** Those of projects, in the same way, for what is the project's. */
  readonly ofProjects: Pick<QuestionSecrets, "all">;
}

const MOST_LINES = 1_000;

/** `GET /<connector>/status`, `GET /<connector>/events` and `POST /<connector>/reconcile`: for this machine, or signed. */
export function reportEvents<Client>(app: FastifyInstance, options: ReportOptions<Client>): void {
  const { name, inbox, now } = options;

  /** Answers itself and gives undefined where the question is not allowed or not understood. */
  const asked = (request: FastifyRequest, reply: FastifyReply) => {
    const trusted = { secrets: options.secrets, ofProjects: options.ofProjects, now: now() };
    const access = accessOf(request, trusted);
    if (access === undefined) {
      problem(reply, "SIGNATURE_MISSING");
      return undefined;
    }
    const query = request.query as Readonly<Record<string, unknown>>;
    const repeated = Object.entries(query).find(([, value]) => typeof value !== "string");
    if (repeated !== undefined) {
      problem(reply, "REQUEST_MALFORMED", `${repeated[0]} is there twice.`);
      return undefined;
    }
    return {
      sites: visible(access, query.site as string | undefined),
      query: query as Readonly<Record<string, string>>,
    };
  };
  const visible = (access: Exclude<Access, undefined>, wanted: string | undefined) =>
    [...options.sites.values()].filter(
      ({ id, project }) =>
        (access === "all" || access.project === project) && (wanted === undefined || wanted === id),
    );

  app.get(`/${name}/status`, async (request, reply) => {
    const question = asked(request, reply);
    if (question === undefined) return reply;
    const sites = await Promise.all(question.sites.map(options.statusOf));
    return { connector: name, sites: sites.filter((each) => each !== undefined) };
  });

  app.get(`/${name}/events`, async (request, reply) => {
    const question = asked(request, reply);
    if (question === undefined) return reply;
    const { state, limit = "100", before, cursor } = question.query;
    const lines = /^[0-9]{1,4}$/.test(limit) ? Number(limit) : 0;
    if (lines < 1 || lines > MOST_LINES) {
      return problem(reply, "REQUEST_MALFORMED", `limit is a number from 1 to ${MOST_LINES}.`);
    }
    if (state !== undefined && !EVENT_STATES.some((each) => each === state)) {
      return problem(reply, "REQUEST_MALFORMED", `state is one of ${EVENT_STATES.join(", ")}.`);
    }
    const time = before === undefined ? undefined : Date.parse(before);
    if (Number.isNaN(time)) return problem(reply, "REQUEST_MALFORMED", "before is a time.");
    const after = cursor === undefined ? undefined : readLogCursor(cursor);
    if (cursor !== undefined && after === undefined)
      return problem(reply, "REQUEST_MALFORMED", "cursor is not what a page gave.");
    const found = await inbox.log({
      // One more says whether there is a next page.
      limit: lines + 1,
      sites: question.sites.map((site) => site.id),
      ...(state !== undefined && { state }),
      ...(time !== undefined && { before: time }),
      ...(after !== undefined && { after }),
    });
    const events = found.slice(0, lines);
    const last = found.length > lines ? events.at(-1) : undefined;
    return { events, ...(last && { cursor: writeLogCursor(last) }) };
  });

  app.post(`/${name}/reconcile`, async (request, reply) => {
    const question = asked(request, reply);
    if (question === undefined) return reply;
    const begun: string[] = [];
    for (const { id, looks } of question.sites)
      if (await (looks ?? options.walkOf(id))?.ask()) begun.push(id);
    return reply.code(202).send({ sites: begun });
  });
}
