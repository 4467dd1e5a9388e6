import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Writable } from "node:stream";

/**
 * What Node keeps of a response's head: the text of it, and whether it went out. Where both say that it did, `end()` writes nothing and does
 * what comes after an answer: keep-alive, the next one of a pipeline, "finish" and "close". So it has been in every Node since 16;
 * `canSendOwnHeads` asks the one that runs.
 */
interface WithHead {
  _header: string | null;
  _headerSent: boolean;
}

/** Ends a response whose head and body were written to its socket already. */
export function endAfterOwnHead(response: ServerResponse): void {
  const open = response as unknown as WithHead;
  // Any text but the empty one.
  open._header = "sent";
  open._headerSent = true;
  response.end();
}

/** Whether this Node ends a response that way: tried with one to nobody, for a GET and for a HEAD. */
export function canSendOwnHeads(): boolean {
  return ["GET", "HEAD"].every((method) => {
    let written = "";
    const nobody = new Writable({
      write(chunk, _encoding, done) {
        written += chunk;
        done();
      },
    });
    const request = new IncomingMessage(new Socket());
    request.method = method;
    const response = new ServerResponse(request);
    if (!("_header" in response && "_headerSent" in response)) return false;
    response.assignSocket(nobody as Socket);
    nobody.write("all");
    endAfterOwnHead(response);
    return written === "all" && response.writableEnded;
  });
}
