import { createNginxDriver } from "@freshet/cdn/nginx";
import { testCdnDriver } from "@freshet/conformance/cdn-driver";
import { describe, test } from "vitest";
import { nginxIsMissing, startNginx } from "../support/nginx.ts";
import { serve } from "./backend.ts";

const missing = nginxIsMissing();

if (missing) {
  describe(`CDN driver contract: nginx`, () => test.skip(missing, () => {}));
} else {
  testCdnDriver({
    name: "nginx",
    async create(inner) {
      const backend = await serve(inner);
      const nginx = await startNginx({ backendPort: backend.port });
      let stopped: Promise<void> | undefined;
      return {
        driver: createNginxDriver({ node: nginx.url }),
        node: {
          async get(path) {
            const response = await fetch(nginx.url + path);
            return { status: response.status, body: await response.text() };
          },
          restart: () => nginx.restart(),
          stop() {
            stopped ??= Promise.all([nginx.stop(), backend.close()]).then(() => {});
            return stopped;
          },
        },
      };
    },
  });
}
