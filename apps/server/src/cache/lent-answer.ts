import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Head } from "./heads.ts";
import { endAfterOwnHead } from "./own-head.ts";
import { closingOf, FIRST_LINES, type Kept, type Shape } from "./wire.ts";

/** An answer from the disk that is sent once: its body stands in a room, behind `front` bytes for its head. */
export interface LentAnswer {
  readonly head: Head;
  readonly stamp: number;
  readonly room: Buffer;
  readonly length: number;
  /** How memory keeps it, in this very room; otherwise the room is whoever's who lent it. */
  readonly kept: Kept | undefined;
}

/** Tenths of a millisecond as a text: nearly every read takes less than three. */
const TENTHS = Array.from({ length: 10 }, (_, tenths) => `0.${tenths}`);

/**
 * Writes the answer and ends the response, whose turn on the socket it is. False where the connection has not taken all of it yet: then
 * "close" comes when it has, and nothing in the room may change before.
 */
export function sendOnce(
  { head, stamp, room, length, kept }: LentAnswer,
  shape: Exclude<Shape, "unmodified">,
  to: {
    readonly socket: Socket;
    readonly response: ServerResponse;
    readonly keepAlive: string;
    readonly milliseconds: number;
    readonly second: number;
  },
): boolean {
  const { socket, response, milliseconds } = to;
  const first = FIRST_LINES[shape];
  const { answer, lines, front } = head;
  const took = TENTHS[Math.round(milliseconds * 10)] ?? milliseconds.toFixed(1);
  const told = `\r\nFreshet-Stamp: ${stamp}\r\nCache-Status: freshet; hit; detail=disk\r\nServer-Timing: disk;dur=${took}\r\nAccept-Ranges: ${answer.ranges ? "bytes" : "none"}\r\nContent-Length: ${length}`;
  const closing = closingOf(to.second, to.keepAlive);
  const start = front - first.length - lines.length - told.length - closing.length;
  let at = start + room.write(first, start, "latin1");
  at += room.write(lines, at, "latin1");
  at += room.write(told, at, "latin1");
  room.write(closing, at, "latin1");
  response.statusCode = 200;
  socket.write(room.subarray(start, shape === "whole" ? front + length : front));
  const isTaken = socket.writableLength === 0;
  if (!isTaken && kept) kept.lendUntilClose(response);
  endAfterOwnHead(response);
  return isTaken;
}
