import { setTimeout as sleep } from "node:timers/promises";
import { INVALIDATION_SCOPES } from "@freshet/core";
import { type Api, pathStep, recordOf } from "../cli/api.ts";
import { readEvents } from "../cli/events.ts";
import { isEnd } from "../cli/stages.ts";
import { stepIn } from "../cli/wait.ts";
import type { Covering } from "./floors.ts";

/** Tells of invalidations that ended, as the server's log has them. */
export interface DoneFeed {
  /** Follows until the signal is aborted; a stream that breaks is taken up where it broke. */
  follow(signal: AbortSignal): Promise<void>;
  /** Normal form of the original that a delivery URL names; undefined where it names none. */
  nameOf(url: string): Promise<string | undefined>;
  entryOf(uuid: string): Promise<unknown>;
}

export interface DoneFeedParts {
  readonly api: Api;
  /** Opens the stream of events behind the event with this id. */
  readonly events: (after: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly project: string;
  readonly done: (covering: Covering) => void;
  readonly failed: (uuid: string) => void;
  readonly troubled: (sentence: string) => void;
}

/** Entries of before that are held to as well, when it begins. */
const BEFORE = 300;
/** Entries that are looked through after a gap at most; newer ones cover what lies further back. */
const MOST_MISSED = 20_000;
const PAGE = 100;
const RETRY_MS = 1_000;
const MOST_NAMES = 100_000;
/** Entries that are asked for at the same time: the server cuts off who reads its events too slowly. */
const AT_ONCE = 16;
/** An entry that cannot be had is asked for so often. */
const MOST_TRIES = 10;

export function createDoneFeed(parts: DoneFeedParts): DoneFeed {
  const { api, project } = parts;
  const names = new Map<string, Promise<string | undefined>>();
  const seen = new Set<string>();

  const explained = async (url: string): Promise<string | undefined> => {
    const path = `/projects/${pathStep(project)}/explain?url=${encodeURIComponent(url.toWellFormed())}`;
    const { name } = recordOf(recordOf((await api.ask("GET", path)).body).original);
    return typeof name === "string" ? name : undefined;
  };
  const nameOf = (url: string): Promise<string | undefined> => {
    const known = names.get(url);
    if (known) return known;
    if (names.size >= MOST_NAMES) names.clear();
    const asked = explained(url);
    names.set(url, asked);
    asked.catch(() => names.delete(url));
    return asked;
  };
  const entryOf = async (uuid: string): Promise<unknown> =>
    recordOf((await api.ask("GET", `/invalidate/${pathStep(uuid)}?project=${pathStep(project)}`)).body)
      .invalidation;

  const take = async (entry: Readonly<Record<string, unknown>>): Promise<void> => {
    const { uuid, sequence, attempt, status } = entry;
    if (typeof uuid !== "string" || typeof sequence !== "number") return;
    const key = keyOf(uuid, attempt);
    if (seen.has(key)) return;
    seen.add(key);
    if (seen.size > MOST_NAMES) seen.delete(seen.values().next().value ?? "");
    if (status !== "DONE") {
      parts.failed(uuid);
      return;
    }
    try {
      parts.done(await coveringOf(uuid, sequence, entry));
    } catch (fault) {
      seen.delete(key);
      throw fault;
    }
  };
  const coveringOf = async (
    uuid: string,
    sequence: number,
    entry: Readonly<Record<string, unknown>>,
  ): Promise<Covering> => {
    const { received } = recordOf(entry.urls);
    const urls = Array.isArray(received) ? received.filter((each) => typeof each === "string") : [];
    const { begun = [], exact = [] } = Object.groupBy(urls, (each) =>
      each.endsWith("*") ? "begun" : "exact",
    );
    const all = async (some: readonly string[]) =>
      (await Promise.all(some.map((each) => nameOf(deliveryUrlOf(each))))).filter(
        (name) => name !== undefined,
      );
    return {
      ...{ uuid, sequence },
      scope: INVALIDATION_SCOPES.find((each) => each === entry.scope) ?? "original",
      names: await all(exact),
      beginnings: await all(begun.map((each) => each.slice(0, -1))),
    };
  };
  /** Page by page from the newest on, until `most` entries are had or a whole page was known before. */
  const catchUp = async (most: number): Promise<void> => {
    const entries: Readonly<Record<string, unknown>>[] = [];
    let cursor: unknown;
    let isNew = true;
    do {
      const after = typeof cursor === "string" ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const path = `/invalidate?status=DONE&limit=${PAGE}&project=${pathStep(project)}${after}`;
      const page = recordOf((await api.ask("GET", path)).body);
      const found = Array.isArray(page.invalidations) ? page.invalidations.map(recordOf) : [];
      entries.push(...found);
      // A page of a search may be empty and still not the last.
      isNew = found.length === 0 || found.some(({ uuid, attempt }) => !seen.has(keyOf(uuid, attempt)));
      if (page.cursor === cursor) break;
      cursor = page.cursor;
    } while (isNew && typeof cursor === "string" && entries.length < most);
    for (const entry of entries.toReversed()) await take(entry);
  };
  const takeEnd = async (uuid: string, signal: AbortSignal): Promise<void> => {
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        await take(recordOf(await entryOf(uuid)));
        return;
      } catch (error) {
        if (tries === MOST_TRIES) {
          parts.troubled(`${uuid} ended, and its entry cannot be had: ${sentenceOf(error)}`);
          return;
        }
        await rest(signal);
      }
    }
  };
  return {
    nameOf,
    entryOf,
    async follow(signal) {
      let after: string | undefined;
      const underWay = new Set<Promise<void>>();
      while (!signal.aborted) {
        try {
          const { ok, status, body } = await parts.events(after, signal);
          if (!ok || body === null) throw new Error(`the stream of events was answered ${status}`);
          // Behind the opening: what ends meanwhile waits in the stream.
          if (after === undefined) await catchUp(BEFORE);
          for await (const event of readEvents(body)) {
            if (event.event === "reset") await catchUp(MOST_MISSED);
            after = event.id ?? after;
            const step = stepIn(event);
            if (step === undefined || !isEnd(step.status)) continue;
            const work = takeEnd(step.uuid, signal).finally(() => underWay.delete(work));
            underWay.add(work);
            if (underWay.size >= AT_ONCE) await Promise.race(underWay);
          }
        } catch (error) {
          if (!signal.aborted) parts.troubled(sentenceOf(error));
        }
        await rest(signal);
      }
      await Promise.all(underWay);
    },
  };
}

const rest = (signal: AbortSignal): Promise<void> => sleep(RETRY_MS, undefined, { signal }).catch(() => {});

const keyOf = (uuid: unknown, attempt: unknown): string => `${uuid} ${attempt}`;

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Paths of invalidations are written with and without what delivery URLs begin with. */
function deliveryUrlOf(path: string): string {
  const bare = path.replace(/^\/+/, "");
  return bare.startsWith("v7/") ? `/${bare}` : `/v7/${bare}`;
}
