import sharp from "sharp";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import type { Shade } from "../support/origin.ts";
import { startVarnish, type Varnish } from "../support/varnish.ts";
import {
  type Answer,
  type RunningApp,
  type ShopifyApp,
  type ShopifyAppOptions,
  startShopifyApp,
} from "./app.ts";
import { type LocalShopify, startLocalShopify } from "./local/local-shopify.ts";
import type { LocalShop } from "./local/shop.ts";

const ADMIN_KEY = "admin_0123456789abcdef0123";

/** Everything that runs when merchants use the app: Shopify, Freshet, a Varnish in front of it where asked for, and the app. */
export interface ShopifyInstallation {
  readonly shopify: LocalShopify;
  readonly freshet: Freshet;
  readonly varnish: Varnish | undefined;
  readonly app: ShopifyApp;
  /** Asks the server about the app with the key of the installation: "GET status" of `/connectors/shopify`. */
  askServer(project: string, route: string): Promise<{ readonly status: number; readonly body: Answer }>;
  stop(): Promise<void>;
}

export async function startShopifyInstallation(
  options: {
    readonly withVarnish?: boolean;
    readonly bulkMs?: number;
    /** Storefronts speak TLS. */
    readonly withTls?: boolean;
    readonly env?: ShopifyAppOptions["env"];
  } = {},
): Promise<ShopifyInstallation> {
  await using started = new AsyncDisposableStack();
  const shopify = await startLocalShopify({
    bulkMs: options.bulkMs ?? 50,
    withTls: options.withTls ?? false,
  });
  started.defer(shopify.close);
  const [port, appPort] = [await freePort(), await freePort()];
  const varnish = options.withVarnish === true ? await startVarnish({ backendPort: port }) : undefined;
  if (varnish) started.defer(varnish.stop);
  const config = {
    projects: { demo: { apiKey: "client_0123456789abcdef" } },
    adminKey: ADMIN_KEY,
    connectors: { addresses: [`127.0.0.1:${appPort}`] },
    ...(varnish && { cdn: [{ driver: "varnish", nodes: [varnish.url] }] }),
  };
  // The certificates of local shops are the tests' own.
  const trust = options.withTls === true ? { NODE_TLS_REJECT_UNAUTHORIZED: "0" } : {};
  const freshet = await startFreshet({ port, config, env: trust });
  started.defer(freshet.stop);
  const env = {
    FRESHET_ADMIN_KEY: ADMIN_KEY,
    // The first label of the host names the project.
    FRESHET_SHOPIFY_DELIVERY: `http://{project}.freshet.test:${new URL((varnish ?? freshet).url).port}`,
    ...options.env,
  };
  const app = await startShopifyApp({ shopify, server: freshet.url, port: appPort, env });
  started.defer(app.stop);
  const running = started.move();
  return {
    ...{ shopify, freshet, varnish, app },
    async askServer(project, route) {
      const [method = "GET", what = ""] = route.split(" ");
      const response = await fetch(`${freshet.url}/connectors/shopify/${what}?project=${project}`, {
        method,
        headers: { "x-client-key": ADMIN_KEY },
      });
      return { status: response.status, body: await response.json() };
    },
    stop: () => running.disposeAsync(),
  };
}

/** Opens the app in the shop's admin for the first time, and waits until all that follows from it is done. */
export async function install(app: RunningApp, shop: LocalShop): Promise<Answer> {
  const { status, body } = await app.ask(shop.domain, "/api/home");
  if (status !== 200) throw new Error(`${shop.domain} cannot be installed: ${JSON.stringify(body)}`);
  return await until(app, async () => {
    const { body: home } = await app.ask(shop.domain, "/api/home");
    const isDone = home.steps.every((step: Answer) => step.state === "done" || step.id === "embed");
    return isDone && home.shop.delivery === "served" ? home : undefined;
  });
}

/** The first of the shop's changes since `after` for which all is done. */
export async function doneChange(
  app: RunningApp,
  shop: LocalShop,
  wanted: { readonly path: string; readonly after?: number; readonly to?: number },
): Promise<Answer> {
  return await until(app, async () => {
    const { body } = await app.ask(shop.domain, "/api/changes?limit=100");
    return body.changes.find(
      (each: Answer) =>
        each.path === wanted.path &&
        each.id > (wanted.after ?? 0) &&
        each.done_at !== null &&
        (wanted.to === undefined || each.to === String(wanted.to)),
    );
  });
}

/** Sequence number of the shop's newest change. */
export async function newestChange(app: RunningApp, shop: LocalShop): Promise<number> {
  const { body } = await app.ask(shop.domain, "/api/changes?limit=1");
  return body.changes[0]?.id ?? 0;
}

const PATIENCE_MS = 90_000;

/** Asks until the answer is something; rejects with the app's log after a minute and a half. */
export async function until<Value>(app: RunningApp, ask: () => Promise<Value | undefined>): Promise<Value> {
  for (const end = Date.now() + PATIENCE_MS; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const value = await ask();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`It did not come about.\n${app.logs().slice(-6_000)}`);
  }
}

export const paint = ({ red, green, blue }: Shade): Promise<Buffer> =>
  sharp({ create: { width: 640, height: 480, channels: 3, background: { r: red, g: green, b: blue } } })
    .jpeg({ quality: 95 })
    .toBuffer();
