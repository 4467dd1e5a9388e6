import { randomUUID } from "node:crypto";
import { type LoggedEvent, signMessage, TryLater } from "@freshet/connector";
import { type EventEnvelope, isRecord, readEnvelopes } from "./event.ts";
import { readSite, type Site } from "./site.ts";

/** Events after a sequence number, as the site's plugin gives them. */
export interface EventPage {
  /** Number of the newest event of the site, 0 when there was none yet. */
  readonly head: number;
  /** In the order of their numbers. */
  readonly events: readonly EventEnvelope[];
}

/** What the plugin says of itself. */
export interface PluginStatus {
  readonly plugin: string;
  readonly wordpress: string;
  readonly php: string;
  readonly head: number;
  /** Events the plugin could not push yet. */
  readonly pending: number;
}

/** Port to one WordPress site. Every call ends within 10 s and rejects with one sentence that names the site. */
export interface SiteClient {
  events(after: number, limit: number): Promise<EventPage>;
  status(): Promise<PluginStatus>;
}

/** The same with what the site wants to hear. */
export interface HearingSiteClient extends SiteClient {
  /** Ids of the events of which the site did not know what became of them when it gave its newest page. */
  unsettled(): readonly string[];
  /** Tells the site what became of events; telling it again changes nothing. */
  tell(lines: readonly LoggedEvent[]): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 5_000_000;
const EVENT_ID = /^[A-Za-z0-9_-]{1,128}$/;
const MOST_UNSETTLED = 500;

export interface SiteClientOptions {
  readonly site: Site;
  /** One secret, or two while they are exchanged; tried in this order. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly fetch?: typeof fetch;
}

export function createSiteClient(options: SiteClientOptions): HearingSiteClient {
  const { site } = options;
  const ask = (route: string, query: string) => askSite(options, { method: "GET", route, query });
  let unsettled: readonly string[] = [];
  return {
    async events(after, limit) {
      const answer = await ask("/freshet/v1/events", `after=${after}&limit=${limit}`);
      const events = readEnvelopes(answer.events);
      const inOrder = events?.every(
        (event, i) => (event.order ?? 0) > (i === 0 ? after : (events[i - 1]?.order ?? 0)),
      );
      if (!isCount(answer.head) || events === undefined || !inOrder) {
        throw new Error(
          `${site.url} answered events in a form that EVENTS.md does not know. Update the plugin.`,
        );
      }
      unsettled = readIds(answer.unsettled);
      return { head: answer.head, events };
    },
    unsettled: () => unsettled,
    async tell(lines) {
      const outcomes = lines.map(({ event, state, changed_at, invalidations, remark }) => ({
        event,
        state,
        at: changed_at,
        invalidations,
        remark,
      }));
      const body = JSON.stringify({ outcomes });
      await askSite(options, { method: "POST", route: "/freshet/v1/outcomes", query: "", body });
    },
    async status() {
      const { plugin, wordpress, php, head, pending } = await ask("/freshet/v1/status", "");
      if (!isCount(head) || !isCount(pending)) {
        throw new Error(`${site.url} answered a status that EVENTS.md does not know. Update the plugin.`);
      }
      return { plugin: text(plugin), wordpress: text(wordpress), php: text(php), head, pending };
    },
  };
}

interface Question {
  readonly method: "GET" | "POST";
  readonly route: string;
  /** Without the question mark; empty for none. */
  readonly query: string;
  /** JSON. */
  readonly body?: string;
}

/** One signed request; the next secret is tried only when the site calls the signature wrong. */
async function askSite(
  options: SiteClientOptions,
  { method, route, query, body }: Question,
): Promise<Readonly<Record<string, unknown>>> {
  const { site, secrets, now } = options;
  const target = `${site.url}/?rest_route=${route}${query === "" ? "" : `&${query}`}`;
  const signed = `${method} ${route}${query === "" ? "" : `?${query}`}${body === undefined ? "" : `\n${body}`}`;
  let response: Response | undefined;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  for (const secret of secrets) {
    await response?.body?.cancel();
    const headers = signMessage({ id: `msg_${randomUUID()}`, at: now(), body: signed, secret });
    response = await (options.fetch ?? fetch)(target, {
      method,
      headers: {
        ...headers,
        accept: "application/json",
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body }),
      redirect: "manual",
      signal,
    }).catch((cause: unknown) => {
      throw new Error(`${site.url} cannot be reached.`, { cause });
    });
    if (response.status !== 401) break;
  }
  if (response === undefined) throw new Error(`No secret is configured for ${site.url}.`);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new TryLater(refusal(site, response.status), retryAfterMs(response));
  }
  const answer = parse(await readBounded(response, site));
  if (!isRecord(answer))
    throw new Error(`${site.url} did not answer JSON. Is the Freshet plugin active there?`);
  if (readSite(answer.site)?.id !== site.id) {
    throw new Error(
      `${site.url} calls itself ${text(answer.site)}. Configure the address that WordPress has.`,
    );
  }
  return answer;
}

function refusal(site: Site, status: number): string {
  if (status === 401) return `${site.url} refused the signature (401). Check the secret and both clocks.`;
  if (status === 404) return `${site.url} does not know the Freshet plugin (404). Install and activate it.`;
  if (status >= 300 && status < 400) {
    return `${site.url} redirects elsewhere (${status}). Configure the address that WordPress has.`;
  }
  return `${site.url} answered ${status}.`;
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return seconds > 0 ? seconds * 1000 : 0;
}

async function readBounded(response: Response, site: Site): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength;
      if (length > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Error(`${site.url} broke off its answer.`, { cause });
  }
  if (length > MAX_BYTES) throw new Error(`${site.url} answered more than ${MAX_BYTES / 1e6} MB.`);
  return Buffer.concat(chunks).toString("utf8");
}

/** Ids that may be asked for in the inbox; an older plugin names none. */
function readIds(value: unknown): readonly string[] {
  const ids = Array.isArray(value) ? value.slice(0, MOST_UNSETTLED) : [];
  return ids.filter((id): id is string => typeof id === "string" && EVENT_ID.test(id));
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 200) : "?";
}
