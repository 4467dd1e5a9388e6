import type { AssetChange, CmsAdapter, InvalidationClient, VerifiedEvent } from "@freshet/core";
import type { StatesClient } from "./states.ts";

/** One CMS installation that a connector serves. */
export interface ConnectedSite<Client> {
  /** Unique among the connector's sites; part of every key that is stored or sent. */
  readonly id: string;
  readonly adapter: CmsAdapter<Client>;
  /** The adapter's port to this installation. */
  readonly client: Client;
  /** The invalidation API with the key of the site's project. */
  readonly invalidations: Pick<InvalidationClient, "invalidate" | "status">;
  /** For display: the project that delivers the site's pictures. */
  readonly project: string;
  /** Blocks originals and serves them again; where it is absent, what a CMS takes back is invalidated alone. */
  readonly states?: StatesClient;
  /** Called when everything that an event asked for is Done, and again where that was not seen to end. */
  readonly settled?: (event: VerifiedEvent, changes: readonly AssetChange[]) => Promise<void>;
}
