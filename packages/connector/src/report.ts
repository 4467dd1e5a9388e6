import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Inbox } from "./inbox.ts";
import { problem } from "./problem.ts";
import type { PullState } from "./pull.ts";
import { EVENT_STATES } from "./schema.ts";
import type { ConnectedSite } from "./site.ts";
import { refuseMessage } from "./standard-webhooks.ts";

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
}

export interface ReportOptions<Client> {
  readonly name: string;
  readonly sites: ReadonlyMap<string, ConnectedSite<Client>>;
  readonly inbox: Inbox;
  readonly pullState: (site: string) => PullState | undefined;
  readonly now: () => number;
  /** Secrets that may ask from elsewhere, by Standard Webhooks over the text `GET <path and query>`. */
  readonly secrets: readonly string[];
}

const MOST_LINES = 1_000;

/** `GET /<connector>/status` and `GET /<connector>/events`: for this machine, or signed. */
export function reportEvents<Client>(app: FastifyInstance, options: ReportOptions<Client>): void {
  const { name, inbox, now } = options;
  const guard = async (request: FastifyRequest, reply: FastifyReply) => {
    if (!isLocal(request) && !isSigned(request, options.secrets, now()))
      return problem(reply, "SIGNATURE_MISSING");
  };

  app.get(`/${name}/status`, { preHandler: guard }, async () => {
    const sites: SiteStatus[] = [];
    for (const site of options.sites.values()) {
      const [place, { states, waiting }] = await Promise.all([inbox.place(site.id), inbox.counts(site.id)]);
      const pull = options.pullState(site.id);
      sites.push({
        site: site.id,
        project: site.project,
        state: pull?.error !== undefined ? "unreachable" : waiting === undefined ? "ok" : "behind",
        cursor: place?.cursor ?? null,
        pulled_at: place === undefined ? null : new Date(place.pulledAt).toISOString(),
        lag_ms: waiting === undefined ? 0 : Math.max(0, now() - waiting.since),
        error: pull?.error ?? waiting?.remark ?? null,
        events: states,
      });
    }
    return { connector: name, sites };
  });

  app.get(`/${name}/events`, { preHandler: guard }, async (request, reply) => {
    const { site, state, limit = "100" } = request.query as Readonly<Record<string, unknown>>;
    const lines = typeof limit === "string" && /^[0-9]{1,4}$/.test(limit) ? Number(limit) : 0;
    if (lines < 1 || lines > MOST_LINES) {
      return problem(reply, "REQUEST_MALFORMED", `limit is a number from 1 to ${MOST_LINES}.`);
    }
    if (state !== undefined && !EVENT_STATES.some((each) => each === state)) {
      return problem(reply, "REQUEST_MALFORMED", `state is one of ${EVENT_STATES.join(", ")}.`);
    }
    return {
      events: await inbox.log({
        limit: lines,
        ...(typeof site === "string" && { site }),
        ...(typeof state === "string" && { state }),
      }),
    };
  });
}

/**
 * Whether the request was made on this machine: from loopback, not handed on by a proxy, and under a loopback name,
 * since a web page elsewhere can point its own name at 127.0.0.1.
 */
function isLocal(request: FastifyRequest): boolean {
  const { headers, socket } = request.raw;
  if (headers.forwarded !== undefined || headers["x-forwarded-for"] !== undefined) return false;
  const address = socket.remoteAddress ?? "";
  const isLoopback = /^(::ffff:)?127\./.test(address) || address === "::1";
  return isLoopback && /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?$/i.test(headers.host ?? "");
}

function isSigned(request: FastifyRequest, secrets: readonly string[], now: number): boolean {
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? undefined : value;
  };
  const headers = Object.fromEntries(
    ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, header(name)]),
  );
  const body = Buffer.from(`GET ${request.raw.url ?? ""}`);
  return refuseMessage({ headers, body }, { secrets, now }) === undefined;
}
