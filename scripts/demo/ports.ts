import { once } from "node:events";
import { createServer } from "node:net";

const MOST = 50;

/** The first port of loopback from this one on that nobody listens on: the same each time, so that bookmarks work. */
export async function firstFree(port: number): Promise<number> {
  for (let candidate = port; candidate < port + MOST; candidate += 1) {
    const server = createServer();
    try {
      server.listen(candidate, "127.0.0.1");
      await once(server, "listening");
      server.close();
      await once(server, "close");
      return candidate;
    } catch {
      // Taken: the next one.
    }
  }
  throw new Error(`Ports ${port} to ${port + MOST - 1} are all in use.`);
}
