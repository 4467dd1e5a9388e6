import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { addressOf, announceTo, type ConnectedSite, connector, type Desk } from "@freshet/connector";
import { openStore, type Store } from "@freshet/store";
import fastify, { type FastifyInstance } from "fastify";
import { claimedSpace, createContentfulAdapter } from "./adapter.ts";
import { createRoles } from "./api/roles.ts";
import { apiRoutes } from "./api/routes.ts";
import { createAssetIndex } from "./assets/asset-index.ts";
import { createEnvironments } from "./assets/environments.ts";
import { createUsage } from "./assets/usage.ts";
import { createContentfulClient } from "./cma/client.ts";
import { createExchange } from "./cma/exchange.ts";
import type { Config, SpaceConfig } from "./config.ts";
import { refuse } from "./errors.ts";
import { pageRoutes } from "./pages.ts";
import { createProjectPort, type ProjectPort } from "./project-port.ts";
import { resolveRoute } from "./resolve-route.ts";
import { createSealedBox } from "./sealed-box.ts";
import type { ContentfulSpace } from "./space.ts";
import { createSpaces } from "./spaces.ts";
import { MIGRATIONS, OWNER } from "./tables.ts";
import { createReplays } from "./verify/replays.ts";
import { lookPortOf } from "./walk/look-port.ts";
import { createWalks } from "./walk/walks.ts";
import { warmUp } from "./warm.ts";

export interface ContentfulServerOptions {
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds between looks at whether a comparison is due; the connector's own where nothing is said. */
  readonly pullEveryMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The built pages of the app, as the package ships them. */
const PAGES = join(import.meta.dirname, "../pages/dist");
const PRUNE_EVERY_MS = 600_000;

/** The Contentful connector, put together and not yet listening; closing it also closes its state. */
export async function createContentfulServer(
  config: Config,
  { log, pullEveryMs, now = Date.now }: ContentfulServerOptions,
): Promise<FastifyInstance> {
  await mkdir(config.dataFolder, { recursive: true });
  const store = await openStore({ file: join(config.dataFolder, "connector.db"), log });
  await store.migrate(OWNER, MIGRATIONS);
  const replays = createReplays(store);
  const settings = createSpaces(store, createSealedBox(config.sealingSecret), now);
  const spaces = new Map(
    config.spaces.map((each) => [each.space, spaceOf(config, each, store, settings, now)]),
  );
  const projects = new Map(
    config.spaces.map(({ space, project, apiKey }) => [
      space,
      createProjectPort({
        ...{ server: config.server, project, apiKey },
        ownKey: async () => (await settings.get(space)).secrets.apiKey,
      }),
    ]),
  );
  const project = (space: string): ProjectPort => {
    const found = projects.get(space);
    if (found === undefined) throw new Error(`There is no space ${space}.`);
    return found;
  };
  /** Any space's own key of the project. */
  const keyOfProject = async (name: string): Promise<string> => {
    const ports = [...projects.values()].filter((each) => each.project === name);
    for (const port of ports) {
      const key = await port.key();
      if (key !== undefined) return key.text;
    }
    throw new Error(`Project ${name} has no API key yet. Enter one in Contentful, or start Freshet.`);
  };
  const prefix = config.publicUrl && new URL(config.publicUrl).pathname.replace(/\/$/, "");
  let port: Desk | undefined;
  const inbox = (): Desk => {
    if (port === undefined) throw new Error("The connector has not started yet.");
    return port;
  };

  const connectedSite = (each: SpaceConfig, of: ContentfulSpace): ConnectedSite<ContentfulSpace> => ({
    id: each.space,
    project: each.project,
    client: of,
    adapter: createContentfulAdapter({
      space: each.space,
      secrets: async () => {
        const { secrets } = await settings.get(each.space);
        return [...config.secrets, ...each.webhookSecrets, ...(secrets.webhook ?? [])];
      },
      ...(prefix !== undefined && { prefix }),
      ...{ origins: config.assetOrigins, replays, now },
      walk: { everyMs: config.reconcileMs, page: config.walkPage },
    }),
    invalidations: project(each.space).invalidations,
    states: project(each.space).states,
    looks: lookPortOf(of, inbox),
    settled: async ({ id }, changes) => {
      const { policy } = await settings.get(each.space);
      if (policy.warm.length === 0) return;
      const warm = await warmUp(config.endpoint, changes, policy.warm);
      if (warm > 0) log("warmed up", { site: each.space, event: id, answers: warm });
    },
  });

  const app = fastify({ forceCloseConnections: true, requestTimeout: 30_000 });
  app.addHook("onClose", () => store.close());
  app.setNotFoundHandler((_request, reply) => refuse(reply, "ROUTE_UNKNOWN"));
  app.get("/livez", async () => ({ status: "ok" }));
  await app.register(
    connector({
      name: "contentful",
      sites: config.spaces.flatMap((each) => {
        const of = spaces.get(each.space);
        return of ? [connectedSite(each, of)] : [];
      }),
      claimedSite: claimedSpace,
      ...{ store, log, now, statusSecrets: config.statusSecrets, paths: ["/contentful/webhooks"] },
      ...(pullEveryMs !== undefined && { pullEveryMs }),
      announce: {
        id: config.name,
        address: () => config.address ?? addressOf(app),
        send: announceTo({ endpoint: config.server, apiKey: keyOfProject }),
      },
      desk: (attached) => {
        port = attached;
      },
    }),
  );
  const admins = new Map(config.spaces.map((each) => [each.space, each.admins]));
  const roles = createRoles({ admins, now });
  await app.register(apiRoutes({ config, roles, inbox, project, spaces, replays, now, log }));
  resolveRoute(app, { spaces, token: config.resolverToken });
  await pageRoutes(app, { folder: PAGES, ancestors: config.frameAncestors });

  let pruning: NodeJS.Timeout | undefined;
  app.addHook("onListen", async () => {
    pruning = setInterval(() => void replays.prune(now()).catch(() => {}), PRUNE_EVERY_MS);
  });
  app.addHook("preClose", async () => clearInterval(pruning));
  return app;
}

function spaceOf(
  config: Config,
  { space, environment }: SpaceConfig,
  store: Store,
  spaces: ReturnType<typeof createSpaces>,
  now: () => number,
): ContentfulSpace {
  const { identity, managementUrl: url, assetOrigins: origins, webApp } = config;
  return {
    ...{ id: space, environment, origins, webApp, store, spaces },
    index: createAssetIndex(store, now),
    environments: createEnvironments(store),
    usage: createUsage(store),
    walks: createWalks(store, now),
    cma: identity && createContentfulClient(createExchange({ url, identity, now }), origins),
  };
}
