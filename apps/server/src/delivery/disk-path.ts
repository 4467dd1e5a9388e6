import type { AccessLog } from "../access-log/access-log.ts";
import type { Observer } from "../analytics/recorder.ts";
import { Kept, Wire } from "../cache/wire.ts";
import type { Admission } from "../instances/admission.ts";
import { type Delivery, memoryKeyOf } from "./deliver.ts";
import { type HotPathParts, keepAliveLine } from "./hot-path.ts";
import { observeRequest } from "./observed.ts";
import type { DeliveryRequests } from "./request.ts";
import { hintsOf } from "./shortcuts.ts";

/**
 * Answers what memory has let go, where its head is remembered and its body lies open on the disk: without the framework, like a hit of
 * memory, with a read of the file more. For plain requests only, as `isPlain` of the hot path says; false leaves the request untouched.
 */
export function createDiskPath({
  requests,
  delivery,
  admission,
  observer,
  accessLog,
  keepAliveMs,
  now,
}: {
  readonly requests: DeliveryRequests;
  readonly delivery: Pick<Delivery, "revive">;
  readonly admission: Admission;
  readonly observer: Observer;
  readonly accessLog: AccessLog | undefined;
  readonly keepAliveMs: number;
  readonly now: () => number;
}): NonNullable<HotPathParts["fromDisk"]> {
  const keepAlive = keepAliveLine(keepAliveMs);
  return (request, response, url) => {
    const { headers, method } = request;
    const { socket } = response;
    if (!socket || headers["if-none-match"] !== undefined) return false;
    const begun = performance.now();
    const { host, accept } = headers;
    const reading = requests.peek(host, url);
    const read = reading?.request;
    const revived = read && delivery.revive(read, memoryKeyOf(host, url, accept, hintsOf(read, headers)));
    if (!revived) return false;
    const { answer, stamp, kept = new Kept(answer) } = revived;
    const milliseconds = performance.now() - begun;
    const wire = new Wire(kept, method === "HEAD" ? "bare" : "whole", keepAlive, {
      tier: "disk",
      milliseconds,
    });
    if (!wire.send(socket, response, stamp, Math.floor(now() / 1_000))) {
      response.once(
        "close",
        admission.begin(() => socket.destroy()),
      );
    }
    observeRequest(observer, request, url, accessLog).answered(read, revived, wire, milliseconds);
    return true;
  };
}
