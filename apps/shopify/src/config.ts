import { resolve } from "node:path";
import {
  ConfigFault,
  type ConnectorPlace,
  readAddress,
  readPlace,
  readSecretFile,
} from "@freshet/connector/config";
import { withConfigFile } from "./config-file.ts";
import { keptSealKey, readSealKeys } from "./secrets.ts";
import { type ShopContext, shopContext } from "./shops/context.ts";

/** Milliseconds between things that happen by themselves. */
export interface Pace {
  /** Deliveries about one product that come closer together than this are one look at it. */
  readonly debounceMs: number;
  /** Between two polls of a shop's files. */
  readonly pollMs: number;
  /** Between two sweeps over all images of a shop. */
  readonly sweepMs: number;
  /** Between two questions how far a bulk operation is. */
  readonly bulkMs: number;
  /** Waits before an image that Shopify still works on is looked at again. */
  readonly readyMs: readonly number[];
}

export interface Config extends ConnectorPlace {
  /** Client id and secret of the app, from Shopify's Dev Dashboard. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Address under which Shopify reaches this app, without a slash at the end. */
  readonly appUrl: string;
  /** Where pictures are delivered, `{project}` standing for the project's name; without a slash at the end. */
  readonly delivery: string;
  /** Key of the whole installation: with it each shop gets a project of its own. */
  readonly adminKey: string | undefined;
  /** The one project of a self-hosted shop, and its key. */
  readonly project: { readonly name: string; readonly key: string } | undefined;
  /** The one shop that a self-hosted app belongs to, by the client credentials grant. */
  readonly ownShop: ShopContext | undefined;
  readonly sealKeys: readonly Uint8Array[];
  /** Address of a PostgreSQL database; undefined: a file in the data folder. */
  readonly storeUrl: string | undefined;
  /** Address of a local Shopify, on loopback; for tests and demonstrations. */
  readonly gateway: string | undefined;
  readonly pace: Pace;
}

const PACE: Pace = {
  debounceMs: 2_000,
  pollMs: 60_000,
  sweepMs: 86_400_000,
  bulkMs: 5_000,
  readyMs: [2_000, 5_000, 15_000, 60_000, 300_000],
};

/**
 * The effective configuration: `freshet.config.json`, the same file the server reads, and the environment, which wins. Throws a
 * `ConfigFault` for the first thing that is wrong. Reads the environment and files once; nobody else does.
 */
export function readConfig(outside: NodeJS.ProcessEnv = process.env, folder: string = process.cwd()): Config {
  const env = withConfigFile(outside, folder);
  const read = reader(env, folder);
  const place = readPlace("shopify", 8_083, env, folder);
  const adminKey = read("FRESHET_ADMIN_KEY");
  const name = env.FRESHET_SHOPIFY_PROJECT || undefined;
  const key = read("FRESHET_API_KEY");
  if (name !== undefined && key === undefined)
    throw new ConfigFault(
      `FRESHET_SHOPIFY_PROJECT is "${name}", but its key is missing. Set FRESHET_API_KEY or FRESHET_API_KEY_FILE.`,
    );
  const gateway = env.FRESHET_SHOPIFY_GATEWAY
    ? readAddress(env.FRESHET_SHOPIFY_GATEWAY, "FRESHET_SHOPIFY_GATEWAY")
    : undefined;
  if (gateway !== undefined && !isLoopback(gateway))
    throw new ConfigFault(
      "FRESHET_SHOPIFY_GATEWAY is for a local Shopify and must be an address of this machine.",
    );
  return {
    ...place,
    clientId:
      read("FRESHET_SHOPIFY_CLIENT_ID") ?? missing("FRESHET_SHOPIFY_CLIENT_ID", "the app's client id"),
    clientSecret:
      read("FRESHET_SHOPIFY_CLIENT_SECRET") ??
      missing("FRESHET_SHOPIFY_CLIENT_SECRET", "the app's client secret"),
    appUrl: readAddress(
      env.FRESHET_SHOPIFY_APP_URL || `http://127.0.0.1:${place.port}`,
      "FRESHET_SHOPIFY_APP_URL",
    ),
    delivery: readDelivery(env.FRESHET_SHOPIFY_DELIVERY || place.server),
    adminKey,
    project: name === undefined || key === undefined ? undefined : { name, key },
    ownShop: readShop(env.FRESHET_SHOPIFY_SHOP),
    sealKeys: sealKeys(read("FRESHET_SHOPIFY_SECRET_KEY"), place.dataFolder),
    storeUrl: readStoreUrl(read("FRESHET_SHOPIFY_STORE_URL")),
    gateway,
    pace: readPace(env.FRESHET_SHOPIFY_PACE),
  };
}

function reader(env: NodeJS.ProcessEnv, folder: string) {
  return (name: string): string | undefined => {
    if (env[name]) return env[name];
    const file = env[`${name}_FILE`];
    return file ? readSecretFile(file, `${name}_FILE`, folder).trim() || undefined : undefined;
  };
}

function missing(name: string, what: string): never {
  throw new ConfigFault(
    `${name} is missing. Set it (or ${name}_FILE) to ${what} from Shopify's Dev Dashboard, or write it into connectors.shopify of freshet.config.json.`,
  );
}

function readStoreUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^postgres(?:ql)?:\/\/\S+$/.test(text)) return text;
  // It may hold a password, so it is not repeated.
  throw new ConfigFault(
    'FRESHET_SHOPIFY_STORE_URL is no address such as "postgres://user:password@host:5432/freshet".',
  );
}

function readShop(text: string | undefined): ShopContext | undefined {
  if (!text) return undefined;
  const shop = shopContext(text.toLowerCase());
  if (shop === undefined)
    throw new ConfigFault(
      `FRESHET_SHOPIFY_SHOP is "${text}". Write the shop's own domain, like "my-shop.myshopify.com".`,
    );
  return shop;
}

function sealKeys(text: string | undefined, dataFolder: string): readonly Uint8Array[] {
  if (text === undefined) return [keptSealKey(resolve(dataFolder, "seal.key"))];
  const keys = readSealKeys(text);
  if (keys === undefined)
    throw new ConfigFault(
      "FRESHET_SHOPIFY_SECRET_KEY is no key of 32 bytes in hex or base64. Make one with: openssl rand -hex 32",
    );
  return keys;
}

/** `debounceMs=2000,pollMs=60000`; what is not named stays as it is. */
function readPace(text: string | undefined): Pace {
  const pace: Record<string, number | readonly number[]> = { ...PACE };
  for (const item of (text ?? "").split(",").filter((each) => each.trim() !== "")) {
    const [, name = "", value = ""] =
      /^\s*([A-Za-z]+)\s*=\s*([0-9]{1,9}(?:\+[0-9]{1,9})*)\s*$/.exec(item) ?? [];
    if (!(name in PACE))
      throw new ConfigFault(
        `FRESHET_SHOPIFY_PACE has "${item}". It takes ${Object.keys(PACE).join(", ")}, in milliseconds.`,
      );
    const numbers = value.split("+").map(Number);
    pace[name] = name === "readyMs" ? numbers : (numbers[0] ?? 0);
  }
  return pace as unknown as Pace;
}

function readDelivery(text: string): string {
  const where = "FRESHET_SHOPIFY_DELIVERY";
  // As text, since a place for the project's name is no host yet.
  readAddress(text.replace("{project}", "project-name"), where);
  return text.replace(/\/+$/, "");
}

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === "localhost" || hostname === "[::1]";
}
