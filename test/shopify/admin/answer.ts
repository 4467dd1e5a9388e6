import type { IncomingMessage, ServerResponse } from "node:http";
import type { LocalShopify } from "../local/local-shopify.ts";
import { appBridgeOf } from "./app-bridge.ts";
import { hostPage } from "./host-page.ts";

/** Shopify's admin as the app sees it. */
export interface AdminState {
  readonly shopify: LocalShopify;
  /** Origin of the admin. */
  readonly admin: string;
  /** Origin of the app. */
  readonly app: string;
  /** What Shopify answers about the app embed: "active", "available", "unavailable". */
  readonly embed: string;
  /** Milliseconds that Shopify takes to give the app a session token. */
  readonly tokenMs: number;
  /** The script that Shopify gives out as Polaris; an empty one defines no element. */
  readonly polaris: string;
}

/**
 * What Shopify's admin answers: its scripts, session tokens, extensions, and for all else the document that frames the app's page `path` in
 * the shop `shop` of the query.
 */
export function answerAsAdmin(state: AdminState, request: IncomingMessage, response: ServerResponse): void {
  const { shopify, admin, app } = state;
  const { pathname, searchParams } = new URL(request.url ?? "/", admin);
  const say = (type: string, text: string) =>
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(text);
  const shop = searchParams.get("shop") ?? "";
  if (pathname === "/shopifycloud/app-bridge.js") return void say("text/javascript", appBridgeOf(admin));
  if (pathname === "/shopifycloud/polaris.js") return void say("text/javascript", state.polaris);
  if (pathname === "/token")
    return void setTimeout(() => say("text/plain", shopify.tokens.sessionToken(shop)), state.tokenMs);
  if (pathname === "/extensions") return void say("application/json", extensions(state.embed));
  const path = searchParams.get("path") ?? "/";
  const exp = Number(searchParams.get("tokenS") ?? 60);
  const signed = exp > 0 ? shopify.adminQuery(shop) : `shop=${shop}&embedded=1`;
  const query = `${signed}&id_token=${shopify.tokens.sessionToken(shop, { exp })}`;
  say("text/html", hostPage(`${app}${path}${path.includes("?") ? "&" : "?"}${query}`, shop));
}

const extensions = (status: string) =>
  JSON.stringify([
    {
      handle: "freshet-theme",
      type: "theme_app_extension",
      activations: [
        { handle: "picture", name: "Picture", target: "section", status: "available", activations: [] },
        { handle: "lazy-images", name: "Freshet", target: "head", status, activations: [] },
      ],
    },
  ]);
