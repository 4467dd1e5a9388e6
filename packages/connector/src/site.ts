import type { AssetChange, CmsAdapter, InvalidationClient, VerifiedEvent } from "@freshet/core";
import type { LoggedEvent } from "./inbox.ts";
import type { StatesClient } from "./states.ts";
import type { SiteWalk } from "./view-walk.ts";

/** One CMS installation that a connector serves. */
export interface ConnectedSite<Client> {
  /** Unique among the connector's sites; part of every key that is stored or sent. */
  readonly id: string;
  readonly adapter: CmsAdapter<Client>;
  /** The adapter's port to this installation. */
  readonly client: Client;
  /** The invalidation API with the key of the site's project. */
  readonly invalidations: Pick<InvalidationClient, "invalidate" | "status">;
  /** Absent for a CMS that does not want to know what became of its events. */
  readonly outcomes?: OutcomePort;
  /** Milliseconds from the end of a walk over everything to the next; the connector's own where nothing is said. */
  readonly reconcileEveryMs?: number;
  /** Where the app looks for changes in a way of its own instead of `adapter.reconcile`. */
  readonly looks?: LookPort;
  /** For display: the project that delivers the site's pictures. */
  readonly project: string;
  /** Blocks originals and serves them again; where it is absent, what a CMS takes back is invalidated alone. */
  readonly states?: StatesClient;
  /** Called when everything that an event asked for is Done, and again where that was not seen to end. */
  readonly settled?: (event: VerifiedEvent, changes: readonly AssetChange[]) => Promise<void>;
}

/** How a CMS hears what became of its events, so that it can show that beside each picture. */
export interface OutcomePort {
  /** Ids of the events whose end the CMS does not know, by what it said at the last pull. */
  wanted(): readonly string[];
  /** Tells lines of the event log. The CMS may have heard them before. */
  tell(lines: readonly LoggedEvent[]): Promise<void>;
}

/** How an app that looks through its CMS by itself says how that stands, and is asked to. */
export interface LookPort {
  /** Undefined for a site that has left: nothing is said of it. */
  standing(): Promise<LookStanding | undefined>;
  /** Has everything looked through now, unless that is under way; false where it cannot be. */
  ask(): Promise<boolean>;
}

/** How a site stands that its app looks at. */
export interface LookStanding {
  /** The look through everything; null where none is possible. */
  readonly walk: SiteWalk | null;
  /** Why the CMS could not be asked the last time. */
  readonly error?: string;
  /** When it was asked last, in milliseconds since the epoch. */
  readonly lookedAt?: number;
  /** Somebody switched it off. */
  readonly isPaused: boolean;
}
