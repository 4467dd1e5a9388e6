import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as rest } from "node:timers/promises";
import type { LocalShop } from "./shop.ts";

/** One message to the app, as it stands before it is sent. */
export interface Message {
  readonly shop: string;
  /** "products/update", or "Product" of an event. */
  readonly topic: string;
  /** A text is sent as it is. */
  readonly payload: unknown;
  /** The newer Events, with headers of their own. */
  readonly isEvent?: boolean;
  readonly id?: string;
  readonly triggeredAt?: number;
  /** For forgers: what is signed with, what is claimed, what is sent. */
  readonly secret?: string;
  readonly hmac?: string;
  readonly body?: string;
}

export interface Sender {
  /** Sends once and answers the status; 0 when nobody answered. */
  send(message: Message): Promise<number>;
  /** Sends until it is taken, as Shopify does: the same message, with the same id. Answers how often it was sent. */
  deliver(message: Message): Promise<number>;
}

/** Shopify's own waits are minutes and hours; what matters is that it comes again. */
const RETRIES_MS = [50, 100, 200, 400, 800, 1_600, 3_200, 6_400];

export function createSender(address: () => string, secret: string): Sender {
  const prepare = (message: Message) => {
    const signed = typeof message.payload === "string" ? message.payload : JSON.stringify(message.payload);
    const body = message.body ?? signed;
    const hmac =
      message.hmac ??
      createHmac("sha256", message.secret ?? secret)
        .update(signed)
        .digest("base64");
    const id = message.id ?? randomUUID();
    const at = new Date(message.triggeredAt ?? Date.now()).toISOString();
    const names = message.isEvent === true ? "shopify-" : "X-Shopify-";
    const headers: Record<string, string> = {
      "content-type": "application/json",
      [`${names}Topic`]: message.topic,
      [`${names}Hmac-Sha256`]: hmac,
      [`${names}Shop-Domain`]: message.shop,
      [`${names}API-Version`]: "2026-10",
      [`${names}Webhook-Id`]: id,
      [`${names}Triggered-At`]: at,
      ...(message.isEvent === true
        ? { "shopify-action": "update", "shopify-handle": "images" }
        : { "X-Shopify-Event-Id": randomUUID() }),
    };
    return { body, headers, path: message.isEvent === true ? "/events" : "/webhooks" };
  };
  const post = async ({ body, headers, path }: ReturnType<typeof prepare>): Promise<number> => {
    try {
      const response = await fetch(`${address()}${path}`, {
        method: "POST",
        body,
        headers,
        signal: AbortSignal.timeout(5_000),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  };
  return {
    send: (message) => post(prepare(message)),
    async deliver(message) {
      const prepared = prepare(message);
      for (const [tries, wait] of RETRIES_MS.entries()) {
        const status = await post(prepared);
        if (status >= 200 && status < 300) return tries + 1;
        await rest(wait);
      }
      throw new Error(`The app did not take ${message.topic}.`);
    },
  };
}

/** The payload of products/create and products/update, as its `include_fields` cut it. */
export function productPayload(shop: LocalShop, gid: string): string {
  const product = shop.products.get(gid);
  const id = gid.slice(gid.lastIndexOf("/") + 1);
  const updated = new Date(product?.updatedAt ?? Date.now()).toISOString();
  // Written by hand, because a number of this size is none of JSON.stringify's.
  return `{"id":${id},"admin_graphql_api_id":"${gid}","title":${JSON.stringify(product?.title ?? "")},"updated_at":"${updated}"}`;
}
