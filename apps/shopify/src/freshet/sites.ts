import { type ConnectedSite, EventUnreadable } from "@freshet/connector";
import { type AssetChange, type CmsAdapter, createInvalidationClient } from "@freshet/core";
import { isLoose } from "../admin/read.ts";
import type { ShopRow } from "../schema.ts";
import type { Seal } from "../secrets.ts";
import type { ShopContext } from "../shops/context.ts";

/** The sites of the connector: each shop that a project delivers, for as long as it is known. */
export interface Sites {
  readonly map: ReadonlyMap<string, ConnectedSite<undefined>>;
  /** Takes in what the row says now. */
  put(shop: ShopContext, row: ShopRow): void;
  remove(shop: ShopContext): void;
}

/**
 * What the connector's inbox holds are changes that this app has found, compared and written down already, by its own key: so
 * nothing can be pushed to it, and reading an event is reading what was written.
 */
const ADAPTER: CmsAdapter<undefined> = {
  name: "shopify",
  verify: async () => ({ ok: false, reason: "signature-missing" }),
  async changes(event) {
    const changes = isLoose(event.payload) ? event.payload.changes : undefined;
    if (!Array.isArray(changes)) throw new EventUnreadable("The event holds no changes.");
    return changes as readonly AssetChange[];
  },
};

export function createSites(server: string, seal: Seal): Sites {
  const map = new Map<string, ConnectedSite<undefined>>();
  return {
    map,
    put(shop, row) {
      if (row.project === null || row.project_key === null) return;
      const apiKey = seal.open(row.project_key, `project ${shop}`);
      const invalidations = createInvalidationClient({ endpoint: server, apiKey });
      map.set(shop, { id: shop, adapter: ADAPTER, client: undefined, invalidations, project: row.project });
    },
    remove: (shop) => void map.delete(shop),
  };
}
