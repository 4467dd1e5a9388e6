import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A line to a server that can be cut at chosen moments. */
export interface Cable {
  /** Address of the same database through the cable. */
  readonly url: string;
  /** Connections that go through it now. */
  count(): number;
  /** Cuts every connection; new ones are taken. */
  cut(): void;
  /**
   * Cuts once a message to the server holds the text: "before" it arrives, or "after" it was carried out, so that only
   * the answer is lost.
   */
  cutOn(text: string, when: "before" | "after"): void;
  close(): Promise<void>;
}

export async function layCable(target: string): Promise<Cable> {
  const { hostname, port } = new URL(target);
  const ends = new Set<Socket>();
  let trap: { readonly text: string; readonly when: "before" | "after" } | undefined;
  const cut = (): void => {
    for (const end of ends) end.destroy();
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let isDeaf = false;
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
    near.on("data", (bytes) => {
      if (trap === undefined || !bytes.includes(trap.text)) return far.write(bytes);
      const { when } = trap;
      trap = undefined;
      if (when === "before") return near.destroy();
      isDeaf = true;
      return far.write(bytes);
    });
    // The server's answer says that it was done; nobody hears it.
    far.on("data", (bytes) => (isDeaf ? near.destroy() : near.write(bytes)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  const address = server.address();
  url.port = String(typeof address === "object" ? address?.port : "");
  return {
    url: url.href,
    count: () => ends.size / 2,
    cut,
    cutOn(text, when) {
      trap = { text, when };
    },
    async close() {
      server.close();
      cut();
      await once(server, "close");
    },
  };
}
