import type { IncomingMessage, ServerResponse } from "node:http";
import type { Observer } from "../analytics/recorder.ts";
import type { Crowds } from "../cache/crowds.ts";
import { sendFinished } from "../cache/lent-answer.ts";
import { ServerError } from "../errors.ts";
import type { Delivered, Delivery } from "./deliver.ts";
import { departureOf } from "./departures.ts";
import { type HotPathParts, keepAliveLine, underWay } from "./hot-path.ts";
import { observeRequest } from "./observed.ts";
import { isPersonal } from "./request.ts";
import { cacheStatus } from "./route.ts";

/**
 * Lets a plain request wait for what another one has begun, without the framework: when that is done, it is looked for in memory as for a request that
 * arrives just then, under all the checks of a hit, and written. Where it is not there, or does not hold, the request goes the ordinary way. False
 * leaves it untouched.
 */
export function createCrowdPath({
  crowds,
  requests,
  delivery,
  admission,
  observer,
  accessLog,
  keepAliveMs,
  now,
  ordinary,
}: Pick<HotPathParts, "requests" | "admission" | "accessLog" | "keepAliveMs" | "now"> & {
  readonly crowds: Crowds<Delivered>;
  readonly delivery: Pick<Delivery, "hit">;
  readonly observer: Observer;
  readonly ordinary: (request: IncomingMessage, response: ServerResponse) => void;
}): NonNullable<HotPathParts["besideOthers"]> {
  const keepAlive = keepAliveLine(keepAliveMs);
  return (request, response, { url, reading, memoryKey }) => {
    if (!crowds.isUnderWay(memoryKey)) return false;
    const { headers, method, socket } = request;
    // Whoever has a copy may need no body, and what is one visitor's own is nobody else's.
    if (headers["if-none-match"] !== undefined || isPersonal(reading.request)) return false;
    const begun = performance.now();
    const observe = () => observeRequest(observer, request, url, accessLog);
    const leave = crowds.join(memoryKey, (found) => {
      stay();
      const read = reading.request;
      const isOfNow =
        found !== undefined &&
        found.staleFor === undefined &&
        response.socket === socket &&
        response.shouldKeepAlive &&
        admission.isCurrent(headers["freshet-demand"]) &&
        requests.holds(headers.host, reading);
      const hit = isOfNow ? delivery.hit(read, memoryKey) : undefined;
      if (!hit || !found) {
        ordinary(request, response);
        return;
      }
      const { answer, stamp } = hit;
      const milliseconds = performance.now() - begun;
      const shape = method === "HEAD" ? "bare" : "whole";
      const { from } = found;
      const second = Math.floor(now() / 1_000);
      const to = { socket, response, keepAlive, milliseconds, second };
      if (!sendFinished(answer, { shape, stamp, from, status: cacheStatus(found) }, to)) {
        underWay(admission, response, socket);
      }
      const written = { status: 200, bytes: shape === "whole" ? answer.body.length : 0 };
      observe().answered(read, { answer, stamp, from }, written, milliseconds);
    });
    if (!leave) return false;
    const stay = departureOf(socket).onEnd(() => {
      leave();
      const failure = new ServerError("CLIENT_GONE");
      const { project } = reading.request;
      const milliseconds = performance.now() - begun;
      const { status } = failure;
      observe().failed({
        ...{ project, understood: reading.request, failure, status, bytes: 0, milliseconds },
      });
    });
    return true;
  };
}
