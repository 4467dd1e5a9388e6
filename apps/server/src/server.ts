import { mkdir } from "node:fs/promises";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import type { CdnDriver } from "@freshet/core";
import { type ImageFacts, isRenderError, RENDERER_VERSION, sniffFormat } from "@freshet/core/resize";
import { openStore, type Store } from "@freshet/store";
import Fastify, { type FastifyInstance, LogController } from "fastify";
import { createAccess } from "./access/access.ts";
import { accessControl } from "./access/plugin.ts";
import { createPrincipals } from "./access/principals.ts";
import { openAccessLog } from "./access-log/access-log.ts";
import { collectOperations } from "./admin/openapi.ts";
import { adminRoutes } from "./admin/routes.ts";
import { SCHEMA_COMPILERS } from "./admin/validation.ts";
import { createAnalytics } from "./analytics/analytics.ts";
import { fetchEvent } from "./analytics/fetched.ts";
import { createObserver } from "./analytics/recorder.ts";
import { statsRoutes } from "./analytics/routes.ts";
import { ANALYTICS_FILE } from "./analytics/tables.ts";
import { Answers } from "./cache/answers.ts";
import { ByteTiers } from "./cache/byte-tiers.ts";
import { Coverage } from "./cache/coverage.ts";
import { Crowds } from "./cache/crowds.ts";
import { DiskStore } from "./cache/disk-store.ts";
import { FrameShelf } from "./cache/frames.ts";
import { Improvements } from "./cache/improvements.ts";
import { createInspect } from "./cache/inspect.ts";
import { Originals } from "./cache/originals.ts";
import { Records } from "./cache/records.ts";
import { RenderQueue } from "./cache/render-queue.ts";
import { longestLookup, SharedTier } from "./cache/shared/shared-tier.ts";
import { Variants } from "./cache/variants.ts";
import { FINDER, limitsWithin, TEXT } from "./cells/allowance.ts";
import { Cells } from "./cells/cells.ts";
import { JOBS } from "./cells/jobs.ts";
import type { Config } from "./config.ts";
import { createConnectors } from "./connectors/connectors.ts";
import { connectorRoutes } from "./connectors/routes.ts";
import { consoleRoutes } from "./console/routes.ts";
import { Cutouts } from "./cutouts/cutouts.ts";
import { makersOf } from "./cutouts/makers.ts";
import { createBudgets } from "./delivery/budgets.ts";
import { createCrowdPath } from "./delivery/crowd-path.ts";
import { type Delivered, Delivery } from "./delivery/deliver.ts";
import { createDiskPath } from "./delivery/disk-path.ts";
import { explainRoutes } from "./delivery/explain-route.ts";
import { createHotPath, type HotPath } from "./delivery/hot-path.ts";
import { createListing, LISTING_MIGRATIONS, LISTING_OWNER, needsListing } from "./delivery/listing.ts";
import { createNodeHeaders } from "./delivery/node-headers.ts";
import { pictureRoute } from "./delivery/picture-route.ts";
import { createPlaceholders } from "./delivery/placeholder.ts";
import { RecentUrls } from "./delivery/recent-urls.ts";
import { DeliveryRequests } from "./delivery/request.ts";
import { createDeliveryPort } from "./delivery/reread.ts";
import { DELIVERY_ROUTE, deliveryRoutes } from "./delivery/route.ts";
import { createTurns } from "./delivery/turns.ts";
import { demoRoutes } from "./demo/routes.ts";
import { ServerError } from "./errors.ts";
import { createMetrics, type Metrics } from "./health/metrics.ts";
import { healthRoutes } from "./health/routes.ts";
import { confirmation } from "./instances/confirm.ts";
import { folderName, identify } from "./instances/identity.ts";
import type { InstancePorts } from "./instances/ports.ts";
import { instanceRoutes } from "./instances/routes.ts";
import { createInvalidation } from "./invalidation/invalidation.ts";
import { nodeRoutes } from "./invalidation/node-routes.ts";
import { rememberedIn } from "./invalidation/remembered.ts";
import type { Tuning } from "./invalidation/tuning.ts";
import { MINIFIER, MINIFIER_MISSING } from "./minify/minify.ts";
import { type Connections, watchConnections } from "./plugins/connections.ts";
import { answerError, errorResponses } from "./plugins/errors.ts";
import { isReserved } from "./plugins/reserved.ts";
import { type ChangeTables, createChanges } from "./projects/changes.ts";
import { createDrafts } from "./projects/drafts.ts";
import { createFeed } from "./projects/feed.ts";
import { createFileChanges } from "./projects/file-changes.ts";
import { fileRoutes } from "./projects/file-routes.ts";
import { Files, readFile } from "./projects/files.ts";
import type { ProjectTables } from "./projects/migrations.ts";
import type { Original } from "./projects/originals.ts";
import { createProjects } from "./projects/projects.ts";
import { projectRoutes } from "./projects/routes.ts";
import type { SecretBox } from "./projects/sealed.ts";
import { signRoutes } from "./projects/sign-routes.ts";
import { createStateChanges } from "./projects/state-changes.ts";
import { stateRoutes } from "./projects/state-routes.ts";
import { States } from "./projects/states.ts";
import { trialRoutes } from "./projects/trial-routes.ts";
import { versionRoutes } from "./projects/version-routes.ts";
import { createViews } from "./projects/view.ts";
import { createS3Client } from "./s3/client.ts";
import { sealedBoxOf } from "./secrets/sealed-box.ts";
import { createSources } from "./sources/sources.ts";
import { createWire } from "./sources/wire.ts";
import { createTools } from "./video/tools.ts";
import { Videos } from "./video/videos.ts";
import { createWarmUp } from "./warmup/warm-up.ts";
import type { WarmUpTuning } from "./warmup/worker.ts";

/** Of the API, as its document says. */
const VERSION = "1";

/** Longer than what proxies keep idle connections for, so that they, not we, close first. */
const KEEP_ALIVE_MS = 72_000;

/** Requests without a body, nearly all, are no streams that end and close: that costs a tenth of a hit. Node knows it from 24.12 on. */
const HTTP = { keepAliveTimeout: KEEP_ALIVE_MS, optimizeEmptyRequests: true };

/** More cells than that help nobody unless somebody says so: each may take a core. */
const MOST_CELLS = 2;
const MOST_WAITING_FOR_CELLS = 1_000;
/** The finder of faces and a large photograph that it reads. */
const FINDER_BYTES = 360_000_000;
/** One finds faces as fast as so many cores make pictures of them. */
const CORES_A_FINDER = 4;

/** Between two looks at whether settings changed; the news usually comes sooner. */
const FEED_MS = 400;

/** A server that is put together but listens to nobody yet. */
export interface Server {
  readonly app: FastifyInstance;
  /** The one-time token that makes the first user of the console; undefined before the start, where there is a user, and on instances without the API. */
  readonly setupToken: string | undefined;
  /** Restores the journal, gives the edges their numbers and begins to work off what a crash left behind. */
  start(): Promise<void>;
  /** For whoever has moved the access log away; undefined where there is none. */
  readonly reopenLog: (() => void) | undefined;
  /** Tells balancers that it goes, waits until they know, answers what is under way, then closes everything. */
  stop(): Promise<void>;
}

/** What tests and embedders may bring along instead of the real thing. */
export interface ServerPorts {
  readonly drivers: readonly CdnDriver[];
  readonly now?: () => number;
  /** Absent: as the configuration says. It is closed when the server stops. */
  readonly store?: Store;
  /** Opens the store of analytics; absent: as the configuration says. */
  readonly openStats?: () => Promise<Store>;
  readonly instance?: Partial<InstancePorts>;
  readonly tuning?: Partial<Tuning>;
  readonly warmUpTuning?: Partial<WarmUpTuning>;
  /** Seals the secrets of settings; absent: with the keys that the configuration gives. */
  readonly box?: SecretBox;
}

/** Puts the server together; the data folder is the caller's to lock. */
export async function createServer(config: Config, ports: ServerPorts): Promise<Server> {
  const now = ports.now ?? Date.now;
  const { limits } = config;
  const projects = createProjects(config.projects);
  const states = new States();
  const files = new Files();
  const folder = (name: string) => join(config.dataFolder, name);
  await mkdir(config.dataFolder, { recursive: true });

  let answerHit: HotPath | undefined;
  let ordinary: RequestListener | undefined;
  let connections: Connections | undefined;
  const app = Fastify({
    serverFactory: (handler) => {
      ordinary = handler;
      const server = createHttpServer(HTTP, (request, response) => {
        if (connections?.isLeaving) response.shouldKeepAlive = false;
        if (!answerHit?.(request, response)) handler(request, response);
      });
      connections = watchConnections(server);
      return server;
    },
    // What has arrived is answered, also while the server is closing.
    return503OnClosing: false,
    logger: { level: config.log },
    // A line per hit costs as much as the hit; the metrics count them.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 2 ** 20,
    forceCloseConnections: "idle",
    schemaController: SCHEMA_COMPILERS,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    ...(config.console.proxies.length > 0 ? { trustProxy: [...config.console.proxies] } : {}),
    // Images are read from the raw request target: what is no API path goes to one route, whatever it contains.
    rewriteUrl: (request) => (isReserved(request.url ?? "/") ? (request.url ?? "/") : DELIVERY_ROUTE),
  });

  // Durable state: the journal alone.
  const place = config.store ?? { file: folder("freshet.db") };
  const log = (event: string, details: object) => app.log.info(details, event);
  const { diskBytes } = limits;
  // Threads of the store start while folders are read.
  const [store, recordDisk, originalDisk, variantDisk] = await Promise.all([
    ports.store ?? openStore({ ...place, log }),
    // Caches: records may race and are fenced; bytes and variants are named by content and never go stale.
    DiskStore.open(folder("records"), Math.round(diskBytes * 0.05)),
    DiskStore.open(folder("originals"), Math.round(diskBytes * 0.35)),
    DiskStore.open(folder("variants"), Math.round(diskBytes * 0.6)),
  ]);
  const instance: InstancePorts = {
    ...(await identify(folder("instance"))),
    role: config.role,
    isAlone: !store.isShared,
    leaseMs: config.leaseMs,
    ...ports.instance,
  };

  const coverage = new Coverage(now);
  const queue = new RenderQueue({
    places: limits.renders ?? availableParallelism(),
    maxWaitingCost: limits.waitingCost,
    maxAgeMs: limits.waitingMs,
  });
  // Hostile formats are read in processes of their own, which may be killed.
  const cells = new Cells({
    places: limits.cells ?? Math.min(MOST_CELLS, availableParallelism()),
    bytes: limits.cellBytes,
    maxAgeMs: limits.cellWaitingMs,
    maxWaiting: MOST_WAITING_FOR_CELLS,
  });
  // Where faces are looked for: behind no drawing, in processes that keep what finds them.
  const finding = Math.max(1, Math.floor(availableParallelism() / CORES_A_FINDER));
  const finders = new Cells({
    places: finding,
    bytes: finding * FINDER_BYTES,
    maxAgeMs: limits.cellWaitingMs,
    maxWaiting: MOST_WAITING_FOR_CELLS,
    keptBytes: FINDER,
  });
  const sharedTier = config.sharedCache && openSharedTier(config.sharedCache, app, limits);
  const fileOf = (project: string, name: string) =>
    readFile(store.db.$extendTables<ProjectTables>(), project, name);
  const accessLog =
    config.accessLog &&
    (await openAccessLog(config.accessLog, (err) => app.log.warn({ err }, "access log cannot be written")));
  const source = createSources({
    dataFolder: config.dataFolder,
    readFile: fileOf,
    log: (event, details) => app.log.warn(details, event),
  });
  const metrics: Metrics = createMetrics({
    queue,
    cells: {
      get running() {
        return cells.running + finders.running;
      },
      get waiting() {
        return cells.waiting + finders.waiting;
      },
      get pids() {
        return [...cells.pids, ...finders.pids];
      },
    },
    breakers: source.breakers,
    sharedTier,
    accessLog,
    memory: () => answers,
    applied: () => coverage.applied,
    instances: () => invalidation.instances,
    invalidations: () => invalidation.figures,
    warming: () => warmUp.waiting(),
    improving: () => improvements.waiting,
    cuttingOut: () => cutouts.waiting,
    converting: () => videos.waiting,
  });
  const analytics = createAnalytics({
    policy: config.analytics,
    open: ports.openStats ?? (() => openStore({ ...statsPlace(config, folder(ANALYTICS_FILE)), log })),
    instance: instance.name,
    isKeeper: instance.role !== "delivery",
    stored:
      instance.role === "control"
        ? undefined
        : {
            folder: await folderName(folder("folder")),
            look: () => ({ originals: originalDisk.bytes, variants: variantDisk.bytes }),
          },
    ...{ now, log },
  });
  const { countryHeader } = config.analytics;
  const observer = createObserver({ metrics, buffer: analytics.buffer, countryHeader, now });
  const records = new Records(recordDisk, limits.records);
  const renderLimits = { ...limitsWithin(limits.cellBytes), maxBytes: limits.maxOriginalBytes };
  const factsOf = (bytes: Uint8Array) => readFacts(cells, bytes);
  const originals = new Originals({
    source,
    coverage,
    records,
    bytes: originalDisk,
    shared: config.sharedCache?.originals ? sharedTier?.shelf("originals") : undefined,
    readFacts: factsOf,
    inspect: createInspect(renderLimits),
    now,
    admit: (original) => {
      if (!projects.isCurrent(original.project)) throw new ServerError("SETTINGS_CHANGED");
      if (states.of(original) === "blocked") throw new ServerError("ORIGINAL_BLOCKED");
    },
    onFetch: (original, fetched, took) => {
      metrics.fetched(fetched.kind);
      const event = fetchEvent(original, fetched, took);
      if (event) observer.fetched(event);
    },
  });
  const variants = new Variants({
    disk: variantDisk,
    shared: sharedTier?.shelf("variants"),
    queue,
    cells,
    finders,
    limits: renderLimits,
    frames: new FrameShelf(limits.frameBytes),
    onRender: metrics.rendered,
    onLook: metrics.looked,
  });
  const videos = new Videos({
    tools: createTools(config.video.ffmpeg),
    tiers: new ByteTiers(variantDisk, sharedTier?.shelf("variants")),
    scratch: folder("video"),
    waitMs: limits.videoWaitMs,
  });
  const answers = new Answers(limits.memoryBytes);
  const improvements = new Improvements({
    variants,
    // Masks among them: which digests are theirs is known without a look at a disk or bucket.
    bytesOf: async (digest) => (await cutouts.bytesOf(digest)) ?? originals.bytesOf(digest),
    report: metrics.improvements,
    ...{ now, log },
  });
  const cutoutWire = createWire(config.cutouts && { firstByteMs: config.cutouts.timeoutMs });
  const cutouts = new Cutouts({
    variants,
    bytesOf: (digest) => originals.bytesOf(digest),
    makers: makersOf(config.cutouts, { limits: renderLimits, wire: cutoutWire }),
    report: metrics.cutouts,
    log: (event, details) => app.log.warn(details, event),
  });

  // Journeys.
  const recent = new RecentUrls(projects.isCurrent);
  const listing = ports.drivers.some(needsListing) ? createListing({ store, now, log }) : undefined;
  const nodes = createNodeHeaders(ports.drivers.flatMap(({ reads }) => reads ?? []));
  const seen = listing ? { listing } : {};
  const delivery = new Delivery({
    originals,
    variants,
    answers,
    videos,
    improvements,
    cutouts,
    coverage,
    nodes,
    ...seen,
    now,
  });
  if (MINIFIER === undefined && projects.all.some(({ minify }) => minify))
    app.log.warn({ code: "MINIFIER_MISSING" }, MINIFIER_MISSING);
  const requests = new DeliveryRequests(projects, now);
  const port = createDeliveryPort({ originals, records, coverage, recent });
  const box = ports.box ?? (await sealedBoxOf(config));
  const feed = createFeed({
    ...{ store, projects, states, files, log, fixed: config.projects, box },
    installation: config.installation,
    isAlone: instance.isAlone,
    pollMs: FEED_MS,
    paused: instance.paused,
  });
  const invalidation = createInvalidation({
    store,
    settings: feed,
    coverage,
    projects,
    delivery: port,
    drivers: ports.drivers,
    ...(listing ? { listed: listing.find } : {}),
    keepMs: limits.retention * 1_000,
    keepAuditMs: limits.auditRetention * 1_000,
    instance,
    tuning: { longestFillMs: longestFillOf(config), ...ports.tuning },
    remembered: rememberedIn(folder("sequence")),
    counted: metrics.invalidated,
    now,
    log,
  });
  const { admission } = invalidation.instances;
  const stateOf = (original: Original) => states.of(original);
  const warmUp = createWarmUp({
    ...{ store, projects, now, log, isAlone: instance.isAlone },
    delivery:
      instance.role === "control"
        ? undefined
        : { requests, delivery, admission, originals, stateOf, observer, drivers: ports.drivers },
    perSecond: limits.warmUpRate,
    tuning: ports.warmUpTuning,
    ended: metrics.warmed,
  });
  let isReady = false;
  let setupToken: string | undefined;
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
  healthRoutes(app, { isReady: () => isReady, metrics });
  demoRoutes(app, { projects, sampleFolder: folder("sample") });
  if (instance.role !== "delivery") {
    const { journal } = invalidation;
    const db = store.db.$extendTables<ChangeTables>();
    const { installation, sections } = config;
    const fixed = config.projects;
    const changes = createChanges({ ...{ store, feed, projects, fixed, installation, box, journal, now } });
    const stateChanges = createStateChanges({ store, feed, journal, now, delivery: port });
    await app.register(invalidation.routes);
    await app.register(warmUp.routes);
    const fileChanges = createFileChanges({ store, feed, fixed, journal, now, delivery: port });
    const views = createViews(feed, sections, installation);
    const drafts = createDrafts({ feed, views, installation, box, projects });
    projectRoutes(app, { feed, changes, views, sections });
    versionRoutes(app, { db, changes, views });
    stateRoutes(app, { db, changes: stateChanges, projects });
    fileRoutes(app, { db, changes: fileChanges, projects, cells });
    explainRoutes(app, { projects, drafts, now });
    signRoutes(app, { projects, now });
    const trial = { dataFolder: config.dataFolder, readFile: fileOf, readFacts: factsOf };
    trialRoutes(app, { projects, drafts, trial, now });
    access.routes(app);
    connectorRoutes(app, { connectors, projects, box, addresses: config.connectorAddresses, now });
    instanceRoutes(app, { instances: invalidation.instances });
    nodeRoutes(app, { nodes: invalidation.nodes });
    statsRoutes(app, { analytics, projects, now });
    adminRoutes(app, { db, operations, version: VERSION });
    consoleRoutes(app, { folder: config.consoleFolder, projects });
  }
  if (instance.role !== "control") {
    const hitParts = {
      ...{ requests, delivery, answers, admission, observer, accessLog },
      keepAliveMs: KEEP_ALIVE_MS,
      now: Date.now,
    };
    const crowds = new Crowds<Delivered>();
    answerHit = createHotPath({
      ...hitParts,
      fromDisk: createDiskPath(hitParts),
      besideOthers: createCrowdPath({
        ...{ ...hitParts, crowds },
        ordinary: (request, response) => ordinary?.(request, response),
      }),
    });
    const budgets = createBudgets({
      ...{ limits, now },
      nodes: config.cdn.flatMap((each) => ("nodes" in each ? each.nodes : [])),
      hasNodes: config.cdn.length > 0,
    });
    const routes = {
      ...{ requests, delivery, admission, recent, observer, accessLog, projects, crowds },
      turns: createTurns({ queue, originals, budgets }),
      placeholders: createPlaceholders({
        digestOf: (project, name) => files.digestOf(project, name),
        read: fileOf,
      }),
      stateOf,
      confirm: confirmation(feed, config.projects, states),
    };
    deliveryRoutes(app, routes);
    if (instance.role === "all") pictureRoute(app, routes);
  }

  return {
    app,
    get setupToken() {
      return setupToken;
    },
    reopenLog: accessLog?.reopen,
    async start() {
      // They have a store of their own.
      const counting = analytics.start();
      counting.catch(() => {}); // told below
      await access.migrate();
      await connectors.migrate();
      await invalidation.migrate();
      await store.migrate(LISTING_OWNER, LISTING_MIGRATIONS);
      await warmUp.migrate();
      listing?.start();
      await feed.start();
      await invalidation.start();
      feed.follow();
      await warmUp.start();
      await counting;
      if (instance.role !== "delivery") setupToken = await access.prepareSetup();
      isReady = true;
    },
    async stop() {
      isReady = false;
      connections?.leave();
      await rest(limits.drainPauseMs);
      const cut = setTimeout(() => app.server.closeAllConnections(), limits.drainMs);
      await improvements.stop();
      await cutouts.stop();
      await cutoutWire.close();
      await app.close();
      clearTimeout(cut);
      await accessLog?.close();
      await warmUp.stop();
      await analytics.stop();
      await invalidation.stop();
      await listing?.stop();
      await feed.stop();
      cells.close();
      finders.close();
      await videos.stop();
      await source.close();
      await sharedTier?.close();
      await Promise.all([recordDisk, originalDisk, variantDisk].map((disk) => disk.close()));
      await store.close();
    },
  };
}

/** Connections for analytics: one that writes, some that read. Pages must not take those of the journal. */
const STATS_CONNECTIONS = 4;
/** Closing a day goes through everything that was counted on it. */
const STATS_STATEMENT_MS = 120_000;

/** Where analytics are kept: beside the journal, in a file or by connections of their own. */
function statsPlace({ store }: Config, file: string) {
  if (!store) return { file };
  return { url: store.url, poolSize: STATS_CONNECTIONS, statementTimeout: STATS_STATEMENT_MS };
}

/** The largest variant that is looked for where originals are kept smaller. */
const LARGEST_SHARED = 64 * 2 ** 20;

function openSharedTier(
  { s3, ...settings }: NonNullable<Config["sharedCache"]>,
  app: FastifyInstance,
  { maxOriginalBytes }: Config["limits"],
): SharedTier {
  return new SharedTier({
    ...settings,
    client: createS3Client(s3),
    rendererVersion: RENDERER_VERSION,
    maxBytes: Math.max(LARGEST_SHARED, maxOriginalBytes),
    log: (event, details) => app.log.warn(details, event),
  });
}

/** Twice the origin's time, for an original that is asked again, the wait for a place, two look-ups and a render. */
function longestFillOf({ limits, sharedCache }: Config): number {
  const { originTimeoutMs, waitingMs, cellWaitingMs } = limits;
  return (
    2 * originTimeoutMs +
    Math.max(waitingMs, cellWaitingMs) +
    2 * longestLookup(sharedCache?.lookupMs ?? 0) +
    5_000
  );
}

/** Of a drawing the size stands somewhere in the text, and a document is a world of its own: what reads them can be killed. */
async function readFacts(cells: Cells, original: Uint8Array): Promise<ImageFacts | undefined> {
  const format = sniffFormat(original);
  if (format !== "svg" && format !== "pdf") return JOBS.probe({ original });
  try {
    return await cells.enter(TEXT, (run) => run("probe", { original }));
  } catch (error) {
    if (isRenderError(error)) return undefined;
    throw error;
  }
}
