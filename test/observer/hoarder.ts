import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A cache that knows nothing of purges and keeps its first answer to each URL for ever, as one of a stranger may. */
export async function startHoarder(
  server: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const kept = new Map<
    string,
    Promise<{ readonly status: number; readonly headers: Headers; readonly bytes: Buffer }>
  >();
  const ask = async (path: string) => {
    const answer = await fetch(server + path);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, bytes };
  };
  const cache = createServer(async (request, response) => {
    const path = request.url ?? "/";
    const answer = kept.get(path) ?? ask(path);
    kept.set(path, answer);
    const { status, headers, bytes } = await answer;
    const stamp = headers.get("freshet-stamp");
    response.writeHead(status, {
      "content-type": headers.get("content-type") ?? "",
      "cache-status": "hoarder; hit",
      ...(stamp === null ? {} : { "freshet-stamp": stamp }),
    });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => cache.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(cache.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        cache.close(() => resolve());
        cache.closeAllConnections();
      }),
  };
}
