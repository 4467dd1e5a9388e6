import { createHash } from "node:crypto";
import type { CmsAdapter, RawRequest, VerifiedEvent } from "@freshet/core";
import type { Kysely } from "@freshet/store";
import { changesOf } from "./changes.ts";
import { readEvent, restoreEvent, spaceOf } from "./event.ts";
import { parseObject } from "./json.ts";
import type { ContentfulSpace } from "./space.ts";
import type { Replays } from "./verify/replays.ts";
import { checkSignature, OLDEST_MS } from "./verify/signature.ts";
import { type WalkOptions, walk } from "./walk/walk.ts";

export interface ContentfulAdapterOptions {
  /** Id of the space; its secrets open nothing else. */
  readonly space: string;
  /** Signing secrets that hold now: the app's, and those of the space's webhooks. */
  readonly secrets: () => Promise<readonly string[]>;
  /** What a proxy took off the beginning of paths. */
  readonly prefix?: string;
  /** Places besides Contentful's own where files may be, such as "http://127.0.0.1:9000". */
  readonly origins: readonly string[];
  readonly replays: Replays;
  readonly walk: Pick<WalkOptions, "everyMs" | "page">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const TOPIC = "x-contentful-topic";
const CRN = "x-contentful-crn";
const KEY = "x-contentful-idempotency-key";
const DATETIME = "x-contentful-event-datetime";

/** Teaches the connector one space of Contentful: app events and webhooks alike, which are signed in one way. */
export function createContentfulAdapter(options: ContentfulAdapterOptions): CmsAdapter<ContentfulSpace> {
  const { space, origins, replays, prefix, now } = options;
  return {
    name: "contentful",

    async verify(request) {
      const secrets = await options.secrets();
      const check = checkSignature(request, {
        secrets,
        now: now(),
        ...(prefix !== undefined && { prefix }),
      });
      if (!check.ok) return check;
      // A topic that was not signed could be anybody's: an unpublish made of a publish.
      const topic = topicOf(check.signed.get(TOPIC));
      const body = parseObject(request.body);
      if (topic === undefined || body === undefined || spaceOf(body) !== space)
        return { ok: false, reason: "malformed" };
      const named = /:content:spaces\/([^/]+)/.exec(check.signed.get(CRN) ?? "")?.[1];
      const read = readEvent(topic, body, origins);
      if (read === undefined || (named !== undefined && named !== space))
        return { ok: false, reason: "malformed" };
      if (!(await replays.isNew(check.signature, check.at + OLDEST_MS)))
        return { ok: false, reason: "replayed" };
      const order = read.at ?? timeOf(check.signed.get(DATETIME)) ?? check.at;
      const id = `${topic}.${keyOf(check.signed.get(KEY), request, topic)}`;
      const event: VerifiedEvent = { id, order, subject: read.subject, payload: read.event };
      return { ok: true, events: [event] };
    },

    async changes(event, { client }) {
      const { keep, ...decision } = await changesOf(restoreEvent(event.payload), event.order ?? 0, client);
      return { ...decision, ...(keep && { keep: (on: unknown) => keep(on as Kysely<unknown>) }) };
    },

    pull: (from, client) => walk(from, client, { ...options.walk, now }),
  };
}

/** The space a request says it comes from; it is believed only after `verify`. */
export function claimedSpace(request: RawRequest): string | undefined {
  const body = parseObject(request.body);
  return body && spaceOf(body);
}

function topicOf(text: string | undefined): string | undefined {
  return /^(?:ContentManagement\.)?([A-Z][A-Za-z]{1,40}\.[a-z_]{1,40})$/.exec(text ?? "")?.[1];
}

/** The same event has the same key however often it is sent: Contentful's own where it is signed, else what the body is. */
function keyOf(key: string | undefined, { body }: RawRequest, topic: string): string {
  if (key !== undefined && /^[\x21-\x7e]{8,128}$/.test(key)) return key;
  return createHash("sha256").update(`${topic}\n`).update(body).digest("hex").slice(0, 40);
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isFinite(time) && time > 0 ? time : undefined;
}
