import type { Inbox } from "./inbox.ts";
import type { PullState } from "./pull.ts";
import type { ConnectedSite } from "./site.ts";
import { type SiteWalk, viewWalk } from "./view-walk.ts";
import type { WalkLoop } from "./walk.ts";
import type { WalkStore } from "./walk-store.ts";

/** How one site stands, as `GET /<connector>/status` lists it. */
export interface SiteStatus {
  readonly site: string;
  readonly project: string;
  /** `ok`: nothing waits; `behind`: events wait to be invalidated; `unreachable`: the site did not answer the last time; `paused`: it was switched off. */
  readonly state: "ok" | "behind" | "unreachable" | "paused";
  /** Up to where the site's events are known; null before the first pull. */
  readonly cursor: string | null;
  readonly pulled_at: string | null;
  /** How long the oldest unfinished event has been waiting. */
  readonly lag_ms: number;
  /** Why the site is unreachable, or what the oldest unfinished event waits for. */
  readonly error: string | null;
  /** Events kept in the log, by state. */
  readonly events: Readonly<Record<string, number>>;
  /** The walk over everything the site has; null where nobody makes one. */
  readonly reconcile: SiteWalk | null;
}

export interface SiteStatusParts {
  readonly inbox: Inbox;
  readonly walks: WalkStore;
  readonly pullState: (site: string) => PullState | undefined;
  readonly walkOf: (site: string) => WalkLoop | undefined;
  readonly now: () => number;
}

/** Says how sites stand, to whoever asks and to the server; undefined for one that has left. */
export function createSiteStatus<Client>(
  parts: SiteStatusParts,
): (site: ConnectedSite<Client>) => Promise<SiteStatus | undefined> {
  const { inbox, walks, now } = parts;

  const walkOf = async ({ id, adapter }: ConnectedSite<Client>): Promise<SiteWalk | null> => {
    const loop = parts.walkOf(id);
    return adapter.reconcile === undefined || loop === undefined
      ? null
      : viewWalk(await walks.of(id), loop.trouble());
  };

  return async (site) => {
    const [place, { states, waiting }, standing] = await Promise.all([
      inbox.place(site.id),
      inbox.counts(site.id),
      site.looks?.standing(),
    ]);
    if (site.looks !== undefined && standing === undefined) return undefined;
    const trouble = parts.pullState(site.id)?.error ?? standing?.error;
    const lookedAt = standing?.lookedAt ?? place?.pulledAt;
    const well = standing?.isPaused === true ? "paused" : waiting === undefined ? "ok" : "behind";
    return {
      site: site.id,
      project: site.project,
      state: trouble === undefined ? well : "unreachable",
      cursor: place?.cursor ?? null,
      pulled_at: lookedAt === undefined ? null : new Date(lookedAt).toISOString(),
      lag_ms: waiting === undefined ? 0 : Math.max(0, now() - waiting.since),
      error: trouble ?? waiting?.remark ?? null,
      events: states,
      reconcile: standing === undefined ? await walkOf(site) : standing.walk,
    };
  };
}
