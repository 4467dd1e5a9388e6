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

/** Entries of before that are held to as well, when it begins and after a gap. */
const BEFORE = 300;
const PAGE = 100;
const RETRY_MS = 1_000;
const MOST_NAMES = 100_000;

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
    const { uuid, sequence, scope, attempt, status } = entry;
    if (typeof uuid !== "string" || typeof sequence !== "number") return;
    const key = `${uuid} ${attempt}`;
    if (seen.has(key)) return;
    const note = (): void => {
      seen.add(key);
      if (seen.size > MOST_NAMES) seen.delete(seen.values().next().value ?? "");
    };
    if (status !== "DONE") {
      note();
      parts.failed(uuid);
      return;
    }
    const { received } = recordOf(entry.urls);
    const urls = Array.isArray(received) ? received.filter((each) => typeof each === "string") : [];
    const { begun = [], exact = [] } = Object.groupBy(urls, (each) =>
      each.endsWith("*") ? "begun" : "exact",
    );
    const all = async (some: readonly string[]) =>
      (await Promise.all(some.map((each) => nameOf(deliveryUrlOf(each))))).filter(
        (name) => name !== undefined,
      );
    const covering = {
      ...{ uuid, sequence },
      scope: INVALIDATION_SCOPES.find((each) => each === scope) ?? "original",
      names: await all(exact),
      beginnings: await all(begun.map((each) => each.slice(0, -1))),
    };
    note();
    parts.done(covering);
  };
  const catchUp = async (): Promise<void> => {
    const entries: Readonly<Record<string, unknown>>[] = [];
    let cursor: unknown;
    do {
      const after = typeof cursor === "string" ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const path = `/invalidate?status=DONE&limit=${PAGE}&project=${pathStep(project)}${after}`;
      const page = recordOf((await api.ask("GET", path)).body);
      entries.push(...(Array.isArray(page.invalidations) ? page.invalidations.map(recordOf) : []));
      cursor = page.cursor;
    } while (typeof cursor === "string" && entries.length < BEFORE);
    for (const entry of entries.toReversed()) await take(entry);
  };
  return {
    nameOf,
    entryOf,
    async follow(signal) {
      let after: string | undefined;
      while (!signal.aborted) {
        try {
          const { ok, status, body } = await parts.events(after, signal);
          if (!ok || body === null) throw new Error(`the stream of events was answered ${status}`);
          // Behind the opening: what ends meanwhile waits in the stream.
          if (after === undefined) await catchUp();
          for await (const event of readEvents(body)) {
            after = event.id ?? after;
            if (event.event === "reset") await catchUp();
            const step = stepIn(event);
            if (step && isEnd(step.status)) await take(recordOf(await entryOf(step.uuid)));
          }
        } catch (error) {
          if (signal.aborted) return;
          parts.troubled(error instanceof Error ? error.message : String(error));
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    },
  };
}

/** Paths of invalidations are written with and without what delivery URLs begin with. */
function deliveryUrlOf(path: string): string {
  const bare = path.replace(/^\/+/, "");
  return bare.startsWith("v7/") ? `/${bare}` : `/v7/${bare}`;
}
