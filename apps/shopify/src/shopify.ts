import "@shopify/shopify-api/adapters/node";
import { ApiVersion, LogSeverity, type Shopify, shopifyApi } from "@shopify/shopify-api";
import { setAbstractFetchFunc } from "@shopify/shopify-api/runtime";
import type { Config } from "./config.ts";

/** The Admin API this app is written against; `shopify.app.toml` names the same one. */
export const API_VERSION = ApiVersion.October26;

/** Shopify's own library, as this app uses it: managed install, no REST, no cookies. */
export function createShopify(config: Config): Shopify {
  const send = guardedFetch(config.gateway);
  setAbstractFetchFunc((input, init) => send(String(input), init));
  const app = new URL(config.appUrl);
  return shopifyApi({
    apiKey: config.clientId,
    apiSecretKey: config.clientSecret,
    apiVersion: API_VERSION,
    hostName: app.host,
    hostScheme: app.protocol === "http:" ? "http" : "https",
    isEmbeddedApp: true,
    userAgentPrefix: "Freshet",
    // The library logs tokens that it refuses; what matters is logged by us.
    logger: { level: LogSeverity.Error, log: () => {} },
  });
}

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

const TIMEOUT_MS = 30_000;
const ADMIN = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

/**
 * The only way to Shopify's API: to `*.myshopify.com` over https and nowhere else, whatever a token or a row says. With a gateway
 * (a local Shopify) the host becomes the first step of the path.
 */
export function guardedFetch(gateway: string | undefined, send: typeof fetch = fetch): Fetch {
  return async (text, init) => {
    const url = new URL(text);
    if (url.protocol !== "https:" || !ADMIN.test(url.host))
      throw new Error(`${url.host} is no shop's admin.`);
    const target = gateway === undefined ? url.href : `${gateway}/${url.host}${url.pathname}${url.search}`;
    return await send(target, {
      ...init,
      redirect: "error",
      signal: init?.signal ?? AbortSignal.timeout(TIMEOUT_MS),
    });
  };
}
