import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createVarnishDriver } from "@freshet/cdn/varnish";
import { type InnerAnswer, testCdnDriver } from "@freshet/conformance/cdn-driver";
import { describe, test } from "vitest";
import { startVarnish, varnishIsMissing } from "../support/varnish.ts";

const missing = await varnishIsMissing();

if (missing) {
  describe(`CDN driver contract: varnish`, () => test.skip(missing, () => {}));
} else {
  testCdnDriver({
    name: "varnish",
    async create(inner) {
      const backend = await serve(inner);
      const varnish = await startVarnish({ backendPort: backend.port });
      let stopped: Promise<void> | undefined;
      return {
        driver: createVarnishDriver({ node: varnish.url }),
        node: {
          async get(path) {
            const response = await fetch(varnish.url + path);
            return { status: response.status, body: await response.text() };
          },
          restart: () => varnish.restartChild(),
          stop() {
            stopped ??= Promise.all([varnish.stop(), backend.close()]).then(() => {});
            return stopped;
          },
        },
      };
    },
  });
}

async function serve(inner: (path: string) => Promise<InnerAnswer>) {
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
