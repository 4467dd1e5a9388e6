import { type ConnectedSite, EventUnreadable, type LookPort } from "@freshet/connector";
import { type AssetChange, type CmsAdapter, createInvalidationClient } from "@freshet/core";
import { isLoose } from "../admin/read.ts";
import type { ShopRow } from "../schema.ts";
import type { Seal } from "../secrets.ts";
import type { ShopContext } from "../shops/context.ts";

/** The sites of the connector: each shop that a project delivers, for as long as it is known. */
export interface Sites {
  readonly map: ReadonlyMap<string, ConnectedSite<undefined>>;
  /** The key of a project that delivers one of the shops. */
  keyOf(project: string): Promise<string>;
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

export function createSites(server: string, seal: Seal, looksAt: (shop: ShopContext) => LookPort): Sites {
  const map = new Map<string, ConnectedSite<undefined>>();
  const keys = new Map<string, string>();
  return {
    map,
    async keyOf(project) {
      const shop = [...map.values()].find((each) => each.project === project)?.id;
      const key = shop === undefined ? undefined : keys.get(shop);
      if (key === undefined) throw new Error(`No shop belongs to project ${project}.`);
      return key;
    },
    put(shop, row) {
      if (row.project === null || row.project_key === null) return;
      const apiKey = seal.open(row.project_key, `project ${shop}`);
      const invalidations = createInvalidationClient({ endpoint: server, apiKey });
      keys.set(shop, apiKey);
      map.set(shop, {
        ...{ id: shop, adapter: ADAPTER, client: undefined, invalidations, project: row.project },
        looks: looksAt(shop),
      });
    },
    remove(shop) {
      map.delete(shop);
      keys.delete(shop);
    },
  };
}
