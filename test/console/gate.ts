import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The way to a CDN node, over loopback: as the test wants it open, held up, or closed. */
export interface Gate {
  /** What the node is called by those who come through the gate. */
  readonly url: string;
  readonly host: string;
  /** Lets everything through, and what was held first. */
  open(): void;
  /** Connections are taken, and what they say waits. */
  hold(): void;
  /** Who is connected is cut off, and whoever comes next too: the node is away. */
  shut(): void;
  close(): Promise<void>;
}

/** Opens a gate on a free port; `port` is the node's, which may begin to listen later. */
export async function openGate(port: () => number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let isShut = false;
  let way = Promise.withResolvers<void>();
  way.resolve();
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    // A node that is away cuts its connections: that is what is tested.
    socket.on("error", () => other.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((client) => {
    if (isShut) return void client.destroy();
    const node = connect(port(), "127.0.0.1");
    keep(client, node);
    keep(node, client);
    client.on("data", (bytes) => void way.promise.then(() => node.writable && node.write(bytes)));
    node.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    ...{ host, url: `http://${host}` },
    open() {
      isShut = false;
      way.resolve();
    },
    hold() {
      way = Promise.withResolvers();
    },
    shut() {
      isShut = true;
      cut();
    },
    async close() {
      way.resolve();
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
