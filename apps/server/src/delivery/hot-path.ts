import type { IncomingMessage, ServerResponse } from "node:http";
import type { HitCounter, Observer } from "../analytics/recorder.ts";
import type { Answer } from "../cache/answers.ts";
import type { Admission } from "../instances/admission.ts";
import { type Delivery, memoryKeyOf } from "./deliver.ts";
import { hintKey, readHints } from "./hints.ts";
import { factsOf } from "./observed.ts";
import type { DeliveryRequests } from "./request.ts";

/**
 * What Node keeps of a response's head. Told that it was sent already, `end` writes just the bytes it is given, once, and
 * does the rest (keep-alive, pipelining) as always.
 */
interface WithHead {
  _header: string | null;
  _headerSent: boolean;
}

/** Any text but the empty one: a head that exists and was sent is not made again. */
const SENT_BY_US = "sent";

/** An answer as it goes over the wire, for one stamp and one second. */
interface Wire {
  readonly stamp: number;
  readonly second: number;
  readonly bytes: Buffer;
  /** Outlives stamp and second: it counts for the answer. */
  readonly counter: HitCounter;
}

/** Answers the request if it is a hit of the memory tier; false leaves it untouched. */
export type HotPath = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Answers hits of the memory tier before the framework sees them: a second request for a URL costs a few look-ups and
 * one write of finished bytes. Everything that is not a plain GET of a URL in memory goes the ordinary way; both ways give the
 * same headers. The ordinary way takes twice the CPU (npm run bench -- --only hits).
 */
export function createHotPath(parts: {
  readonly requests: DeliveryRequests;
  readonly delivery: Delivery;
  readonly admission: Admission;
  readonly observer: Pick<Observer, "hits">;
  readonly now: () => number;
}): HotPath {
  const wires = new WeakMap<Answer, Wire>();
  return (request, response) => {
    const { headers, url, method } = request;
    if (method !== "GET" || url === undefined || !isPlain(request, response)) return false;
    const { host, accept } = headers;
    const understood = parts.requests.peek(host, url);
    if (!understood || !parts.admission.isCurrent(headers["freshet-demand"])) return false;
    const hints = understood.hints && hintKey(readHints(understood.hints, headers));
    const hit = parts.delivery.hit(understood, memoryKeyOf(host, url, accept, hints));
    if (!hit) return false;
    const second = Math.floor(parts.now() / 1000);
    let wire = wires.get(hit.answer);
    if (wire?.stamp !== hit.stamp || wire.second !== second) {
      const counter = wire?.counter ?? parts.observer.hits(() => factsOf(understood, url, hit.answer));
      wire = { stamp: hit.stamp, second, bytes: wireOf(hit.answer, hit.stamp, second), counter };
      wires.set(hit.answer, wire);
    }
    const open = response as unknown as WithHead;
    open._header = SENT_BY_US;
    open._headerSent = true;
    response.statusCode = 200;
    response.once(
      "close",
      parts.admission.begin(() => request.destroy()),
    );
    response.end(wire.bytes);
    wire.counter.add(headers);
    return true;
  };
}

/** A request whose answer is the same whole body for everyone, on a connection that stays open. */
function isPlain({ headers, httpVersionMinor }: IncomingMessage, response: ServerResponse): boolean {
  return (
    httpVersionMinor === 1 &&
    response.shouldKeepAlive &&
    headers["if-none-match"] === undefined &&
    headers.range === undefined &&
    headers.expect === undefined &&
    headers.upgrade === undefined &&
    "_header" in response &&
    "_headerSent" in response
  );
}

function wireOf(answer: Answer, stamp: number, second: number): Buffer {
  const lines = ["HTTP/1.1 200 OK"];
  for (let at = 0; at < answer.head.length; at += 2) lines.push(`${answer.head[at]}: ${answer.head[at + 1]}`);
  lines.push(
    `Freshet-Stamp: ${stamp}`,
    "Cache-Status: freshet; hit; detail=memory",
    "Server-Timing: memory;dur=0.0",
    `Accept-Ranges: ${answer.ranges ? "bytes" : "none"}`,
    `Content-Length: ${answer.body.length}`,
    `Date: ${new Date(second * 1000).toUTCString()}`,
    "Connection: keep-alive",
  );
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), answer.body]);
}
