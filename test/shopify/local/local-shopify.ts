import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as rest } from "node:timers/promises";
import { certificate } from "../../support/tls-front.ts";
import { type AdminApi, createAdminApi } from "./admin.ts";
import { createLocalCdn, type LocalCdn } from "./cdn.ts";
import { loadAdminSchema } from "./graphql.ts";
import { createLocalShop, type LocalProduct, type LocalShop } from "./shop.ts";
import { type AppKeys, createTokenEndpoint, type TokenEndpoint } from "./tokens.ts";
import { createSender, type Message, productPayload, type Sender } from "./webhooks.ts";

const KEYS: AppKeys = {
  clientId: "0123456789abcdef0123456789abcdef",
  clientSecret: "shpss_local_0123456789abcdef",
};

/** A Shopify on this machine: shops, their Admin API against Shopify's published schema, tokens, webhooks, CDN, storefronts. */
export interface LocalShopify {
  /** What the app is given as FRESHET_SHOPIFY_GATEWAY; also the address of the CDN. */
  readonly url: string;
  readonly keys: AppKeys;
  readonly tokens: TokenEndpoint;
  readonly api: AdminApi;
  readonly cdn: LocalCdn;
  readonly sender: Sender;
  /** Where messages go: the app, once it runs. */
  app: string;
  /** Opens a shop; its storefront listens at an address and a port of its own unless told where. */
  shop(handle: string, place?: Place): Promise<LocalShop>;
  /** Tells the app of a product, as Shopify does after a change. */
  tell(shop: LocalShop, product: LocalProduct, change?: Partial<Message>): Promise<number>;
  /** Takes the app out of the shop: its tokens are void at once, and the app is told. */
  uninstall(shop: LocalShop, change?: Partial<Message>): Promise<void>;
  /** The query that Shopify's app proxy adds to what a visitor asked for. */
  proxyQuery(
    shop: string,
    query: Readonly<Record<string, string>>,
    change?: { readonly at?: number; readonly secret?: string },
  ): string;
  /** The query with which Shopify opens the app's document. */
  adminQuery(shop: string, change?: { readonly at?: number; readonly secret?: string }): string;
  /** HTML of a storefront's page. */
  page: (shop: LocalShop, path: string) => string | Promise<string>;
  close(): Promise<void>;
}

/** Where something listens on this machine. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface LocalShopifyOptions {
  readonly now?: () => number;
  /** Milliseconds that a bulk operation takes. */
  readonly bulkMs?: number;
  /** Storefronts speak TLS, as all of Shopify's do, with a certificate that nobody trusts. */
  readonly withTls?: boolean;
}

export async function startLocalShopify({
  now = Date.now,
  bulkMs = 50,
  withTls = false,
}: LocalShopifyOptions = {}): Promise<LocalShopify> {
  const admin = await loadAdminSchema();
  const shops = new Map<string, LocalShop>();
  const servers: Pick<Server, "close" | "closeAllConnections" | "listen" | "address">[] = [];
  /** Grants under way, by shop and kind. */
  const granting = new Map<string, number>();
  const listen = async (
    { address, port }: Place,
    answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
    keys?: Awaited<ReturnType<typeof certificate>>,
  ) => {
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      // A request that nobody should have sent, or a page that cannot be rendered, ends no other shop.
      answer(request, response).catch((error: unknown) => {
        const isUnreadable =
          error instanceof URIError || (error as { code?: unknown }).code === "ERR_INVALID_URL";
        if (response.headersSent) response.destroy();
        else response.writeHead(isUnreadable ? 400 : 500).end(String(error));
      });
    };
    const server = keys === undefined ? createServer(handle) : createTlsServer(keys, handle);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    return `http${keys === undefined ? "" : "s"}://${address}:${(server.address() as AddressInfo).port}`;
  };
  const keys = withTls ? await certificate(["shop.example"]) : undefined;
  const url = await listen({ address: "127.0.0.1", port: 0 }, (request, response) =>
    central(request, response),
  );
  const tokens = createTokenEndpoint(KEYS, now);
  const cdn = createLocalCdn(now);
  const sender = createSender(() => shopify.app, KEYS.clientSecret);
  const finished = (shop: LocalShop, id: string) => {
    const payload = { admin_graphql_api_id: id, status: "completed", type: "query" };
    if (shopify.app !== "") void sender.send({ shop: shop.domain, topic: "bulk_operations/finish", payload });
  };
  const api = createAdminApi({ admin, cdn: url, now, mayEnter: tokens.mayEnter, bulkMs, finished });

  /** `/<shop>/admin/…` is the shop's own host; the rest is the CDN and the store of bulk results. */
  const central = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", url);
    const [, host = ""] = pathname.split("/");
    const shop = shops.get(host);
    if (shop !== undefined && pathname.startsWith(`/${host}/admin/oauth/access_token`)) {
      const body = JSON.parse(await read(request)) as Record<string, unknown>;
      const key = `${host} ${body.grant_type}`;
      const underWay = (granting.get(key) ?? 0) + 1;
      granting.set(key, underWay);
      tokens.mostAtOnce = Math.max(tokens.mostAtOnce, underWay);
      if (tokens.delayMs > 0) await rest(tokens.delayMs);
      granting.set(key, (granting.get(key) ?? 1) - 1);
      const answer = tokens.answer(shop, body);
      return void response
        .writeHead(answer.status, { "content-type": "application/json" })
        .end(JSON.stringify(answer.body));
    }
    if (shop !== undefined && pathname.startsWith(`/${host}/admin/`))
      return await api.answer(request, response, shop, await read(request));
    if (pathname.startsWith("/bulk/"))
      return await api.bulk.send(decodeURIComponent(pathname.slice("/bulk/".length)), request, response);
    for (const each of shops.values())
      if (pathname.startsWith(`${each.folder}/`))
        return cdn.answer(each, pathname.slice(each.folder.length + 1), request, response);
    response.writeHead(404).end();
  };

  const storefront = async (shop: LocalShop, request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", shop.url);
    if (pathname.startsWith("/cdn/shop/"))
      return cdn.answer(shop, pathname.slice("/cdn/shop/".length), request, response);
    const html = await shopify.page(shop, pathname);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
  };

  const shopify: LocalShopify = {
    ...{ url, keys: KEYS, tokens, api, cdn, sender, app: "" },
    page: () => "<!doctype html><title>A shop</title>",
    async shop(handle, place = { address: `127.0.0.${shops.size + 2}`, port: 0 }) {
      const domain = `${handle}.myshopify.com`;
      const at = await listen(place, (request, response) => storefront(shop, request, response), keys);
      const shop = createLocalShop(domain, at, now);
      shops.set(domain, shop);
      return shop;
    },
    tell(shop, product, change = {}) {
      product.updatedAt = Math.max(product.updatedAt + 1, now());
      const payload = productPayload(shop, product.gid);
      return sender.deliver({ shop: shop.domain, topic: "products/update", payload, ...change });
    },
    async uninstall(shop, change = {}) {
      shop.isInstalled = false;
      tokens.revoke(shop, true);
      const payload = {
        id: 1,
        name: shop.domain,
        myshopify_domain: shop.domain,
        domain: new URL(shop.url).host,
      };
      await sender.deliver({ shop: shop.domain, topic: "app/uninstalled", payload, ...change });
    },
    proxyQuery(shop, query, { at = now(), secret = KEYS.clientSecret } = {}) {
      const all: Record<string, string> = {
        ...query,
        shop,
        path_prefix: "/apps/freshet",
        timestamp: String(Math.floor(at / 1_000)),
        logged_in_customer_id: "",
      };
      const text = Object.entries(all)
        .toSorted(([a], [b]) => a.localeCompare(b))
        .map(([name, value]) => `${name}=${value}`)
        .join("");
      return String(
        new URLSearchParams({ ...all, signature: createHmac("sha256", secret).update(text).digest("hex") }),
      );
    },
    adminQuery(shop, { at = now(), secret = KEYS.clientSecret } = {}) {
      const all: Record<string, string> = {
        embedded: "1",
        host: Buffer.from(`admin.shopify.com/store/${shop.split(".")[0]}`).toString("base64url"),
        locale: "en",
        shop,
        timestamp: String(Math.floor(at / 1_000)),
      };
      const text = String(
        new URLSearchParams(Object.entries(all).toSorted(([a], [b]) => a.localeCompare(b))),
      );
      return String(
        new URLSearchParams({ ...all, hmac: createHmac("sha256", secret).update(text).digest("hex") }),
      );
    },
    async close() {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.closeAllConnections();
              server.close(() => resolve());
            }),
        ),
      );
    },
  };
  return shopify;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
