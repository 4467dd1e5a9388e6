import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Access, accessOf } from "./access.ts";
import type { Inbox } from "./inbox.ts";
import { problem } from "./problem.ts";
import type { PullState } from "./pull.ts";
import { EVENT_STATES } from "./schema.ts";
import type { QuestionSecrets } from "./secrets.ts";
import type { ConnectedSite } from "./site.ts";
import { type SiteWalk, viewWalk } from "./view-walk.ts";
import type { WalkLoop } from "./walk.ts";
import type { WalkStore } from "./walk-store.ts";

/** How one site stands, as `GET /<connector>/status` lists it. */
export interface SiteStatus {
  readonly site: string;
  readonly project: string;
  /** `ok`: nothing waits; `behind`: events wait to be invalidated; `unreachable`: the site's last pull failed. */
  readonly state: "ok" | "behind" | "unreachable";
  /** Up to where the site's events are known; null before the first pull. */
  readonly cursor: string | null;
  readonly pulled_at: string | null;
  /** How long the oldest unfinished event has been waiting. */
  readonly lag_ms: number;
  /** Why the site is unreachable, or what the oldest unfinished event waits for. */
  readonly error: string | null;
  /** Events kept in the log, by state. */
  readonly events: Readonly<Record<string, number>>;
  /** The walk over everything the site has; null where the adapter makes none. */
  readonly reconcile: SiteWalk | null;
}

export interface ReportOptions<Client> {
  readonly name: string;
  readonly sites: ReadonlyMap<string, ConnectedSite<Client>>;
  readonly inbox: Inbox;
  readonly walks: WalkStore;
  readonly pullState: (site: string) => PullState | undefined;
  readonly walkOf: (site: string) => WalkLoop | undefined;
  readonly now: () => number;
  /** Secrets that may ask about everything from elsewhere, by Standard Webhooks over the text `<METHOD> <path and query>`. */
  readonly secrets: readonly string[];
  /** Those of projects, in the same way, for what is the project's. */
  readonly ofProjects: QuestionSecrets;
}

const MOST_LINES = 1_000;

/**
 * `GET /<connector>/status`, `GET /<connector>/events` and `POST /<connector>/reconcile`: for this machine, or signed.
 * Answers with how each site that may be seen stands; `announce` tells the server the same.
 */
export function reportEvents<Client>(
  app: FastifyInstance,
  options: ReportOptions<Client>,
): { statusOf(site: ConnectedSite<Client>): Promise<SiteStatus> } {
  const { name, inbox, now } = options;

  const statusOf = async (site: ConnectedSite<Client>): Promise<SiteStatus> => {
    const [place, { states, waiting }, walk] = await Promise.all([
      inbox.place(site.id),
      inbox.counts(site.id),
      options.walks.of(site.id),
    ]);
    const pull = options.pullState(site.id);
    const loop = options.walkOf(site.id);
    return {
      site: site.id,
      project: site.project,
      state: pull?.error !== undefined ? "unreachable" : waiting === undefined ? "ok" : "behind",
      cursor: place?.cursor ?? null,
      pulled_at: place === undefined ? null : new Date(place.pulledAt).toISOString(),
      lag_ms: waiting === undefined ? 0 : Math.max(0, now() - waiting.since),
      error: pull?.error ?? waiting?.remark ?? null,
      events: states,
      reconcile:
        site.adapter.reconcile === undefined || loop === undefined ? null : viewWalk(walk, loop.trouble()),
    };
  };

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
    const sites = await Promise.all(question.sites.map(statusOf));
    return { connector: name, sites };
  });

  app.get(`/${name}/events`, async (request, reply) => {
    const question = asked(request, reply);
    if (question === undefined) return reply;
    const { state, limit = "100" } = question.query;
    const lines = /^[0-9]{1,4}$/.test(limit) ? Number(limit) : 0;
    if (lines < 1 || lines > MOST_LINES) {
      return problem(reply, "REQUEST_MALFORMED", `limit is a number from 1 to ${MOST_LINES}.`);
    }
    if (state !== undefined && !EVENT_STATES.some((each) => each === state)) {
      return problem(reply, "REQUEST_MALFORMED", `state is one of ${EVENT_STATES.join(", ")}.`);
    }
    const sites = question.sites.map((site) => site.id);
    return { events: await inbox.log({ limit: lines, sites, ...(state !== undefined && { state }) }) };
  });

  app.post(`/${name}/reconcile`, async (request, reply) => {
    const question = asked(request, reply);
    if (question === undefined) return reply;
    const begun: string[] = [];
    for (const { id } of question.sites) if (await options.walkOf(id)?.ask()) begun.push(id);
    return reply.code(202).send({ sites: begun });
  });

  return { statusOf };
}
