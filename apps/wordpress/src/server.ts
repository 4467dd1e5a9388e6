import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ConnectedSite, connector, problem } from "@freshet/connector";
import { createInvalidationClient, type InvalidationClient } from "@freshet/core";
import { openStore } from "@freshet/store";
import fastify, { type FastifyInstance } from "fastify";
import { claimedSite, createWordPressAdapter } from "./adapter.ts";
import type { Config, SiteConfig } from "./config.ts";
import { createSiteClient, type SiteClient } from "./site-client.ts";

export interface WordPressServerOptions {
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds between pulls of a site; the connector's own where nothing is said. */
  readonly pullEveryMs?: number;
}

/** The WordPress connector, put together and not yet listening; closing it also closes its state. */
export async function createWordPressServer(
  config: Config,
  options: WordPressServerOptions,
): Promise<FastifyInstance> {
  const { log, pullEveryMs } = options;
  const store = await openStore({ file: join(config.dataFolder, "connector.db"), log });
  const app = fastify({ forceCloseConnections: true, requestTimeout: 30_000 });
  app.addHook("onClose", () => store.close());
  app.setNotFoundHandler((_request, reply) => problem(reply, "ROUTE_UNKNOWN"));
  app.get("/livez", async () => ({ status: "ok" }));
  await app.register(
    connector({
      name: "wordpress",
      sites: config.sites.map((site) => connectedSite(config.server, site, log)),
      claimedSite: (request) => claimedSite(request)?.id,
      store,
      log,
      ...(pullEveryMs !== undefined && { pullEveryMs }),
    }),
  );
  return app;
}

function connectedSite(
  server: string,
  config: SiteConfig,
  log: WordPressServerOptions["log"],
): ConnectedSite<SiteClient> {
  const { site, secrets, project } = config;
  const remark = (event: string, sentence: string) =>
    log("file left out", { site: site.id, event, reason: sentence });
  const client = createSiteClient({ site, secrets, now: Date.now });
  return {
    id: site.id,
    project,
    adapter: createWordPressAdapter({ site, secrets, now: Date.now, remark }),
    client,
    outcomes: { wanted: client.unsettled, tell: client.tell },
    invalidations: invalidationsOf(server, config),
  };
}

/** The API of the site's project. A key that the server has yet to make is waited for: each attempt looks again. */
function invalidationsOf(
  endpoint: string,
  { project, apiKey }: SiteConfig,
): ConnectedSite<SiteClient>["invalidations"] {
  if ("key" in apiKey) return createInvalidationClient({ endpoint, apiKey: apiKey.key });
  const client = async (): Promise<InvalidationClient> => {
    const key = await readFile(apiKey.keyFile, "utf8").catch((cause: unknown) => {
      throw new Error(`Project ${project} has no API key yet. Start Freshet, or set FRESHET_API_KEY.`, {
        cause,
      });
    });
    return createInvalidationClient({ endpoint, apiKey: key.trim() });
  };
  return {
    invalidate: async (request, options) => (await client()).invalidate(request, options),
    status: async (uuid) => (await client()).status(uuid),
  };
}
