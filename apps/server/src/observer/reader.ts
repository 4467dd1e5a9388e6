import { Agent, request } from "undici";
import type { Reading } from "./tally.ts";

/** Asks nodes as a visitor does. */
export interface Reader {
  /** One answer, read to its end; undefined where there was none. */
  read(node: string, path: string): Promise<Reading | undefined>;
  close(): Promise<void>;
}

/** What a browser of today says that it takes. */
const ACCEPT = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const TIMEOUT_MS = 30_000;

export function createReader(options: {
  readonly connections: number;
  /** The name that visitors ask for, where it is not the node's own. */
  readonly host: string | undefined;
  readonly now: () => number;
}): Reader {
  const agent = new Agent({
    connections: options.connections,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS },
  });
  const headers = { accept: ACCEPT, ...(options.host === undefined ? {} : { host: options.host }) };
  return {
    async read(node, path) {
      const at = options.now();
      const begun = performance.now();
      try {
        const answer = await request(node + path, { dispatcher: agent, headers });
        await answer.body.dump();
        const stamp = answer.headers["freshet-stamp"];
        return {
          ...{ node, path, at, status: answer.statusCode },
          ms: performance.now() - begun,
          stamp: typeof stamp === "string" && /^\d{1,15}$/.test(stamp) ? Number(stamp) : undefined,
          headers: answer.headers,
        };
      } catch {
        return undefined;
      }
    },
    close: () => agent.destroy(),
  };
}
