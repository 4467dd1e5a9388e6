import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** How a line is out of order: "cut" ends connections and takes no new ones; "silent" takes and holds everything and answers nothing. */
export type Outage = "cut" | "silent";

/** A TCP line to one address that can be put out of order. */
export interface Line {
  /** The address, through the line. */
  readonly url: string;
  out(how: Outage): void;
  /** In order again. What was held is delivered, as by a network that lost packets and sent them again. */
  mend(): void;
  close(): Promise<void>;
}

export async function layLine(target: string): Promise<Line> {
  const { hostname, port } = new URL(target);
  const ends = new Set<Socket>();
  let outage: Outage | undefined;

  const server = createServer((near) => {
    if (outage === "cut") {
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
      end.on("data", (bytes) => {
        if (!other.write(bytes)) end.pause();
      });
      other.on("drain", () => {
        if (outage === undefined) end.resume();
      });
      if (outage === "silent") end.pause();
    }
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
    out(how) {
      outage = how;
      if (how === "cut") cut();
      else for (const end of ends) end.pause();
    },
    mend() {
      outage = undefined;
      for (const end of ends) end.resume();
    },
    async close() {
      server.close();
      cut();
      await once(server, "close");
    },
  };
}
