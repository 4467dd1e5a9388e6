import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type AccessLog, HitLine } from "../access-log/access-log.ts";
import type { HitCounter, Observer } from "../analytics/recorder.ts";
import type { Answer, Answers } from "../cache/answers.ts";
import { canSendOwnHeads } from "../cache/own-head.ts";
import type { Shape, Wire } from "../cache/wire.ts";
import type { Admission } from "../instances/admission.ts";
import { isNotModified } from "./conditional.ts";
import { type Delivery, memoryKeyOf } from "./deliver.ts";
import { factsOf } from "./observed.ts";
import type { DeliveryRequest, DeliveryRequests, Reading } from "./request.ts";
import { hintsOf, type Shortcut, Shortcuts } from "./shortcuts.ts";

/** Answers the request if it is a hit of the memory tier; false leaves it untouched. */
export type HotPath = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface HotPathParts {
  readonly requests: DeliveryRequests;
  readonly delivery: Pick<Delivery, "stampOf">;
  readonly answers: Answers;
  readonly admission: Admission;
  readonly observer: Pick<Observer, "hits">;
  readonly accessLog: AccessLog | undefined;
  /** For how long the server keeps a connection that says nothing. */
  readonly keepAliveMs: number;
  readonly now: () => number;
  /** Answers a plain request that memory cannot, or leaves it untouched too. */
  readonly fromDisk?: (request: IncomingMessage, response: ServerResponse, absent: Absent) => boolean;
  /** Lets it wait for what another one has begun, or leaves it untouched too. */
  readonly besideOthers?: (request: IncomingMessage, response: ServerResponse, absent: Absent) => boolean;
}

/** What memory was asked for and has not: by which key, and as what the URL was read. */
export interface Absent {
  readonly url: string;
  readonly reading: Reading;
  readonly memoryKey: string;
  /** Whether a shortcut says so. */
  readonly isKnown: boolean;
}

/**
 * Answers hits of the memory tier before the ordinary way is taken: a second request for a URL costs a look-up, the look whether its answer
 * still holds, and one write of finished bytes; less where those are a head alone, for HEAD and 304. Everything else goes the ordinary
 * way; both ways give the same headers. The ordinary way takes twice the CPU (npm run bench -- --only hits).
 */
export function createHotPath(parts: HotPathParts): HotPath {
  if (!canSendOwnHeads()) return () => false;
  const { requests, delivery, answers, admission, observer, accessLog, now } = parts;
  const shortcuts = new Shortcuts();
  const keepAlive = keepAliveLine(parts.keepAliveMs);

  /** Where in memory the answer to a request lies, or that it does not; whether it still holds is another question. */
  const find = (url: string, headers: IncomingMessage["headers"]): Shortcut | Absent | undefined => {
    const { host, accept } = headers;
    const known = shortcuts.find(url, headers);
    const holds = known && requests.holds(host, known.reading);
    if (holds && known.entry.value) {
      answers.touch(known.entry);
      return known;
    }
    const reading = holds ? known.reading : requests.peek(host, url);
    if (!reading) return undefined;
    // A key that was made before is compared by its hash.
    const memoryKey = holds
      ? known.entry.key
      : memoryKeyOf(host, url, accept, hintsOf(reading.request, headers));
    const entry = answers.find(memoryKey);
    if (entry) return shortcuts.add(url, headers, reading, entry);
    return { url, reading, memoryKey, isKnown: holds === true };
  };

  return (request, response) => {
    const { url, method } = request;
    // A response that waits for its turn behind another has no socket.
    const { socket } = response;
    if (url === undefined || !socket || !isPlain(request, response)) return false;
    const { headers } = request;
    if (!admission.isCurrent(headers["freshet-demand"])) return false;
    const found = find(url, headers);
    if (!found) return false;
    if ("memoryKey" in found) {
      const { reading, memoryKey, isKnown } = found;
      if (!parts.fromDisk?.(request, response, found))
        return parts.besideOthers?.(request, response, found) ?? false;
      if (!isKnown) shortcuts.add(url, headers, reading, { key: memoryKey, value: undefined });
      return true;
    }
    const kept = found.entry.value;
    if (!kept) return false;
    const { answer } = kept;
    const read = found.reading.request;
    const ifNoneMatch = headers["if-none-match"];
    const stamp = delivery.stampOf(read, answer, ifNoneMatch === undefined ? undefined : { ifNoneMatch });
    if (stamp === undefined) return false;

    const shape = shapeOf(method, ifNoneMatch, answer.etag);
    const wire = kept.wire(shape, keepAlive);
    const time = now();
    const isTaken = wire.send(socket, response, stamp, Math.floor(time / 1_000));
    // What the connection has taken is under way no longer.
    if (!isTaken) underWay(admission, response, socket);
    counterOf(wire, read, url, answer).add(headers);
    if (accessLog) {
      wire.line ??= lineOf(wire, read, request);
      accessLog.hit(wire.line, stamp, socket.remoteAddress, time);
    }
    return true;
  };

  function counterOf(wire: Wire, read: DeliveryRequest, url: string, answer: Answer): HitCounter {
    wire.counter ??= observer.hits(() => factsOf(read, url, answer, wire));
    return wire.counter;
  }
}

/** It counts as under way until the connection, which has not taken all of it yet, has. */
export function underWay(admission: Admission, response: ServerResponse, socket: Socket): void {
  response.once(
    "close",
    admission.begin(() => socket.destroy()),
  );
}

export const keepAliveLine = (milliseconds: number): string =>
  `Keep-Alive: timeout=${Math.floor(milliseconds / 1_000)}`;

/** A request whose answer is the same for everyone, on a connection that stays open. */
function isPlain({ method, headers, httpVersionMinor }: IncomingMessage, response: ServerResponse): boolean {
  return (
    (method === "GET" || method === "HEAD") &&
    httpVersionMinor === 1 &&
    response.shouldKeepAlive &&
    headers.range === undefined &&
    headers.expect === undefined &&
    headers.upgrade === undefined
  );
}

function shapeOf(method: string | undefined, ifNoneMatch: string | undefined, etag: string): Shape {
  if (isNotModified(ifNoneMatch, etag)) return "unmodified";
  return method === "HEAD" ? "bare" : "whole";
}

function lineOf(wire: Wire, { project }: DeliveryRequest, request: IncomingMessage): HitLine {
  return new HitLine({
    method: request.method ?? "",
    host: request.headers.host,
    path: request.url ?? "",
    ...{ status: wire.status, bytes: wire.bytes, from: "memory", duration: 0, project: project.name },
  });
}
