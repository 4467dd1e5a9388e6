import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What stands between a node and the servers, as a load balancer of the operator's would: each request goes to the first server, and
 * what that one cannot answer (it is away, silent, or says 503) is asked of the next.
 */
export interface Door {
  readonly port: number;
  /** Order in which servers are asked, by their place; with one alone nothing is asked elsewhere. */
  lead(order: readonly number[]): void;
  /** Requests answered so far, by the place of the server that answered. */
  readonly answered: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

export interface DoorOptions {
  /** Ports of the servers on loopback, by their place. */
  readonly ports: () => readonly number[];
  readonly order: readonly number[];
  /** Milliseconds after which a server that has sent no headers counts as silent. */
  readonly patienceMs: number;
  /** Milliseconds that the next answer takes on its way to the node. */
  readonly transit: () => number;
}

export async function openDoor(options: DoorOptions): Promise<Door> {
  const { ports, patienceMs } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const answered = new Map<number, number>();
  let { order } = options;

  /** Resolves to the head of the answer; rejects when there is none in time. */
  async function ask(asked: IncomingMessage, place: number, gone: AbortSignal): Promise<IncomingMessage> {
    const outgoing = request({
      host: "127.0.0.1",
      port: ports()[place],
      method: asked.method,
      path: asked.url,
      headers: asked.rawHeaders,
      setHost: false,
      agent,
      signal: gone,
    });
    const late = setTimeout(() => outgoing.destroy(new Error("silent")), patienceMs);
    if (isRepeatable(asked)) outgoing.end();
    else void pipeline(asked, outgoing).catch(() => {});
    // Whatever comes after the head breaks the answer itself.
    outgoing.on("error", () => {});
    try {
      const [answer] = await once(outgoing, "response");
      return answer;
    } finally {
      clearTimeout(late);
    }
  }

  async function answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const places = isRepeatable(asked) ? order : order.slice(0, 1);
    for (const [tried, place] of places.entries()) {
      const found = await ask(asked, place, gone.signal).catch(() => undefined);
      if (gone.signal.aborted) return;
      if (!found || (found.statusCode === 503 && tried < places.length - 1)) {
        found?.resume();
        continue;
      }
      answered.set(place, (answered.get(place) ?? 0) + 1);
      const transit = options.transit();
      if (transit > 0) await sleep(transit);
      response.writeHead(found.statusCode ?? 502, found.rawHeaders);
      await pipeline(found, response).catch(() => response.destroy());
      return;
    }
    response.writeHead(503, { "retry-after": "1", "cache-control": "no-store" }).end();
  }

  const server = createServer((asked, response) => void answer(asked, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    lead(next) {
      order = next;
    },
    answered,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}

const isRepeatable = ({ method }: IncomingMessage) => method === "GET" || method === "HEAD";
