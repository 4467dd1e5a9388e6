import { EventUnreadable, refuseMessage } from "@freshet/connector";
import type { CmsAdapter, Cursor, RawRequest, VerifiedEvent } from "@freshet/core";
import { changesOf } from "./changes.ts";
import { isRecord, readEnvelopes, readEvent } from "./event.ts";
import { readSite, type Site } from "./site.ts";
import type { SiteClient } from "./site-client.ts";
import { walkPage } from "./walk.ts";

/** Events asked for at once; the plugin gives no more than this. */
const PAGE = 100;

/**
 * How long a missing number holds the cursor back. Two requests of a site can commit their events in the other order
 * than they were numbered; a number still missing after this was never written.
 */
const GAP_PATIENCE_MS = 60_000;

export interface WordPressAdapterOptions {
  readonly site: Site;
  /** Shared with the plugin; two while they are exchanged. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told what of an event was left out, and why. */
  readonly remark?: (event: string, sentence: string) => void;
}

/** Teaches the connector one WordPress site that runs the Freshet plugin. */
export function createWordPressAdapter(options: WordPressAdapterOptions): CmsAdapter<SiteClient> {
  const { site, secrets, now } = options;
  return {
    name: "wordpress",

    async verify(request) {
      const refusal = refuseMessage(request, { secrets, now: now() });
      if (refusal !== undefined) return { ok: false, reason: refusal };
      const body = parseBody(request);
      const events = readEnvelopes(body?.events);
      if (events === undefined || readSite(body?.site)?.id !== site.id)
        return { ok: false, reason: "malformed" };
      return { ok: true, events };
    },

    async changes(event) {
      const read = readEvent(event.payload);
      if (typeof read === "string") throw new EventUnreadable(read);
      const { changes, remarks } = changesOf(read, site);
      for (const sentence of remarks) options.remark?.(event.id, sentence);
      return changes;
    },

    async pull(from, client) {
      const after = readCursor(from);
      let page = await client.events(after, PAGE);
      // A site put back from a backup counts from an older number: everything it has is read again, the inbox knows
      // which of it is new.
      const restored = page.head < after;
      if (restored) page = await client.events(0, PAGE);
      return { events: page.events, cursor: String(nextCursor(restored ? 0 : after, page.events, now())) };
    },

    reconcile: (from, context) => walkPage(from, context, site),
  };
}

/** The site a request says it comes from; it is believed only after `verify`. */
export function claimedSite(request: RawRequest): Site | undefined {
  return readSite(parseBody(request)?.site);
}

/** The newest number up to which nothing can still turn up. */
function nextCursor(after: number, events: readonly VerifiedEvent[], now: number): number {
  let cursor = after;
  for (const event of events) {
    const number = event.order ?? cursor;
    if (number > cursor + 1 && now - writtenAt(event) < GAP_PATIENCE_MS) break;
    cursor = number;
  }
  return cursor;
}

function writtenAt(event: VerifiedEvent): number {
  const read = readEvent(event.payload);
  return typeof read === "string" ? 0 : (read.at ?? 0);
}

function readCursor(cursor: Cursor | undefined): number {
  return cursor !== undefined && /^[0-9]{1,15}$/.test(cursor) ? Number(cursor) : 0;
}

function parseBody(request: RawRequest): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(request.body));
    return isRecord(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
