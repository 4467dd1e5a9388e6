import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { isProxied } from "@freshet/core";
import type { AccessLog } from "../access-log/access-log.ts";
import type { Observer } from "../analytics/recorder.ts";
import type { Crowds } from "../cache/crowds.ts";
import type { Departure } from "../cache/departure.ts";
import type { Patience } from "../cache/patience.ts";
import { ERRORS, type ErrorCode, ServerError } from "../errors.ts";
import type { Admission, Standing } from "../instances/admission.ts";
import { addressOf, type Original } from "../projects/originals.ts";
import type { Project } from "../projects/project.ts";
import type { State } from "../projects/states.ts";
import type { Client } from "./budgets.ts";
import { isNotModified, rangeOf } from "./conditional.ts";
import { codeOf, type Delivered, type Delivery, memoryKeyOf } from "./deliver.ts";
import { departureOf } from "./departures.ts";
import { openBody } from "./file-body.ts";
import { hintKey, readHints } from "./hints.ts";
import { type ObservedRequest, observeRequest, UNOBSERVED, type Written } from "./observed.ts";
import type { Placeholder, Placeholders } from "./placeholder.ts";
import type { RecentUrls } from "./recent-urls.ts";
import { type DeliveryRequest, type DeliveryRequests, isPersonal } from "./request.ts";
import { OPEN_HEADERS } from "./tags.ts";
import type { Turns, Visitor } from "./turns.ts";

/** So often a request is begun anew because the settings changed while it was answered. */
const MOST_READINGS = 3;
/** Whence an answer comes for which no pixel was touched. */
const CACHED: ReadonlySet<Delivered["from"]> = new Set(["memory", "disk", "shared"]);

/** Seconds after which a client that was turned away should come back. */
const RETRY_SECONDS = 2;
const REST_SECONDS = 5;

export interface DeliveryRouteParts {
  readonly requests: DeliveryRequests;
  readonly delivery: Delivery;
  readonly admission: Admission;
  readonly recent: RecentUrls;
  readonly placeholders: Placeholders;
  readonly observer: Observer;
  readonly accessLog?: AccessLog | undefined;
  /** What an original is besides being served. */
  readonly stateOf?: (original: Original) => State | undefined;
  /** How requests take their turns; absent is one after the other. */
  readonly turns?: Turns;
  /** Who waits for what another one has begun; absent: everybody walks the whole way. */
  readonly crowds?: Crowds<Delivered>;
  /** Past the lease: makes sure that the settings are those of now. */
  readonly confirm?: (project: Project) => Promise<void>;
  /** The address of whoever asks, by what a proxy says of him where it is trusted; absent: that of the connection. */
  readonly addressOf?: (request: IncomingMessage) => string | undefined;
  /** Told of what nobody foresaw. */
  readonly failed: (error: unknown) => void;
}

/** Which delivery URL is asked for, and how its answer differs from that to a visitor. */
export interface Asked {
  readonly host: string | undefined;
  readonly target: string;
  /** Whoever looks at Freshet itself: other requests take no notice of it. */
  readonly look?: {
    /** Tells answers of this kind from others for the same URL. */
    readonly mark: string;
    readonly alter: (read: DeliveryRequest) => DeliveryRequest;
    /** Header names and values in turn, of placeholders too. */
    readonly dress: (head: readonly string[]) => readonly string[];
  };
}

/** Who asks for an image, as far as the answer depends on it. */
export interface Asker {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
  /** Nobody waits for the answer. */
  readonly patience?: Patience;
  /** Somebody does. */
  readonly visitor?: Visitor;
}

/** GET, HEAD and OPTIONS of images. The raw target is read, never a decoded one; `target` stands in for it where that was rewritten. */
export function createImageRoute(
  parts: DeliveryRouteParts,
): (request: IncomingMessage, response: ServerResponse, target?: string) => Promise<void> {
  return async (request, response, target = request.url ?? "/") => {
    try {
      if (request.method === "OPTIONS") {
        preflight(response);
        observeRequest(parts.observer, request, target, parts.accessLog).preflight();
        return;
      }
      await serveImage(parts, request, response, { host: request.headers.host, target });
    } catch (error) {
      parts.failed(error);
      response.destroy();
    }
  };
}

/** Answers with the image of a delivery URL or, for whatever reason there is none, with a placeholder. */
export async function serveImage(
  parts: DeliveryRouteParts,
  request: IncomingMessage,
  response: ServerResponse,
  asked: Asked,
): Promise<void> {
  const begun = performance.now();
  const { host, target, look } = asked;
  const dress = look?.dress ?? asItIs;
  const observe = look ? UNOBSERVED : observeRequest(parts.observer, request, target, parts.accessLog);
  let understood: DeliveryRequest | undefined;
  try {
    if (request.method !== "GET" && request.method !== "HEAD") throw new ServerError("METHOD_NOT_ALLOWED");
    const first = parts.requests.read(host, target, request.socket.remoteAddress);
    understood = first;
    // Once, after the request has arrived and before any cache is looked at.
    const entered = parts.admission.enter(request.headers["freshet-demand"]);
    const standing = typeof entered === "string" ? entered : await entered;
    response.once(
      "close",
      parts.admission.begin(() => response.destroy()),
    );
    if (standing !== "current") await parts.confirm?.(first.project);
    const { socket, headers } = request;
    const visitor = {
      departure: departureOf(socket),
      client: look ? NOBODY : clientOf(request, parts.addressOf),
    };
    const asker = { socket, headers, visitor };
    const { read, delivered } = await answer(parts, asker, asked, standing, observe);
    understood = read;
    if (typeof delivered === "string") {
      redirect(response, delivered);
      observe.redirected(read, performance.now() - begun);
      return;
    }
    if (!look) {
      const url = { path: target, host, accept: request.headers.accept };
      for (const source of read.sources) parts.recent.add(source, url);
    }
    const written = write(request, response, delivered, { begun, dress, target });
    observe.answered(read, delivered, written, performance.now() - begun);
  } catch (error) {
    const failure = codeOf(error);
    if (failure.code === "CLIENT_GONE") {
      const project = understood?.project;
      const milliseconds = performance.now() - begun;
      observe.failed({ project, understood, failure, status: failure.status, bytes: 0, milliseconds });
      return;
    }
    if (failure.code === "INTERNAL") parts.failed(failure.cause);
    const project = understood?.project ?? parts.requests.projectOf(host);
    const milliseconds = performance.now() - begun;
    const placeholder = await parts.placeholders(project);
    const written = writePlaceholder(request, response, failure, placeholder, { understood, dress });
    observe.failed({ project, understood, failure, ...written, milliseconds });
  }
}

function clientOf(request: IncomingMessage, addressOf: DeliveryRouteParts["addressOf"]): Client {
  const own = request.socket.remoteAddress;
  const address = addressOf ? addressOf(request) : own;
  return { address, isForwarded: address !== own };
}

/** Whoever looks at Freshet itself has shown his right to. */
const NOBODY: Client = { address: undefined, isForwarded: false };

const asItIs = (head: readonly string[]) => head;

/**
 * Settings and states are a source like any other: an answer that was begun under some and ended under others is made anew, because its number
 * would say that it is as young as the others. A text is the address that a redirect leads to.
 */
export async function answer(
  {
    requests,
    delivery,
    stateOf = () => undefined,
    turns,
    crowds,
  }: Pick<DeliveryRouteParts, "requests" | "delivery" | "stateOf" | "turns" | "crowds">,
  { socket, headers, patience, visitor }: Asker,
  { host, target, look }: Asked,
  standing: Standing,
  observe: ObservedRequest = UNOBSERVED,
): Promise<{ readonly read: DeliveryRequest; readonly delivered: Delivered | string }> {
  const { accept, "if-none-match": ifNoneMatch } = headers;
  const marked = look ? `${look.mark} ${target}` : target;
  for (let readings = 1; readings <= MOST_READINGS; readings += 1) {
    const found = requests.read(host, target, socket.remoteAddress);
    const read = look ? look.alter(found) : found;
    const state = stateOf(read.original);
    // What is blocked is shown nowhere, on no other picture either.
    const isBlocked = () => read.sources.some((source) => stateOf(source) === "blocked");
    const wasBlocked = isBlocked();
    const holds = () =>
      requests.isCurrent(host, read) && stateOf(read.original) === state && isBlocked() === wasBlocked;
    if (state === "redirect") return { read, delivered: addressOf(read.original) };
    if (wasBlocked) throw new ServerError("ORIGINAL_BLOCKED");
    try {
      const hints = read.hints && readHints(read.hints, headers);
      const memoryKey = memoryKeyOf(host, marked, accept, hints && hintKey(hints));
      const asking = { ifNoneMatch, patience };
      const find = () =>
        delivery.hit(read, memoryKey, asking) ??
        (ifNoneMatch === undefined ? delivery.revive(read, memoryKey, asking) : undefined);
      const kept = standing === "current" ? find() : undefined;
      const make = async (departure?: Departure) => {
        const turn =
          visitor && (await turns?.(read, departure ? { ...visitor, departure } : visitor, memoryKey));
        const wish = { accept, ifNoneMatch, hints, patience, turn, onRender: observe.rendering(read) };
        return delivery.deliver(read, wish, memoryKey, standing).finally(() => turn?.promised?.leave());
      };
      // Nobody follows whoever may be answered otherwise than himself.
      const isForAll = standing === "current" && !look && ifNoneMatch === undefined;
      const isLed = isForAll && crowds && visitor && !isPersonal(read);
      const led = isLed ? () => crowds.lead(memoryKey, visitor.departure, make) : make;
      const delivered = kept ?? (await led());
      // Those who came after him waited on.
      if (isLed && visitor.departure.isOver) throw new ServerError("CLIENT_GONE");
      if (holds()) return { read, delivered };
    } catch (error) {
      if (holds()) throw error;
    }
  }
  throw new ServerError("SETTINGS_CHANGED");
}

/** Kept by nobody: it ends as soon as the original is served again. */
function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, [
    ...OPEN_HEADERS,
    "Location",
    location,
    "Cache-Control",
    "no-store",
    "CDN-Cache-Control",
    "no-store",
    "Content-Length",
    "0",
  ]);
  response.end();
}

function preflight(response: ServerResponse): void {
  response.writeHead(204, [
    ...OPEN_HEADERS,
    "Access-Control-Allow-Methods",
    "GET, HEAD, OPTIONS",
    "Access-Control-Max-Age",
    "86400",
    "Content-Length",
    "0",
  ]);
  response.end();
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  delivered: Delivered,
  {
    begun,
    dress,
    target,
  }: {
    readonly begun: number;
    readonly dress: (head: readonly string[]) => readonly string[];
    readonly target: string;
  },
): Written {
  const { answer, stamp, from } = delivered;
  const head = [
    ...dress(answer.head),
    "Freshet-Stamp",
    String(stamp),
    "Cache-Status",
    cacheStatus(delivered),
    "Server-Timing",
    `${from};dur=${(performance.now() - begun).toFixed(1)}`,
    "Accept-Ranges",
    answer.ranges ? "bytes" : "none",
  ];
  // What it tells of will be there under the same URL.
  if (answer.status === 202) head.push("Location", target);
  else if (isNotModified(request.headers["if-none-match"], answer.etag)) {
    response.writeHead(304, head);
    response.end();
    return { status: 304, bytes: 0 };
  }
  const { body, file } = answer;
  const size = file?.bytes ?? body.length;
  let first = 0;
  let last = size - 1;
  let status: number = answer.status ?? 200;
  if (answer.ranges && request.method === "GET") {
    const { range, "if-range": ifRange } = request.headers;
    const part = rangeOf({ range, ifRange: ifRange as string | undefined }, answer.etag, size);
    if (part === "unsatisfiable") {
      response.writeHead(416, [
        ...OPEN_HEADERS,
        "Cache-Control",
        "no-store",
        "CDN-Cache-Control",
        "no-store",
        "Content-Range",
        `bytes */${size}`,
        "Content-Length",
        "0",
      ]);
      response.end();
      return { status: 416, bytes: 0 };
    }
    if (part) {
      status = 206;
      ({ first, last } = part);
      head.push("Content-Range", `bytes ${first}-${last}/${size}`);
    }
  }
  const length = last - first + 1;
  head.push("Content-Length", String(length));
  if (request.method === "HEAD") {
    response.writeHead(status, head);
    response.end();
    return { status, bytes: 0 };
  }
  const send = file && openBody(file);
  response.writeHead(status, head);
  if (send) send(response, first, last);
  else response.end(length === body.length ? body : body.subarray(first, last + 1));
  return { status, bytes: length };
}

/** RFC 9211: a time to live below nothing is what it calls stale; the tier is in `Server-Timing` as well. */
export function cacheStatus({ from, staleFor }: Pick<Delivered, "from" | "staleFor">): string {
  const how = CACHED.has(from) ? "hit" : "fwd=miss";
  if (staleFor !== undefined) return `freshet; ${how}; ttl=-${staleFor}; detail=stale`;
  return how === "hit" ? `freshet; hit; detail=${from}` : "freshet; fwd=miss";
}

/** When it is worth while to ask again: an origin that is left alone rests longer than a queue. */
function retryAfter(failure: ServerError & { readonly retryAfterSeconds?: number }): readonly string[] {
  const { code, status, retryAfterSeconds = RETRY_SECONDS } = failure;
  if (code === "ORIGIN_DOWN") return ["Retry-After", String(REST_SECONDS)];
  return status === 503 || status === 429 ? ["Retry-After", String(retryAfterSeconds)] : [];
}

/** Failures whose code alone does not help: how many pages there are, what is to be installed. Their reasons are sentences of ours in ASCII. */
const EXPLAINED: ReadonlySet<string> = new Set<ErrorCode>(["PAGE_MISSING", "FORMAT_NOT_INSTALLED"]);

function writePlaceholder(
  request: IncomingMessage,
  response: ServerResponse,
  failure: ServerError,
  placeholder: Placeholder,
  {
    understood,
    dress,
  }: {
    readonly understood: DeliveryRequest | undefined;
    readonly dress: (head: readonly string[]) => readonly string[];
  },
): Written {
  // Nobody but who shows pictures can do with one instead.
  const isFile = understood !== undefined && isProxied(understood.url.transformation);
  const status =
    failure.code === "ORIGINAL_MISSING" && !isFile
      ? (understood?.project.missingStatus ?? 404)
      : ERRORS[failure.code].status;
  response.writeHead(status, [
    ...dress(OPEN_HEADERS),
    "Content-Type",
    placeholder.contentType,
    "Content-Length",
    String(placeholder.body.length),
    "Cache-Control",
    "no-store",
    "CDN-Cache-Control",
    "no-store",
    "x-hexa-missingbehavior",
    "1",
    "Freshet-Error",
    failure.code,
    ...(EXPLAINED.has(failure.code) && failure.detail ? ["Freshet-Reason", failure.detail] : []),
    ...retryAfter(failure),
    ...(failure.code === "METHOD_NOT_ALLOWED" ? ["Allow", "GET, HEAD, OPTIONS"] : []),
  ]);
  const isHead = request.method === "HEAD";
  response.end(isHead ? undefined : placeholder.body);
  return { status, bytes: isHead ? 0 : placeholder.body.length };
}
