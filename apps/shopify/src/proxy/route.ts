import { type Store, sql } from "@freshet/store";
import type { Shopify } from "@shopify/shopify-api";
import type { FastifyInstance } from "fastify";
import { assetId } from "../assets/assets.ts";
import { belongsTo, readImageUrl, withoutOldSize } from "../assets/identity.ts";
import type { Config } from "../config.ts";
import { problem } from "../errors.ts";
import type { AssetRow } from "../schema.ts";
import { shopContext } from "../shops/context.ts";
import { endpointOf } from "../shops/lifecycle.ts";
import { originsOf, type Shops } from "../shops/shops.ts";

const MOST = 50;

/**
 * `GET /proxy/versions?url=…&url=…`, through Shopify's app proxy alone (`https://<shop>/apps/<sub>/versions`): which version
 * the images have now, up to 50, for storefronts that hold on to addresses. Shopify signs each request with the time; one older
 * than 90 seconds, changed, or with a security parameter twice is refused.
 */
export async function proxyRoutes(
  app: FastifyInstance,
  {
    shopify,
    shops,
    store,
    config,
  }: { readonly shopify: Shopify; readonly shops: Shops; readonly store: Store; readonly config: Config },
): Promise<void> {
  app.get("/proxy/versions", async (request, reply) => {
    const query = new URL(request.raw.url ?? "/", "http://app.invalid").searchParams;
    const shop = (await isGenuine(shopify, query))
      ? shopContext(query.get("shop")?.toLowerCase())
      : undefined;
    if (shop === undefined) return problem(reply, "PROXY_NOT_GENUINE");
    const urls = query.getAll("url");
    if (urls.length === 0 || urls.length > MOST)
      return problem(reply, "QUERY_WRONG", `url is given 1 to ${MOST} times.`);
    const row = await shops.get(shop);
    if (row === undefined || row.state !== "active") return problem(reply, "PROXY_NOT_GENUINE");
    const places = { origins: originsOf(row), prefix: row.prefix ?? undefined };
    const wanted = urls.map((url) => {
      const place = readImageUrl(url);
      const path = place !== undefined && belongsTo(place, places) ? place.path : undefined;
      return {
        url,
        paths: path === undefined ? [] : [path, withoutOldSize(path)].filter((each) => each !== undefined),
      };
    });
    const ids = wanted.flatMap(({ paths }) => paths.map(assetId));
    const { rows } =
      ids.length === 0
        ? { rows: [] }
        : await sql<Pick<AssetRow, "path" | "version">>`
      select path, version from shopify_asset where shop = ${shop} and gone_at is null and id in (${sql.join(ids)})`.execute(
            store.db,
          );
    const known = new Map(rows.map((each) => [each.path, each.version]));
    const versions = wanted.map(({ url, paths }) => {
      const path = paths.find((each) => known.has(each));
      return { url, vh: path === undefined ? null : (known.get(path) ?? null) };
    });
    const isOn = row.is_on === 1 && row.project !== null;
    return reply
      .header("cache-control", "no-store")
      .send({ enabled: isOn, endpoint: isOn ? (endpointOf(row, config) ?? null) : null, versions });
  });
}

async function isGenuine(shopify: Shopify, query: URLSearchParams): Promise<boolean> {
  try {
    return await shopify.utils.validateHmac(query, { signator: "appProxy" });
  } catch {
    return false;
  }
}
