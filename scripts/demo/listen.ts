import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { firstFree } from "./ports.ts";

/** A server of a demo's own, on loopback. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on the first port from this one on that is free. What cannot be answered is 400 or 502, and ends nothing. */
export async function listenFrom(
  port: number,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Listening> {
  const free = await firstFree(port);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: NodeJS.ErrnoException) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(error.code === "ERR_INVALID_URL" ? 400 : 502).end();
    });
  }).listen(free, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${free}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
