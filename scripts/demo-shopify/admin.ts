import type { IncomingMessage, ServerResponse } from "node:http";
import { answerAsAdmin } from "../../test/shopify/admin/answer.ts";
import type { LocalShopify } from "../../test/shopify/local/local-shopify.ts";
import type { LocalShop } from "../../test/shopify/local/shop.ts";
import { listenFrom } from "../demo/listen.ts";
import { handOn } from "./front.ts";

/** Where the admin shows the app; what follows is the address of the app's own page. */
const FRAME = "/apps/freshet";
const OWN = /^\/(?:shopifycloud\/(?:app-bridge|polaris)\.js|token|extensions)$/;

export interface Admin {
  readonly url: string;
  /** Address of the app for browsers. */
  readonly app: string;
  close(): Promise<void>;
}

export interface AdminOptions {
  readonly shopify: LocalShopify;
  readonly shop: LocalShop;
  /** Answers what is the demo's own; false leaves it to the admin. */
  readonly answerOwn: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Starts the admin that the tests have, for one shop, under addresses that every browser finds. */
export async function startAdmin({ shopify, shop, answerOwn }: AdminOptions): Promise<Admin> {
  const admin = await listenFrom(9510, async (request, response) => {
    if (answerOwn(request, response)) return;
    const { pathname, search, searchParams } = new URL(request.url ?? "/", "http://admin.invalid");
    const isFrame = pathname === FRAME || pathname.startsWith(`${FRAME}/`);
    if (!isFrame && !OWN.test(pathname)) return void response.writeHead(404).end();
    const query = isFrame
      ? new URLSearchParams({ path: `${pathname.slice(FRAME.length) || "/"}${search}` })
      : searchParams;
    query.set("shop", shop.domain);
    request.url = `${pathname}?${query}`;
    const state = { embed: "active", tokenMs: 0, polaris: "" };
    answerAsAdmin({ shopify, admin: admin.url, app: app.url, ...state }, request, response);
  });
  const app = await listenFrom(9520, (request, response) =>
    handOn({ app: shopify.app, admin: admin.url }, request, response),
  );
  return {
    url: admin.url,
    app: app.url,
    async close() {
      await Promise.all([admin.close(), app.close()]);
    },
  };
}
