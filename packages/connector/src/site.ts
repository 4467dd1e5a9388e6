import type { CmsAdapter, InvalidationClient } from "@freshet/core";

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
}
