import { type Kysely, type Store, sql } from "@freshet/store";
import type { Shopify } from "@shopify/shopify-api";
import type { FastifyInstance } from "fastify";
import { problem, sentenceOf } from "../errors.ts";
import { shopContext } from "../shops/context.ts";
import { readPayload } from "./payload.ts";
import type { Delivery, React } from "./topics.ts";

const LARGEST_BODY = 5_242_880;
const REMEMBERED_MS = 7 * 86_400_000;

export interface WebhookOptions {
  readonly shopify: Shopify;
  readonly store: Store;
  /** What a delivery leads to, inside the transaction that stores it. */
  readonly react: React;
  /** Told after the commit. */
  readonly stored: () => void;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/**
 * `POST /webhooks` takes webhooks and compliance topics, `POST /events` the newer Events; each takes both. A genuine delivery
 * is on disk, with what it leads to, before it is answered 200; anything else is answered 401.
 */
export async function webhookRoutes(app: FastifyInstance, options: WebhookOptions): Promise<void> {
  const { shopify, store, log } = options;
  // The signature covers bytes: nothing may parse the body before it was checked, whatever its type says.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: LARGEST_BODY }, (_request, body, done) =>
    done(null, body),
  );

  for (const path of ["/webhooks", "/events"]) {
    app.post(path, { bodyLimit: LARGEST_BODY }, async (request, reply) => {
      const refuse = (reason: string) => {
        log("delivery refused", { reason });
        return problem(reply, "WEBHOOK_NOT_GENUINE");
      };
      const rawBody = textOf(request.body);
      if (rawBody === undefined) return refuse("no text");
      const checked = await shopify.webhooks.validate({
        rawBody,
        rawRequest: request.raw,
        rawResponse: reply.raw,
      });
      if (!checked.valid) return refuse(checked.reason);
      const shop = shopContext(checked.domain.toLowerCase());
      const payload = readPayload(rawBody);
      if (shop === undefined || payload === undefined) return refuse("no shop");
      // The header is not signed; where the body names the shop, it has to be the same.
      if (payload.shops.some((each) => each.toLowerCase() !== shop)) return refuse("another shop");
      const triggered = Date.parse(checked.triggeredAt ?? "");
      const delivery: Delivery = {
        shop,
        kind: checked.webhookType === "events" ? "event" : "webhook",
        topic: checked.topic,
        id: checked.webhookId.slice(0, 200),
        eventId: checked.webhookType === "webhooks" ? checked.eventId?.slice(0, 200) : undefined,
        triggeredAt: Number.isNaN(triggered) ? undefined : triggered,
        payload,
      };
      let isNew: boolean;
      try {
        isNew = await take(delivery);
      } catch (thrown) {
        // It is not on disk: Shopify has to send it again.
        log("delivery not stored", { shop, topic: delivery.topic, reason: sentenceOf(thrown) });
        return problem(reply, "STORE_UNAVAILABLE");
      }
      if (isNew) options.stored();
      return reply.header("cache-control", "no-store").send({ stored: isNew ? 1 : 0, known: isNew ? 0 : 1 });
    });
  }

  const take = (delivery: Delivery) =>
    store.db.transaction().execute(async (on) => {
      const isNew = await remember(on, delivery);
      if (isNew) await options.react(delivery, on);
      return isNew;
    });

  const remember = async (on: Kysely<unknown>, { shop, topic, id, eventId }: Delivery): Promise<boolean> => {
    const { numAffectedRows } =
      await sql`insert into shopify_delivery (shop, topic, id, event_id, received_at)
      values (${shop}, ${topic}, ${id}, ${eventId ?? null}, ${options.now()}) on conflict (shop, topic, id) do nothing`.execute(
        on,
      );
    return numAffectedRows === 1n;
  };
}

/** Forgets deliveries that Shopify does not repeat any more. */
export async function pruneDeliveries(store: Store, now: number): Promise<void> {
  await sql`delete from shopify_delivery where received_at < ${now - REMEMBERED_MS}`.execute(store.db);
}

/** Undefined for an empty body and for one that is no UTF-8, which another signature could stand for. */
function textOf(body: unknown): string | undefined {
  if (!(body instanceof Uint8Array) || body.byteLength === 0) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}
