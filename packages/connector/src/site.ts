import type { CmsAdapter, InvalidationClient } from "@freshet/core";
import type { LoggedEvent } from "./inbox.ts";

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
  /** For display: the project that delivers the site's pictures. */
  readonly project: string;
}

/** How a CMS hears what became of its events, so that it can show that beside each picture. */
export interface OutcomePort {
  /** Ids of the events whose end the CMS does not know, by what it said at the last pull. */
  wanted(): readonly string[];
  /** Tells lines of the event log. The CMS may have heard them before. */
  tell(lines: readonly LoggedEvent[]): Promise<void>;
}
