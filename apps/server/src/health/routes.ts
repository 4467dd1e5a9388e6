import type { FastifyInstance } from "fastify";
import { RETRY_AFTER_S } from "../plugins/failures.ts";
import type { Metrics } from "./metrics.ts";

/** Probes and scrapers have no keys; who may reach them is the network's business. */
const PUBLIC = { config: { access: "public" } } as const;

/** `/livez`: the process answers. `/readyz`: it may be sent visitors. `/metrics`: Prometheus. */
export function healthRoutes(
  app: FastifyInstance,
  parts: { readonly isReady: () => boolean; readonly metrics: Metrics },
): void {
  app.get("/livez", PUBLIC, async () => ({ status: "ok" }));
  app.get("/readyz", PUBLIC, async (_request, reply) =>
    parts.isReady()
      ? { status: "ok" }
      : reply.code(503).header("retry-after", RETRY_AFTER_S).send({ status: "not ready" }),
  );
  app.get("/metrics", PUBLIC, async (_request, reply) =>
    reply.header("content-type", parts.metrics.contentType).send(await parts.metrics.text()),
  );
}
