import { join } from "node:path";
import { addressOf, announceTo, type ConnectedSite, connector, problem } from "@freshet/connector";
import { readApiKey } from "@freshet/connector/config";
import { createInvalidationClient } from "@freshet/core";
import { openStore } from "@freshet/store";
import fastify, { type FastifyInstance } from "fastify";
import { claimedSite, createWordPressAdapter } from "./adapter.ts";
import type { Config, SiteConfig } from "./config.ts";
import { createHeadAdapter, type HeadClient } from "./head/head-adapter.ts";
import { createHeadClient } from "./head/head-client.ts";
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
    connector<SiteClient | HeadClient>({
      name: "wordpress",
      sites: config.sites.map((site) => connectedSite(config.server, site, log)),
      claimedSite: (request) => claimedSite(request)?.id,
      store,
      log,
      announce: {
        id: config.name,
        address: () => config.address ?? addressOf(app),
        send: announceTo({ endpoint: config.server, apiKey: (project) => keyOfProject(config, project) }),
      },
      ...(pullEveryMs !== undefined && { pullEveryMs }),
    }),
  );
  return app;
}

function connectedSite(
  server: string,
  config: SiteConfig,
  log: WordPressServerOptions["log"],
): ConnectedSite<SiteClient | HeadClient> {
  const { site, secrets, project, requestsPerSecond } = config;
  const common = {
    ...{ id: site.id, project, reconcileEveryMs: config.reconcileSeconds * 1_000 },
    invalidations: invalidationsOf(server, config),
  };
  if (config.mode === "head") {
    const client = createHeadClient({ site, perSecond: requestsPerSecond, now: Date.now });
    return { ...common, adapter: createHeadAdapter({ site, now: Date.now }), client };
  }
  const remark = (event: string, sentence: string) =>
    log("file left out", { site: site.id, event, reason: sentence });
  const client = createSiteClient({ site, secrets, now: Date.now });
  return {
    ...common,
    adapter: createWordPressAdapter({ site, secrets, now: Date.now, remark }),
    client,
    outcomes: { wanted: client.unsettled, tell: client.tell },
  };
}

/** The API of the site's project. A key that the server has yet to make is waited for: each attempt looks again. */
function invalidationsOf(
  endpoint: string,
  config: SiteConfig,
): ConnectedSite<SiteClient | HeadClient>["invalidations"] {
  if ("key" in config.apiKey) return createInvalidationClient({ endpoint, apiKey: config.apiKey.key });
  const client = async () => createInvalidationClient({ endpoint, apiKey: await readKey(config) });
  return {
    invalidate: async (request, options) => (await client()).invalidate(request, options),
    status: async (uuid) => (await client()).status(uuid),
  };
}

async function keyOfProject(config: Config, project: string): Promise<string> {
  const site = config.sites.find((each) => each.project === project);
  if (site === undefined) throw new Error(`No site belongs to project ${project}.`);
  return readKey(site);
}

async function readKey({ project, apiKey }: SiteConfig): Promise<string> {
  const key = await readApiKey(apiKey);
  if (key !== undefined) return key;
  throw new Error(`Project ${project} has no API key yet. Start Freshet, or set FRESHET_API_KEY.`);
}
