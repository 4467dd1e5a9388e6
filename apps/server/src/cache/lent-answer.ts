import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Answer } from "./answers.ts";
import { textOf } from "./head-text.ts";
import type { Head } from "./heads.ts";
import { endAfterOwnHead } from "./own-head.ts";
import { closingOf, FIRST_LINES, type Kept, type Shape, toldOf } from "./wire.ts";

/** An answer from the disk that is sent once: its body stands in a room, behind `front` bytes for its head. */
export interface LentAnswer {
  readonly head: Head;
  readonly stamp: number;
  readonly room: Buffer;
  readonly length: number;
  /** How memory keeps it, in this very room; otherwise the room is whoever's who lent it. */
  readonly kept: Kept | undefined;
}

/** To whom, and when. */
interface Recipient {
  readonly socket: Socket;
  readonly response: ServerResponse;
  /** The last line of a head. */
  readonly keepAlive: string;
  /** Until it was ready. */
  readonly milliseconds: number;
  readonly second: number;
}

/**
 * Writes a finished answer that others are sent too, and ends the response. False where the connection has not taken all of it yet: then "close"
 * comes when it has.
 */
export function sendFinished(
  answer: Answer,
  {
    shape,
    ...about
  }: {
    readonly shape: Exclude<Shape, "unmodified">;
    readonly stamp: number;
    readonly from: string;
    /** `Cache-Status` (RFC 9211). */
    readonly status: string;
  },
  { socket, response, keepAlive, milliseconds, second }: Recipient,
): boolean {
  const { body, head, ranges } = answer;
  const told = toldOf({ ...about, ranges, length: body.length }, milliseconds);
  response.statusCode = 200;
  socket.cork();
  socket.write(FIRST_LINES[shape] + textOf(head).lines + told + closingOf(second, keepAlive), "latin1");
  if (shape === "whole") socket.write(body);
  socket.uncork();
  const isTaken = socket.writableLength === 0;
  endAfterOwnHead(response);
  return isTaken;
}

/**
 * Writes the answer and ends the response, whose turn on the socket it is. False where the connection has not taken all of it yet: then
 * "close" comes when it has, and nothing in the room may change before.
 */
export function sendOnce(
  { head, stamp, room, length, kept }: LentAnswer,
  shape: Exclude<Shape, "unmodified">,
  to: Recipient,
): boolean {
  const { socket, response, milliseconds } = to;
  const first = FIRST_LINES[shape];
  const { answer, lines, front } = head;
  const { ranges } = answer;
  const told = toldOf(
    { ranges, stamp, from: "disk", status: "freshet; hit; detail=disk", length },
    milliseconds,
  );
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
