import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { InnerAnswer } from "@freshet/conformance/cdn-driver";

/** Puts the answers of a contract suite behind a port, as the server sends them. */
export async function serve(inner: (path: string) => Promise<InnerAnswer>) {
  const server = createServer((request, response) => {
    void inner(request.url ?? "/").then((answer) => {
      response.writeHead(answer.status, {
        ETag: answer.etag,
        "CDN-Cache-Control": "max-age=31536000",
        ...(answer.stamp === undefined ? {} : { "Freshet-Stamp": answer.stamp }),
        ...(answer.tags.length === 0 ? {} : { xkey: answer.tags.join(" ") }),
      });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
