import type { AccessLog } from "../access-log/access-log.ts";
import type { Observer } from "../analytics/recorder.ts";
import { Wire } from "../cache/wire.ts";
import type { Admission } from "../instances/admission.ts";
import type { Delivery } from "./deliver.ts";
import { type HotPathParts, keepAliveLine } from "./hot-path.ts";
import { observeRequest } from "./observed.ts";

/**
 * Answers what memory has let go, where its head is remembered and its body lies open on the disk: like a hit of
 * memory, with a read of the file more. For plain requests only, as `isPlain` of the hot path says; false leaves the request untouched.
 */
export function createDiskPath({
  delivery,
  admission,
  observer,
  accessLog,
  keepAliveMs,
  now,
}: {
  readonly delivery: Pick<Delivery, "revive">;
  readonly admission: Admission;
  readonly observer: Observer;
  readonly accessLog: AccessLog | undefined;
  readonly keepAliveMs: number;
  readonly now: () => number;
}): NonNullable<HotPathParts["fromDisk"]> {
  const keepAlive = keepAliveLine(keepAliveMs);
  return (request, response, { url, read, memoryKey }) => {
    const { headers, method } = request;
    const { socket } = response;
    if (!socket || headers["if-none-match"] !== undefined) return false;
    const begun = performance.now();
    const revived = delivery.revive(read, memoryKey);
    if (!revived) return false;
    const { stamp, kept } = revived;
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
