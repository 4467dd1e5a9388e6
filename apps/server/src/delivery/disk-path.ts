import type { IncomingMessage, ServerResponse } from "node:http";
import { Kept, Wire } from "../cache/wire.ts";
import { memoryKeyOf } from "./deliver.ts";
import type { HotPathParts } from "./hot-path.ts";
import { observeRequest } from "./observed.ts";
import { hintsOf } from "./shortcuts.ts";

/**
 * Answers what memory has let go, where its head is remembered and its body lies open on the disk: without the framework, like a hit of
 * memory, with a read of the file more. For plain requests only, as `isPlain` of the hot path says; false leaves the request untouched.
 */
export function createDiskPath(
  { requests, delivery, admission, observer, accessLog, now }: HotPathParts,
  keepAlive: string,
): (request: IncomingMessage, response: ServerResponse, url: string) => boolean {
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
    const wire = new Wire(kept, method === "HEAD" ? "bare" : "whole", keepAlive, { tier: "disk", milliseconds });
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
