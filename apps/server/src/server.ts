import { mkdir } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import proxyAddress from "@fastify/proxy-addr";
import { createDrivers } from "@freshet/cdn/registry";
import type { CdnDriver } from "@freshet/core";
import { type ImageFacts, isRenderError, RENDERER_VERSION, sniffFormat } from "@freshet/core/resize";
import { openStore, type Store } from "@freshet/store";
import type { FastifyInstance } from "fastify";
import { openAccessLog } from "./access-log/access-log.ts";
import { createAnalytics } from "./analytics/analytics.ts";
import { fetchEvent } from "./analytics/fetched.ts";
import { createObserver } from "./analytics/recorder.ts";
import { ANALYTICS_FILE } from "./analytics/tables.ts";
import type { Behind } from "./behind.ts";
import { Answers } from "./cache/answers.ts";
import { ByteTiers } from "./cache/byte-tiers.ts";
import { Coverage } from "./cache/coverage.ts";
import { Crowds } from "./cache/crowds.ts";
import { DiskStore } from "./cache/disk-store.ts";
import { FrameShelf } from "./cache/frames.ts";
import { Improvements } from "./cache/improvements.ts";
import { createInspect } from "./cache/inspect.ts";
import { AHEAD_BYTES } from "./cache/original-bytes.ts";
import { Originals } from "./cache/originals.ts";
import { ReadAhead } from "./cache/read-ahead.ts";
import { Records } from "./cache/records.ts";
import { RenderQueue } from "./cache/render-queue.ts";
import { longestLookup, SharedTier } from "./cache/shared/shared-tier.ts";
import { Variants } from "./cache/variants.ts";
import { FINDER, limitsWithin, TEXT } from "./cells/allowance.ts";
import { Cells } from "./cells/cells.ts";
import { JOBS } from "./cells/jobs.ts";
import type { Config } from "./config.ts";
import { Cutouts } from "./cutouts/cutouts.ts";
import { makersOf } from "./cutouts/makers.ts";
import { createBudgets } from "./delivery/budgets.ts";
import { createCrowdPath } from "./delivery/crowd-path.ts";
import { type Delivered, Delivery } from "./delivery/deliver.ts";
import { createDiskPath } from "./delivery/disk-path.ts";
import { createHotPath } from "./delivery/hot-path.ts";
import { createListing, LISTING_MIGRATIONS, LISTING_OWNER, needsListing } from "./delivery/listing.ts";
import { createNodeHeaders } from "./delivery/node-headers.ts";
import { createPlaceholders } from "./delivery/placeholder.ts";
import { RecentUrls } from "./delivery/recent-urls.ts";
import { DeliveryRequests } from "./delivery/request.ts";
import { createDeliveryPort } from "./delivery/reread.ts";
import { createImageRoute, type DeliveryRouteParts } from "./delivery/route.ts";
import { createTurns } from "./delivery/turns.ts";
import { ServerError } from "./errors.ts";
import { createFront, KEEP_ALIVE_MS } from "./front.ts";
import { createMetrics, type Metrics } from "./health/metrics.ts";
import { confirmation } from "./instances/confirm.ts";
import { folderName, identify } from "./instances/identity.ts";
import type { InstancePorts } from "./instances/ports.ts";
import { createInvalidation } from "./invalidation/invalidation.ts";
import { rememberedIn } from "./invalidation/remembered.ts";
import type { Tuning } from "./invalidation/tuning.ts";
import { createLogger, type Logger, tellTo } from "./logger.ts";
import { MINIFIER, MINIFIER_MISSING } from "./minify/minify.ts";
import { createFeed } from "./projects/feed.ts";
import { Files, readFile } from "./projects/files.ts";
import type { ProjectTables } from "./projects/migrations.ts";
import type { Original } from "./projects/originals.ts";
import { createProjects } from "./projects/projects.ts";
import type { SecretBox } from "./projects/sealed.ts";
import { States } from "./projects/states.ts";
import { createS3Client } from "./s3/client.ts";
import { sealedBoxOf } from "./secrets/sealed-box.ts";
import { createSources } from "./sources/sources.ts";
import { createWire } from "./sources/wire.ts";
import { createTools } from "./video/tools.ts";
import { Videos } from "./video/videos.ts";
import type { WarmUpTuning } from "./warmup/worker.ts";

/** Memory of one render, all of them together: half of what a progressive photograph of 25 megapixels takes to be decoded. */
const RENDER_BYTES = 75_000_000;
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
  /** Restores the journal; when it resolves, pictures may be served. */
  serve(): Promise<void>;
  /** After `serve`. Resolves to the port; pictures are answered at once, everything else once `complete` has put it there. */
  listen(at: { readonly host: string; readonly port: number }): Promise<number>;
  /**
   * Loads and starts what no picture waits for: API, console, probes and warm-ups; gives the edges their numbers and begins to work off what a
   * crash left behind. After `serve`. Once it listens, the first visitor comes before that.
   */
  complete(): Promise<void>;
  /** All of it, for whoever does not listen. */
  start(): Promise<void>;
  /** There once it is complete. */
  readonly app: FastifyInstance;
  /** The one-time token that makes the first user of the console; undefined before it is complete, where there is a user, and on instances without the API. */
  readonly setupToken: string | undefined;
  /** For whoever has moved the access log away; undefined where there is none. */
  readonly reopenLog: (() => void) | undefined;
  /** Tells balancers that it goes, waits until they know, answers what is under way, then closes everything. */
  stop(): Promise<void>;
}

/** What tests and embedders may bring along instead of the real thing. */
export interface ServerPorts {
  /** Absent: as the configuration says. */
  readonly drivers?: readonly CdnDriver[];
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
export async function createServer(config: Config, ports: ServerPorts = {}): Promise<Server> {
  const now = ports.now ?? Date.now;
  const drivers = ports.drivers ?? createDrivers(config.drivers);
  const { limits } = config;
  const projects = createProjects(config.projects);
  const states = new States();
  const files = new Files();
  const folder = (name: string) => join(config.dataFolder, name);
  await mkdir(config.dataFolder, { recursive: true });

  const logger = createLogger(config.log);
  const log = tellTo(logger);
  // Durable state: the journal alone.
  const place = config.store ?? { file: folder("freshet.db"), startsHere: true };
  const { diskBytes } = limits;
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
  const places = limits.renders ?? availableParallelism();
  const queue = new RenderQueue({
    places,
    maxWaitingCost: limits.waitingCost,
    maxAgeMs: limits.waitingMs,
    maxTaken: places * RENDER_BYTES,
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
  const sharedTier = config.sharedCache && openSharedTier(config.sharedCache, logger, limits);
  const fileOf = (project: string, name: string) =>
    readFile(store.db.$extendTables<ProjectTables>(), project, name);
  const accessLog =
    config.accessLog &&
    (await openAccessLog(config.accessLog, (err) => logger.warn({ err }, "access log cannot be written")));
  const source = createSources({
    dataFolder: config.dataFolder,
    readFile: fileOf,
    log: (event, details) => logger.warn(details, event),
  });
  const metrics: Metrics = createMetrics({
    queue,
    readAhead: () => readAhead,
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
    warming: async () => behind?.warmUp.waiting() ?? 0,
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
  const readAhead = new ReadAhead({
    places,
    bytes: AHEAD_BYTES,
    typicalBytes: () => originals.bytes.typicalSize,
    maxAgeMs: limits.waitingMs,
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
    bytesOf: async (digest) => (await cutouts.bytesOf(digest)) ?? originals.bytes.get(digest),
    report: metrics.improvements,
    ...{ now, log },
  });
  const cutoutWire = createWire(config.cutouts && { firstByteMs: config.cutouts.timeoutMs });
  const cutouts = new Cutouts({
    variants,
    bytesOf: (digest) => originals.bytes.get(digest),
    makers: makersOf(config.cutouts, { limits: renderLimits, wire: cutoutWire }),
    report: metrics.cutouts,
    log: (event, details) => logger.warn(details, event),
  });

  // Journeys.
  const recent = new RecentUrls(projects.isCurrent);
  const listing = drivers.some(needsListing) ? createListing({ store, now, log }) : undefined;
  const nodes = createNodeHeaders(drivers.flatMap(({ reads }) => reads ?? []));
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
    logger.warn({ code: "MINIFIER_MISSING" }, MINIFIER_MISSING);
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
    drivers,
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
  const pictures = instance.role === "control" ? undefined : createPictures();
  const front = createFront({ hit: pictures?.hit, deliver: pictures?.deliver });
  let behind: Behind | undefined;
  let completing: Promise<void> | undefined;
  let isComplete = false;
  let isStopping = false;
  let setupToken: string | undefined;

  function createPictures() {
    const hitParts = {
      ...{ requests, delivery, answers, admission, observer, accessLog },
      keepAliveMs: KEEP_ALIVE_MS,
      now: Date.now,
    };
    const crowds = new Crowds<Delivered>();
    const budgets = createBudgets({
      ...{ limits, now },
      nodes: config.cdn.flatMap((each) => ("nodes" in each ? each.nodes : [])),
      hasNodes: config.cdn.length > 0,
    });
    const route: DeliveryRouteParts = {
      ...{ requests, delivery, admission, recent, observer, accessLog, stateOf, crowds },
      turns: createTurns({ queue, originals, budgets, readAhead, source }),
      placeholders: createPlaceholders({
        digestOf: (project, name) => files.digestOf(project, name),
        read: fileOf,
      }),
      confirm: confirmation(feed, config.projects, states),
      ...addressOf(config.console.proxies),
      failed: (err) => logger.error({ err }, "delivery failed"),
    };
    const deliver = createImageRoute(route);
    return {
      hit: createHotPath({
        ...hitParts,
        fromDisk: createDiskPath(hitParts),
        besideOthers: createCrowdPath({ ...hitParts, crowds, ordinary: deliver }),
      }),
      deliver,
      route,
      warming: { requests, delivery, admission, originals, stateOf, observer },
    };
  }
  async function complete(): Promise<void> {
    if (front.server.listening) await front.isTime;
    store.settle();
    const { createBehind } = await import("./behind.ts");
    behind = await createBehind({
      ...{
        config,
        now,
        store,
        instance,
        projects,
        feed,
        box,
        cells,
        metrics,
        analytics,
        invalidation,
        pictures,
      },
      ...{ log: logger, front: front.server, delivery: port, drivers },
      ...{
        readFile: fileOf,
        readFacts: factsOf,
        isReady: () => isComplete && !isStopping,
        warmUpTuning: ports.warmUpTuning,
      },
    });
    setupToken = await behind.start();
    isComplete = true;
    front.place(behind.answer);
  }

  const server: Server = {
    get app() {
      if (!behind) throw new Error("The server is not complete yet.");
      return behind.app;
    },
    get setupToken() {
      return setupToken;
    },
    reopenLog: accessLog?.reopen,
    async serve() {
      await invalidation.migrate();
      if (listing) {
        await store.migrate(LISTING_OWNER, LISTING_MIGRATIONS);
        listing.start();
      }
      await feed.start();
      await invalidation.restore();
      feed.follow();
    },
    listen: async (at) => {
      const port = await front.listen(at);
      logger.info(`Server listening at ${at.host}, port ${port}`);
      return port;
    },
    complete() {
      completing ??= complete();
      return completing;
    },
    async start() {
      await server.serve();
      await server.complete();
    },
    async stop() {
      isStopping = true;
      front.leave();
      // What is half there cannot be put away.
      await completing?.catch(() => {});
      await rest(limits.drainPauseMs);
      const cut = setTimeout(() => front.server.closeAllConnections(), limits.drainMs);
      await improvements.stop();
      await cutouts.stop();
      await cutoutWire.close();
      const closed = front.close();
      await behind?.close();
      await closed;
      clearTimeout(cut);
      await accessLog?.close();
      await behind?.warmUp.stop();
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
  return server;
}

/** Who asks, where proxies are trusted that say for whom they do. */
function addressOf(proxies: readonly string[]): Pick<DeliveryRouteParts, "addressOf"> {
  if (proxies.length === 0) return {};
  const isTrusted = proxyAddress.compile([...proxies]);
  return { addressOf: (request: IncomingMessage) => proxyAddress(request, isTrusted) };
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
  logger: Logger,
  { maxOriginalBytes }: Config["limits"],
): SharedTier {
  return new SharedTier({
    ...settings,
    client: createS3Client(s3),
    rendererVersion: RENDERER_VERSION,
    maxBytes: Math.max(LARGEST_SHARED, maxOriginalBytes),
    log: (event, details) => logger.warn(details, event),
  });
}

/** Twice the origin's time, for an original that is asked again, the waits to be read and for a place, two look-ups and a render. */
function longestFillOf({ limits, sharedCache }: Config): number {
  const { originTimeoutMs, waitingMs, cellWaitingMs } = limits;
  return (
    2 * originTimeoutMs +
    waitingMs +
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
