import { sendOnce } from "../cache/lent-answer.ts";
import { LentRooms } from "../cache/rooms.ts";
import type { Delivery } from "./deliver.ts";
import { type HotPathParts, keepAliveLine, underWay } from "./hot-path.ts";
import { factsOf } from "./observed.ts";

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
}: Pick<HotPathParts, "admission" | "observer" | "accessLog" | "keepAliveMs" | "now"> & {
  readonly delivery: Pick<Delivery, "lend">;
}): NonNullable<HotPathParts["fromDisk"]> {
  const keepAlive = keepAliveLine(keepAliveMs);
  const rooms = new LentRooms();
  return (request, response, { url, reading, memoryKey }) => {
    const { headers, method = "" } = request;
    const read = reading.request;
    const { socket } = response;
    if (!socket || headers["if-none-match"] !== undefined) return false;
    const begun = performance.now();
    const lent = delivery.lend(read, memoryKey, rooms);
    if (!lent) return false;
    const { head, stamp, kept } = lent;
    const milliseconds = performance.now() - begun;
    const time = now();
    const shape = method === "HEAD" ? "bare" : "whole";
    const second = Math.floor(time / 1_000);
    const isTaken = sendOnce(lent, shape, { socket, response, keepAlive, milliseconds, second });
    // A room that a connection still reads is not lent again.
    if (isTaken && !kept) rooms.giveBack(lent.room);
    if (!isTaken) underWay(admission, response, socket);
    const bytes = shape === "whole" ? lent.length : 0;
    head.counters[shape] ??= observer.hits(
      () => factsOf(read, url, head.answer, { status: 200, bytes }),
      "disk",
    );
    head.counters[shape].add(headers, milliseconds);
    accessLog?.answered(
      {
        ...{ method, host: headers.host, path: url, status: 200, bytes, from: "disk" },
        ...{ stamp, duration: milliseconds, project: read.project.name },
      },
      socket.remoteAddress,
      time,
    );
    return true;
  };
}
