import type { PageAppSDK } from "@contentful/app-sdk";
import type { Calls } from "../api/calls.ts";
import type { Asset } from "../api/shapes.ts";

const MOST = 100;

/** Assets that Contentful finds for a text, and the one that has it for its id, as the connector knows them. */
export async function findAssets(sdk: PageAppSDK, calls: Calls, text: string): Promise<readonly Asset[]> {
  const { items } = await sdk.cma.asset.getMany({
    query: { query: text, limit: MOST, order: "-sys.updatedAt" },
  });
  const ids = items.map(({ sys }) => sys.id);
  const isId = /^[A-Za-z0-9_.-]{1,64}$/.test(text) && !ids.includes(text);
  const known = await calls.assets([...(isId ? [text] : []), ...ids].slice(0, MOST));
  // A text that only looks like an id is no asset.
  return known.filter(({ asset, state }) => state !== "unknown" || asset !== text || !isId);
}
