import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/freshet.ts";
import { type Program, startProgram } from "../support/program.ts";
import type { LocalShopify } from "./local/local-shopify.ts";

const MAIN = join(import.meta.dirname, "../../apps/shopify/dist/main.js");

/** An app that runs, whoever started it. */
export interface RunningApp {
  /** Asks the app's API in the name of a shop, with a fresh session token. */
  ask(
    shop: string,
    path: string,
    init?: { readonly method?: string; readonly body?: unknown },
  ): Promise<{ readonly status: number; readonly body: Answer }>;
  logs(): string;
}
/** The built Shopify app as a process of its own, against the local Shopify. */
export interface ShopifyApp extends RunningApp {
  readonly url: string;
  readonly dataFolder: string;
  pid(): number;
  restart(signal?: "SIGTERM" | "SIGKILL", env?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it; its port and data folder stay, for `restart`. */
  halt(): Promise<void>;
  stop(): Promise<void>;
}
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, which fail where something is missing.
export type Answer = any;

export interface ShopifyAppOptions {
  readonly shopify: LocalShopify;
  /** Address of the Freshet server's API. */
  readonly server: string;
  /** Absent is a free one. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Everything that takes minutes takes moments. */
const QUICK = "debounceMs=100,pollMs=300,sweepMs=86400000,bulkMs=100,readyMs=50+100+200+400";

export async function startShopifyApp(options: ShopifyAppOptions): Promise<ShopifyApp> {
  const { shopify, server, env = {} } = options;
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing. Build the app first: npm run build.`);
  const folder = await mkdtemp(join(tmpdir(), "freshet-shopify-"));
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  let more = env;
  const start = (): Promise<Program> =>
    startProgram({
      args: [MAIN],
      cwd: folder,
      env: {
        FRESHET_DATA: folder,
        FRESHET_URL: server,
        FRESHET_SHOPIFY_PORT: String(port),
        FRESHET_SHOPIFY_APP_URL: url,
        FRESHET_SHOPIFY_CLIENT_ID: shopify.keys.clientId,
        FRESHET_SHOPIFY_CLIENT_SECRET: shopify.keys.clientSecret,
        FRESHET_SHOPIFY_GATEWAY: shopify.url,
        FRESHET_SHOPIFY_PACE: QUICK,
        ...more,
      },
      ready: [/^Shopify app is ready: \S+$/m],
      readyMs: 90_000,
    });
  let program = await start();
  shopify.app = url;
  return {
    url,
    dataFolder: join(folder, "shopify"),
    ask: askerOf(url, shopify),
    logs: () => program.logs(),
    pid: () => program.pid,
    async restart(signal = "SIGTERM", again = {}) {
      await program.end(signal);
      more = { ...more, ...again };
      program = await start();
    },
    halt: () => program.end("SIGTERM"),
    async stop() {
      await program.end("SIGTERM");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** `ask` of the app at this address. */
export function askerOf(url: string, { tokens }: Pick<LocalShopify, "tokens">): RunningApp["ask"] {
  return async (shop, path, { method = "GET", body } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens.sessionToken(shop)}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
}
