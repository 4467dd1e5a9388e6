import type { Shopify } from "@shopify/shopify-api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { problem, sentenceOf } from "../errors.ts";
import { type ShopContext, shopContext } from "../shops/context.ts";
import type { Lifecycle } from "../shops/lifecycle.ts";
import type { Shops } from "../shops/shops.ts";
import { isRefusal, type Tokens } from "../shops/tokens.ts";

/** Says whose request it is, by App Bridge's session token and by nothing else. */
export interface Door {
  /** Answers 401 and undefined, or the shop, which then is installed and has a token. */
  enter(request: FastifyRequest, reply: FastifyReply): Promise<ShopContext | undefined>;
  /** The shop of a session token; undefined for anything that Shopify did not sign for this app just now. */
  shopOf(token: string): Promise<ShopContext | undefined>;
}

export function createDoor(parts: {
  readonly shopify: Shopify;
  readonly shops: Shops;
  readonly tokens: Tokens;
  readonly lifecycle: Lifecycle;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}): Door {
  const { shopify, shops, tokens, lifecycle, log } = parts;
  /** Pages ask several things at once when they open; one exchange serves them all. */
  const exchanging = new Map<ShopContext, Promise<void>>();

  const shopOf = async (token: string): Promise<ShopContext | undefined> => {
    if (token.length > 4_096) return undefined;
    try {
      const { dest, iss } = await shopify.session.decodeSessionToken(token);
      const shop = shopContext(dest.replace(/^https:\/\//, ""));
      // Who issued it and whom it is for are one shop, or it is nobody's.
      return shop !== undefined && iss === `https://${shop}/admin` ? shop : undefined;
    } catch {
      return undefined;
    }
  };

  const settle = async (shop: ShopContext, token: string): Promise<void> => {
    const row = await shops.get(shop);
    if (row?.state === "active" && (await tokens.has(shop))) return;
    if (!(await tokens.has(shop))) await tokens.exchange(shop, token);
    await lifecycle.install(shop);
  };

  const refuse = (reply: FastifyReply) => {
    // App Bridge gets itself another token and repeats the request.
    reply.header("x-shopify-retry-invalid-session-request", "1");
    problem(reply, "SESSION_TOKEN_WRONG");
    return undefined;
  };

  return {
    shopOf,
    async enter(request, reply) {
      const [, token] = /^Bearer ([\w.-]+)$/.exec(request.headers.authorization ?? "") ?? [];
      const shop = token === undefined ? undefined : await shopOf(token);
      if (shop === undefined || token === undefined) return refuse(reply);
      const running = exchanging.get(shop) ?? settle(shop, token).finally(() => exchanging.delete(shop));
      exchanging.set(shop, running);
      try {
        await running;
      } catch (thrown) {
        log("no access", { shop, reason: sentenceOf(thrown) });
        if (isRefusal(thrown)) return refuse(reply);
        problem(reply, "SHOPIFY_AWAY");
        return undefined;
      }
      return shop;
    },
  };
}
