import { createVarnishDriver } from "@freshet/cdn/varnish";
import { testCdnDriver } from "@freshet/conformance/cdn-driver";
import { describe, test } from "vitest";
import { startVarnish, varnishIsMissing } from "../support/varnish.ts";
import { serve } from "./backend.ts";

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
