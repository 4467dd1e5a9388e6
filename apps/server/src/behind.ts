import type { Server as HttpServer } from "node:http";
import { join } from "node:path";
import type { CdnDriver } from "@freshet/core";
import type { ImageFacts } from "@freshet/core/resize";
import type { Store } from "@freshet/store";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { createAccess } from "./access/access.ts";
import { accessControl } from "./access/plugin.ts";
import { createPrincipals } from "./access/principals.ts";
import { collectOperations } from "./admin/openapi.ts";
import { adminRoutes } from "./admin/routes.ts";
import { SCHEMA_COMPILERS } from "./admin/validation.ts";
import type { Analytics } from "./analytics/analytics.ts";
import { statsRoutes } from "./analytics/routes.ts";
import type { Cells } from "./cells/cells.ts";
import type { Config } from "./config.ts";
import { createConnectors } from "./connectors/connectors.ts";
import { connectorRoutes } from "./connectors/routes.ts";
import { consoleRoutes } from "./console/routes.ts";
import { explainRoutes } from "./delivery/explain-route.ts";
import { LISTING_MIGRATIONS, LISTING_OWNER } from "./delivery/listing.ts";
import { pictureRoute } from "./delivery/picture-route.ts";
import type { createDeliveryPort } from "./delivery/reread.ts";
import type { createImageRoute, DeliveryRouteParts } from "./delivery/route.ts";
import { demoRoutes } from "./demo/routes.ts";
import type { Answer } from "./front.ts";
import type { Metrics } from "./health/metrics.ts";
import { healthRoutes } from "./health/routes.ts";
import type { InstancePorts } from "./instances/ports.ts";
import { instanceRoutes } from "./instances/routes.ts";
import type { Invalidation } from "./invalidation/invalidation.ts";
import { nodeRoutes } from "./invalidation/node-routes.ts";
import { invalidationRoutes } from "./invalidation/routes.ts";
import { tellTo } from "./logger.ts";
import { answerError, errorResponses } from "./plugins/errors.ts";
import { isReserved } from "./plugins/reserved.ts";
import { type ChangeTables, createChanges } from "./projects/changes.ts";
import { createDrafts } from "./projects/drafts.ts";
import type { ProjectFeed } from "./projects/feed.ts";
import { createFileChanges } from "./projects/file-changes.ts";
import { fileRoutes } from "./projects/file-routes.ts";
import type { LiveProjects } from "./projects/project.ts";
import { projectRoutes } from "./projects/routes.ts";
import type { SecretBox } from "./projects/sealed.ts";
import { signRoutes } from "./projects/sign-routes.ts";
import { createStateChanges } from "./projects/state-changes.ts";
import { stateRoutes } from "./projects/state-routes.ts";
import { trialRoutes } from "./projects/trial-routes.ts";
import { versionRoutes } from "./projects/version-routes.ts";
import { createViews } from "./projects/view.ts";
import type { ReadFile } from "./sources/files.ts";
import type { WarmParts } from "./warmup/warm.ts";
import { createWarmUp, type WarmUp } from "./warmup/warm-up.ts";
import type { WarmUpTuning } from "./warmup/worker.ts";

/** Of the API, as its document says. */
const VERSION = "1";

/** Where the framework is led with what is no address of the server's own. */
const DELIVERY_ROUTE = "/v7/";

/** Everything that no picture waits for: the API and its document, the console, probes, warm-ups, and analytics' store. */
export interface Behind {
  readonly app: FastifyInstance;
  readonly answer: Answer;
  readonly warmUp: WarmUp;
  /** Brings up its tables and begins its work; resolves to the token that makes the first user, where there is none. */
  start(): Promise<string | undefined>;
  /** Answers nothing any more. */
  close(): Promise<void>;
}

/** What stands in front, of which the API tells and which it changes. */
export interface BehindParts {
  readonly config: Config;
  readonly log: FastifyBaseLogger;
  readonly now: () => number;
  readonly front: HttpServer;
  readonly store: Store;
  readonly instance: InstancePorts;
  readonly projects: LiveProjects;
  readonly feed: ProjectFeed;
  readonly box: SecretBox;
  readonly cells: Cells;
  readonly readFile: ReadFile;
  readonly readFacts: (bytes: Uint8Array) => Promise<ImageFacts | undefined>;
  readonly metrics: Metrics;
  readonly analytics: Analytics;
  readonly invalidation: Invalidation;
  readonly delivery: ReturnType<typeof createDeliveryPort>;
  readonly drivers: readonly CdnDriver[];
  readonly isReady: () => boolean;
  /** Absent where no pictures are delivered. */
  readonly pictures:
    | {
        readonly route: DeliveryRouteParts;
        readonly deliver: ReturnType<typeof createImageRoute>;
        readonly warming: Omit<WarmParts, "drivers">;
      }
    | undefined;
  readonly warmUpTuning: Partial<WarmUpTuning> | undefined;
}

/** Registers it; nothing of it works before `start`. */
export async function createBehind(parts: BehindParts): Promise<Behind> {
  const { config, now, store, instance, projects, feed, box, invalidation, analytics, pictures } = parts;
  const log = tellTo(parts.log);
  let answer: Answer = () => {};
  const app = Fastify({
    serverFactory: (handler) => {
      answer = handler;
      return parts.front;
    },
    // What has arrived is answered, also while the server is closing.
    return503OnClosing: false,
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 2 ** 20,
    schemaController: SCHEMA_COMPILERS,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    ...(config.console.proxies.length > 0 ? { trustProxy: [...config.console.proxies] } : {}),
    // Images are read from the raw request target: what is no API path goes to one route, whatever it contains.
    rewriteUrl: (request) => (isReserved(request.url ?? "/") ? (request.url ?? "/") : DELIVERY_ROUTE),
  });
  const warmUp = createWarmUp({
    ...{ store, projects, now, log, isAlone: instance.isAlone },
    delivery: pictures && { ...pictures.warming, drivers: parts.drivers },
    perSecond: config.limits.warmUpRate,
    tuning: parts.warmUpTuning,
    ended: parts.metrics.warmed,
  });
  errorResponses(app);
  const isKept = (name: string) => feed.known.get(name)?.isDeleted === false;
  const isThere = (name: string) => projects.byName(name) !== undefined || isKept(name);
  const isProject = async (name: string) => {
    if (!isThere(name)) await feed.refresh();
    return isThere(name);
  };
  const access = createAccess({ store, config, isProject, box, now });
  const { keys, sessions, reached } = access;
  const connectors = createConnectors(store, now);
  const principals = createPrincipals({ projects, adminKey: config.adminKey, keys, now });
  accessControl(app, principals, projects, { refresh: feed.refresh, isKept, sessions, reached });
  const operations = collectOperations(app);
  healthRoutes(app, { isReady: parts.isReady, metrics: parts.metrics });
  demoRoutes(app, { projects, sampleFolder: join(config.dataFolder, "sample") });
  if (instance.role !== "delivery") {
    const { journal } = invalidation;
    const { delivery, cells, readFile, readFacts } = parts;
    const db = store.db.$extendTables<ChangeTables>();
    const { installation, sections } = config;
    const fixed = config.projects;
    const changes = createChanges({ ...{ store, feed, projects, fixed, installation, box, journal, now } });
    const stateChanges = createStateChanges({ store, feed, journal, now, delivery });
    await app.register(invalidationRoutes(invalidation.api));
    await app.register(warmUp.routes);
    const fileChanges = createFileChanges({ store, feed, fixed, journal, now, delivery });
    const views = createViews(feed, sections, installation);
    const drafts = createDrafts({ feed, views, installation, box, projects });
    projectRoutes(app, { feed, changes, views, sections });
    versionRoutes(app, { db, changes, views });
    stateRoutes(app, { db, changes: stateChanges, projects });
    fileRoutes(app, { db, changes: fileChanges, projects, cells });
    explainRoutes(app, { projects, drafts, now });
    signRoutes(app, { projects, now });
    const trial = { dataFolder: config.dataFolder, readFile, readFacts };
    trialRoutes(app, { projects, drafts, trial, now });
    access.routes(app);
    connectorRoutes(app, { connectors, projects, box, addresses: config.connectorAddresses, now });
    instanceRoutes(app, { instances: invalidation.instances });
    nodeRoutes(app, { nodes: invalidation.nodes });
    statsRoutes(app, { analytics, projects, now });
    adminRoutes(app, { db, operations, version: VERSION });
    consoleRoutes(app, { folder: config.consoleFolder, projects });
  }
  if (pictures) {
    // The front has answered them before, except where requests are injected.
    app.all(DELIVERY_ROUTE, { config: { access: "public" } }, async (request, reply) => {
      reply.hijack();
      await pictures.deliver(request.raw, reply.raw, request.originalUrl);
    });
    if (instance.role === "all") pictureRoute(app, { ...pictures.route, projects });
  }
  await app.ready();
  return {
    app,
    answer: (request, response) => answer(request, response),
    warmUp,
    async start() {
      // They have a store of their own.
      const counting = analytics.start();
      counting.catch(() => {}); // told below
      await access.migrate();
      await connectors.migrate();
      await store.migrate(LISTING_OWNER, LISTING_MIGRATIONS);
      await warmUp.migrate();
      await invalidation.carry();
      await warmUp.start();
      await counting;
      return instance.role === "delivery" ? undefined : access.prepareSetup();
    },
    close: () => app.close(),
  };
}
