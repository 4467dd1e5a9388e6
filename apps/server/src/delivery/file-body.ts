import { createReadStream, openSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { ServerError } from "../errors.ts";

/** What takes more is sent from its file: it would be held for as long as the slowest client reads. */
export const MOST_HELD = 8_000_000;

/** A body that is too large to be held for as long as it takes somebody to read it. */
export interface FileBody {
  readonly path: string;
  /** How many of the file's first bytes are the body. */
  readonly bytes: number;
}

/** Sends the bytes from the first to the last and ends the answer; a client that reads slowly costs a buffer, not the file. */
type Send = (response: ServerResponse, first: number, last: number) => void;

/**
 * Opens a body that is sent then: whatever is removed meanwhile, it is what it was.
 * @throws ServerError SERVER_BUSY when it was removed just now: whoever asks again finds what is there then.
 */
export function openBody({ path }: FileBody): Send {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    throw new ServerError("SERVER_BUSY");
  }
  return (response, start, end) => {
    const stream = createReadStream(path, { fd, start, end });
    // The head has gone out: a body that breaks off says so by the connection.
    stream.once("error", () => response.destroy());
    response.once("close", () => stream.destroy());
    stream.pipe(response);
  };
}
