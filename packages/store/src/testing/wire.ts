import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between a server and whoever asks it, on loopback; what passes is in the hands of who laid it. */
export interface Wire {
  /** Address of the same server through the wire. */
  readonly url: string;
  /** Both ends of each connection that goes through it now. */
  readonly ends: ReadonlySet<Socket>;
  /** Ends every connection; new ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

/**
 * `join` is given both ends of a new connection and hands on what it likes; `takes` says whether there may be new ones at the moment.
 * When one end is over, so is the other.
 */
export async function layWire(
  target: string,
  join: (near: Socket, far: Socket) => void,
  takes: () => boolean = () => true,
): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    if (!takes()) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on("error", () => {});
      end.on("close", () => {
        ends.delete(end);
        other.destroy();
      });
    }
    join(near, far);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  const address = server.address();
  url.port = String(typeof address === "object" ? address?.port : "");
  const cut = () => {
    for (const end of ends) end.destroy();
  };
  return {
    url: url.href,
    ends,
    cut,
    async close() {
      server.close();
      cut();
      await once(server, "close");
    },
  };
}
