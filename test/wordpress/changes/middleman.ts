import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that came by, as it was sent. */
export interface Letter {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What becomes of requests: handed on, handed on twice, held back, answered by nobody, or refused by a broken connection. */
export type Manner = "pass" | "double" | "hold" | "hang" | "break";

/** Stands between the plugin and the connector, and does what networks do. */
export interface Middleman {
  readonly url: string;
  manner: Manner;
  /** Everything that came, in order. */
  readonly letters: readonly Letter[];
  /** Sends what was held back, the newest first, and hands on from then on. Answers how many. */
  release(): Promise<number>;
  /** Sends a letter to the connector and gives its status. */
  deliver(letter: Letter): Promise<number>;
  stop(): Promise<void>;
}

/** `port` is the connector's. */
export async function startMiddleman(port: number): Promise<Middleman> {
  const letters: Letter[] = [];
  const held: Letter[] = [];

  const deliver = ({ path, headers, body }: Letter) =>
    new Promise<number>((resolve) => {
      const { host: _host, connection: _connection, ...others } = headers;
      const outgoing = request(
        { host: "127.0.0.1", port, path, method: "POST", headers: others },
        (answer) => {
          answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
        },
      );
      outgoing.on("error", () => resolve(502));
      outgoing.end(body);
    });

  const server: Server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const letter: Letter = {
      path: incoming.url ?? "/",
      headers: incoming.headers as Record<string, string>,
      body: Buffer.concat(chunks),
    };
    letters.push(letter);
    const { manner } = middleman;
    if (manner === "hang") return;
    if (manner === "break") return void incoming.socket.destroy();
    if (manner === "hold") {
      held.push(letter);
      // The plugin takes it for delivered, as it does when a proxy answers too early.
      response.end("{}");
      return;
    }
    if (manner === "double") await deliver(letter);
    response.statusCode = await deliver(letter);
    response.end("{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const middleman: Middleman = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    manner: "pass",
    letters,
    deliver,
    async release() {
      middleman.manner = "pass";
      const waiting = held.splice(0).reverse();
      for (const letter of waiting) await deliver(letter);
      return waiting.length;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return middleman;
}
