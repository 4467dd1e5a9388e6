import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { firstFree } from "./ports.ts";

/** A server of a demo's own, on loopback. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on the first port from this one on that is free. */
export async function listenFrom(port: number, handle: RequestListener): Promise<Listening> {
  const free = await firstFree(port);
  const server = createServer(handle).listen(free, "127.0.0.1");
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
