import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A CDN node that is slow on purpose: it takes purges as Freshet's VCL does and remembers the newest number of each tag. */
export interface NodeDouble {
  readonly url: string;
  /** The newest number each tag was purged with: what a node's fence would hold. */
  readonly fence: ReadonlyMap<string, number>;
  readonly purges: number;
  close(): Promise<void>;
}

/** Each purge takes a random time up to `slowestMs`, so that a crash finds some under way. */
export async function startNodeDouble(slowestMs: number): Promise<NodeDouble> {
  const fence = new Map<string, number>();
  let purges = 0;
  const server = createServer((request, response) => {
    const { headers, method } = request;
    if (method === "FRESHET") {
      response.writeHead(200, { "freshet-fence": "known" }).end();
      return;
    }
    setTimeout(() => {
      purges += 1;
      const sequence = Number(headers["freshet-sequence"]);
      for (const tag of String(headers["freshet-purge-tags"] ?? "").split(" ")) {
        fence.set(tag, Math.max(sequence, fence.get(tag) ?? 0));
      }
      response.writeHead(200, { "freshet-purged": "0" }).end();
    }, Math.random() * slowestMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fence,
    get purges() {
      return purges;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
