import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HitLine } from "../access-log/access-log.ts";
import type { HitCounter } from "../analytics/recorder.ts";
import type { Answer } from "./answers.ts";
import { textOf } from "./head-text.ts";
import { endAfterOwnHead } from "./own-head.ts";

/** Ways in which one answer goes out: with its body, without it (HEAD), as 304. */
export type Shape = "whole" | "bare" | "unmodified";

export const FIRST_LINES = {
  whole: "HTTP/1.1 200 OK",
  bare: "HTTP/1.1 200 OK",
  unmodified: "HTTP/1.1 304 Not Modified",
} as const satisfies Record<Shape, string>;

/** What is said of an answer besides its own head, at most: number, lengths, times. */
const FURTHER_LINES = 400;

/** The last second that was written as a date: all answers of it share the end of their heads. */
let closing = { second: -1, keepAlive: "", text: "" };

/** An answer in memory, with room in front of its body so that head and body go out in one write. */
export class Kept {
  readonly answer: Answer;
  /** Of which the body is the end. */
  readonly room: Buffer;
  /** Connections that have not taken all of the room yet: until they have, none of it may change. */
  readers = 0;
  readonly #wires: { [Which in Shape]?: Wire } = {};

  /**
   * The body is copied: it may be a part of some larger buffer, which would be kept as a whole. Not so with `room`, a buffer of its own
   * that the body is the end of and that has as much before it as `frontOf` says.
   */
  constructor(answer: Answer, room?: Buffer) {
    this.room = room ?? roomOf(answer);
    const { length } = answer.body;
    this.answer = room ? answer : { ...answer, body: this.room.subarray(this.room.length - length) };
  }

  /** To a connection that has not taken all of it yet: "close" of its response comes when it has. */
  lendUntilClose(response: ServerResponse): void {
    this.readers += 1;
    response.once("close", () => {
      this.readers -= 1;
    });
  }

  /** `keepAlive` is the last line of a head: for how long a connection is kept. */
  wire(shape: Shape, keepAlive: string): Wire {
    const wire = this.#wires[shape] ?? new Wire(this, shape, keepAlive);
    this.#wires[shape] = wire;
    return wire;
  }
}

function roomOf({ head, body }: Answer): Buffer {
  const front = frontOf(head);
  const room = Buffer.allocUnsafeSlow(front + body.length);
  room.set(body, front);
  return room;
}

/** Bytes that a head may come to. */
export const frontOf = (head: readonly string[]): number => FURTHER_LINES + textOf(head).lines.length;

/** Tenths of a millisecond as a text: nearly every read takes less than three. */
const TENTHS = Array.from({ length: 10 }, (_, tenths) => `0.${tenths}`);

/** What is said of an answer besides its own head: its number, how it was come by, how long that took. */
export function toldOf(
  {
    ranges,
    stamp,
    from,
    status,
    length,
  }: {
    readonly ranges: boolean;
    readonly stamp: number;
    readonly from: string;
    /** `Cache-Status` (RFC 9211). */
    readonly status: string;
    /** Absent where there is no body to tell of. */
    readonly length: number | undefined;
  },
  milliseconds: number,
): string {
  const took = TENTHS[Math.round(milliseconds * 10)] ?? milliseconds.toFixed(1);
  const lengthLine = length === undefined ? "" : `\r\nContent-Length: ${length}`;
  return `\r\nFreshet-Stamp: ${stamp}\r\nCache-Status: ${status}\r\nServer-Timing: ${from};dur=${took}\r\nAccept-Ranges: ${ranges ? "bytes" : "none"}${lengthLine}`;
}

/** The last lines of a head, with the empty one behind it. */
export function closingOf(second: number, keepAlive: string): string {
  if (closing.second !== second || closing.keepAlive !== keepAlive) {
    const date = new Date(second * 1_000).toUTCString();
    const lines = ["", `Date: ${date}`, "Connection: keep-alive", keepAlive, "", ""];
    closing = { second, keepAlive, text: lines.join("\r\n") };
  }
  return closing.text;
}

/**
 * An answer as it goes over the wire, for one number and one second. Its head is made anew when they have changed: in the room, while
 * nobody reads it.
 */
export class Wire {
  /** What one more hit is told to; made by whoever sends the first one. */
  counter: HitCounter | undefined;
  line: HitLine | undefined;
  readonly #kept: Kept;
  readonly #shape: Shape;
  readonly #before: string;
  readonly #keepAlive: string;
  #stamp = -1;
  #second = -1;
  /** All of it, or where the room could not be written to, the head alone. */
  #bytes: Buffer = Buffer.alloc(0);
  #body: Uint8Array | undefined;

  constructor(kept: Kept, shape: Shape, keepAlive: string) {
    this.#kept = kept;
    this.#shape = shape;
    this.#keepAlive = keepAlive;
    this.#before = FIRST_LINES[shape] + textOf(kept.answer.head).lines;
  }

  /** Bytes of the body that are sent. */
  get bytes(): number {
    return this.#shape === "whole" ? this.#kept.answer.body.length : 0;
  }

  get status(): 200 | 304 {
    return this.#shape === "unmodified" ? 304 : 200;
  }

  /**
   * Writes the answer and ends the response, whose turn on the socket it is. False where the connection has not taken all of it yet: then
   * "close" comes when it has.
   */
  send(socket: Socket, response: ServerResponse, stamp: number, second: number): boolean {
    if (this.#stamp !== stamp || this.#second !== second) this.#renew(stamp, second);
    response.statusCode = this.status;
    if (this.#body) {
      socket.cork();
      socket.write(this.#bytes);
      socket.write(this.#body);
      socket.uncork();
    } else {
      socket.write(this.#bytes);
    }
    const isTaken = socket.writableLength === 0;
    if (!isTaken) this.#kept.lendUntilClose(response);
    endAfterOwnHead(response);
    return isTaken;
  }

  #renew(stamp: number, second: number): void {
    const { answer, room, readers } = this.#kept;
    const head = this.#headOf(answer, stamp, second);
    const start = room.length - answer.body.length - head.length;
    this.#stamp = stamp;
    this.#second = second;
    if (this.#shape === "whole" && readers === 0 && start >= 0) {
      room.write(head, start, "latin1");
      this.#bytes = room.subarray(start);
      this.#body = undefined;
    } else {
      this.#bytes = Buffer.from(head, "latin1");
      this.#body = this.#shape === "whole" ? answer.body : undefined;
    }
  }

  #headOf({ ranges, body }: Answer, stamp: number, second: number): string {
    const length = this.#shape === "unmodified" ? undefined : body.length;
    const told = toldOf({ ranges, stamp, from: "memory", status: "freshet; hit; detail=memory", length }, 0);
    return `${this.#before}${told}${closingOf(second, this.#keepAlive)}`;
  }
}
