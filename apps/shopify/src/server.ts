import { join } from "node:path";
import { addressOf, announceTo, connector, type Desk } from "@freshet/connector";
import { openStore } from "@freshet/store";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import { createAdmin } from "./admin/admin.ts";
import { createLists } from "./api/lists.ts";
import { apiRoutes } from "./api/routes.ts";
import { createDoor } from "./api/session.ts";
import { createAssets } from "./assets/assets.ts";
import { createReadDigest } from "./assets/digest.ts";
import type { Config } from "./config.ts";
import { problem, ShopifyAppError, type ShopifyErrorCode, sentenceOf } from "./errors.ts";
import { createControl } from "./freshet/control.ts";
import { createLookPorts } from "./freshet/look-port.ts";
import { createOutbox } from "./freshet/outbox.ts";
import { createSites } from "./freshet/sites.ts";
import { createLooks } from "./jobs/images.ts";
import { createJobs, type Handler, type Jobs } from "./jobs/jobs.ts";
import { createOpenLines } from "./jobs/lines.ts";
import { createPoll } from "./jobs/poll.ts";
import { createSweeps } from "./jobs/sweep.ts";
import { pageRoutes } from "./pages/route.ts";
import { proxyRoutes } from "./proxy/route.ts";
import { MIGRATIONS, OWNER } from "./schema.ts";
import { createSeal } from "./secrets.ts";
import { createShopify } from "./shopify.ts";
import { createLifecycle } from "./shops/lifecycle.ts";
import { createShops } from "./shops/shops.ts";
import { createTokens } from "./shops/tokens.ts";
import { pruneDeliveries, webhookRoutes } from "./webhooks/route.ts";
import { createReactions } from "./webhooks/topics.ts";

export interface ShopifyServerOptions {
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The built pages, beside `dist`. */
const PAGES = join(import.meta.dirname, "../pages/dist");
const HOUSEKEEPING_MS = 30_000;

/** The Shopify app, put together and not yet listening; closing it also closes its state. */
export async function createShopifyServer(
  config: Config,
  options: ShopifyServerOptions,
): Promise<FastifyInstance> {
  const { log, now = Date.now } = options;
  const isLocal = config.gateway !== undefined;
  const { storeUrl } = config;
  const store = await openStore(
    storeUrl === undefined ? { file: join(config.dataFolder, "shopify.db"), log } : { url: storeUrl, log },
  );
  await store.migrate(OWNER, MIGRATIONS);

  const shopify = createShopify(config);
  const seal = createSeal(config.sealKeys);
  const shops = createShops(store, now);
  const tokens = createTokens({ store, shopify, seal, ownShop: config.ownShop, now });
  const admin = createAdmin({ shopify, tokens, now });
  const control = createControl({ server: config.server, adminKey: config.adminKey, isLocal });
  const assets = createAssets(store, now);

  // Jobs ask for jobs, and the desk is there once the connector is.
  const { promise: desked, resolve: setDesk } = Promise.withResolvers<Desk>();
  const jobs = (): Jobs => allJobs;
  const sites = createSites(config.server, seal, (shop) => lookAt(shop));
  const noticed = () => void outbox.flush();
  const lifecycle = createLifecycle({
    ...{ config, shops, tokens, admin, control, sites, seal, jobs, now, log },
    forget: (shop) => desk.forget(shop),
  });
  const looks = createLooks({
    ...{ admin, assets, shops, jobs, noticed, log },
    readDigest: createReadDigest(isLocal),
    readyMs: config.pace.readyMs,
  });
  const sweeps = createSweeps({
    ...{ store, admin, assets, shops, looks, now, log },
    openLines: createOpenLines(isLocal),
    everyMs: config.pace.sweepMs,
    bulkMs: config.pace.bulkMs,
  });
  const lookAt = createLookPorts({ shops, sweeps, jobs });
  /** Of a shop that left nothing is asked any more; what a job that was under way then asked for ends here. */
  const whileThere =
    (handle: Handler): Handler =>
    async (job, signal) =>
      (await shops.get(job.shop))?.state === "active" ? await handle(job, signal) : undefined;
  const allJobs = createJobs({
    ...{ store, now, log },
    handlers: {
      setup: whileThere(lifecycle.setup),
      state: lifecycle.state,
      publish: whileThere(lifecycle.publish),
      erase: lifecycle.erase,
      poll: whileThere(createPoll({ admin, shops, looks, everyMs: config.pace.pollMs, now })),
      sweep: whileThere(sweeps.step),
      product: whileThere(looks.product),
      collection: whileThere(looks.collection),
      file: whileThere(looks.file),
    },
  });

  const app = fastify({
    forceCloseConnections: true,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 500 },
  });
  app.addHook("onClose", () => store.close());
  app.setNotFoundHandler((_request, reply) => problem(reply, "ROUTE_UNKNOWN"));
  app.setErrorHandler<FastifyError | ShopifyAppError>((error, _request, reply) => {
    const code = codeOf(error);
    if (code === "INTERNAL") log("request failed", { reason: sentenceOf(error) });
    return problem(reply, code, error instanceof ShopifyAppError ? error.detail : undefined);
  });
  app.get("/livez", async () => ({ status: "ok" }));
  await app.register(
    connector({
      name: "shopify",
      sites: sites.map,
      claimedSite: () => undefined,
      store,
      log,
      now,
      announce: {
        id: config.name,
        address: () => config.address ?? addressOf(app),
        send: announceTo({ endpoint: config.server, apiKey: sites.keyOf }),
      },
      desk: setDesk,
    }),
  );
  const desk = await desked;
  const outbox = createOutbox({ store, shops, desk, log });

  const door = createDoor({ shopify, shops, tokens, lifecycle, log });
  const react = createReactions({ shops, lifecycle, jobs, debounceMs: config.pace.debounceMs, now, log });
  const lists = createLists({ store, desk, config });
  await app.register((child) =>
    webhookRoutes(child, { shopify, store, react, stored: () => allJobs.wake(), now, log }),
  );
  await app.register((child) =>
    apiRoutes(child, {
      ...{ config, desk, jobs, sweeps, tokens, now, door, shops, assets, lists, lifecycle, noticed },
      sites: sites.map,
    }),
  );
  await app.register((child) => proxyRoutes(child, { shopify, shops, store, config }));
  await app.register((child) => pageRoutes(child, { ...{ shopify, door, now, folder: PAGES }, ...config }));

  const housekeep = async () => {
    await outbox.flush();
    await pruneDeliveries(store, now());
  };
  let keeping: NodeJS.Timeout | undefined;
  let kept: Promise<void> = Promise.resolve();
  const keep = () => {
    kept = housekeep().catch((thrown: unknown) => log("housekeeping failed", { reason: sentenceOf(thrown) }));
  };
  app.addHook("onReady", async () => {
    for (const row of [...(await shops.all("active")), ...(await shops.all("uninstalled"))])
      sites.put(row.shop, row);
    await allJobs.start();
    // What a stop may have left out is asked for again: all of it may be done twice.
    for (const { shop } of await shops.all("active"))
      await allJobs.ask({ shop, kind: "setup", cause: "manual" });
    if (config.ownShop !== undefined) await lifecycle.install(config.ownShop);
    allJobs.wake();
    keep();
    keeping = setInterval(keep, HOUSEKEEPING_MS).unref();
  });
  app.addHook("preClose", async () => {
    clearInterval(keeping);
    await allJobs.stop();
    await kept;
    await outbox.flush();
  });
  return app;
}

function codeOf(error: FastifyError | ShopifyAppError): ShopifyErrorCode {
  if (error instanceof ShopifyAppError) return error.code;
  if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") return "BODY_TOO_LARGE";
  return (error.statusCode ?? 500) < 500 ? "BODY_UNREADABLE" : "INTERNAL";
}
