import type { IncomingMessage, ServerResponse } from "node:http";
import { type BulkOperations, bulkOperations } from "./bulk.ts";
import { type Bucket, costOf, pay } from "./cost.ts";
import type { AdminSchema, Document } from "./graphql.ts";
import type { LocalCollection, LocalFile, LocalProduct, LocalShop } from "./shop.ts";

/** What one shop's Admin API has been through. */
export interface AdminLog {
  /** Names of operations that were answered. */
  readonly operations: string[];
  throttled: number;
  unauthorized: number;
  /** Cost that was really spent. */
  spent: number;
}

export interface AdminApi {
  answer(request: IncomingMessage, response: ServerResponse, shop: LocalShop, body: string): Promise<void>;
  readonly bulk: BulkOperations;
  logOf(shop: LocalShop): AdminLog;
  bucketOf(shop: LocalShop): Bucket;
}

const VERSION_PATH = /^\/admin\/api\/2026-10\/graphql\.json$/;
const INSTALLATION = "gid://shopify/AppInstallation/1";
/** Shopify's standard plan. */
const STANDARD = { most: 2_000, perSecond: 100 };

export function createAdminApi(options: {
  readonly admin: AdminSchema;
  /** Address of the CDN: "http://127.0.0.1:40000". */
  readonly cdn: string;
  readonly now: () => number;
  /** Whether the token opens the shop now. */
  readonly mayEnter: (shop: LocalShop, token: string) => boolean;
  readonly bulkMs: number;
  /** Told when a bulk operation ended. */
  readonly finished: (shop: LocalShop, id: string) => void;
}): AdminApi {
  const { admin, cdn, now } = options;
  const { graphql, schema } = admin;
  const logs = new Map<LocalShop, AdminLog>();
  const buckets = new Map<LocalShop, Bucket>();
  const logOf = (shop: LocalShop) =>
    logs.get(shop) ?? set(logs, shop, { operations: [], throttled: 0, unauthorized: 0, spent: 0 });
  const bucketOf = (shop: LocalShop) =>
    buckets.get(shop) ?? set(buckets, shop, { ...STANDARD, available: STANDARD.most, at: now() });

  const views = createViews(cdn, now);
  const bulk = bulkOperations({
    ...{ admin, now, delayMs: options.bulkMs, finished: options.finished, cdn },
    rowsOf: (shop, name) =>
      name === "files"
        ? [...shop.files.values()]
        : name === "collections"
          ? [...shop.collections.values()]
          : undefined,
    viewOf: (shop, row) => ("path" in row ? views.file(shop, row) : views.collection(shop, row)),
  });

  return {
    bulk,
    logOf,
    bucketOf,
    async answer(request, response, shop, body) {
      const say = (status: number, value: unknown) =>
        response
          .writeHead(status, { "content-type": "application/json", "x-request-id": "local" })
          .end(JSON.stringify(value));
      const [path = ""] = (request.url ?? "").split("?");
      if (!VERSION_PATH.test(path.slice(path.indexOf("/admin"))))
        return void say(404, { errors: "Not Found" });
      const token = String(request.headers["x-shopify-access-token"] ?? "");
      if (!options.mayEnter(shop, token)) {
        logOf(shop).unauthorized += 1;
        return void say(401, {
          errors: "[API] Invalid API key or access token (unrecognized login or wrong password)",
        });
      }
      const { query, variables = {} } = JSON.parse(body) as {
        query: string;
        variables?: Record<string, unknown>;
      };
      let document: Document;
      try {
        document = graphql.parse(query);
      } catch (error) {
        return void say(200, { errors: [{ message: String(error) }] });
      }
      const faults = graphql.validate(schema, document);
      if (faults.length > 0) return void say(200, { errors: faults.map(({ message }) => ({ message })) });
      const payment = pay(bucketOf(shop), costOf(admin, document, variables), now());
      if (!payment.ok) {
        if (payment.code === "THROTTLED") logOf(shop).throttled += 1;
        return void say(200, {
          errors: [
            {
              message: payment.code === "THROTTLED" ? "Throttled" : "Query cost is too high",
              extensions: { code: payment.code },
            },
          ],
          extensions: payment.extensions,
        });
      }
      logOf(shop).operations.push(/(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? "?");
      const result = await graphql.execute({
        schema,
        document,
        rootValue: createRoot(shop, views, bulk, now),
        variableValues: variables,
      });
      const extensions = payment.giveBack(countObjects(result.data)) as { cost: { actualQueryCost: number } };
      logOf(shop).spent += extensions.cost.actualQueryCost;
      say(200, { ...result, extensions });
    },
  };
}

function set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}

/** Objects of an answer: what it really cost. */
function countObjects(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, each) => sum + countObjects(each), 0);
  return inner + (Array.isArray(value) ? 0 : 1);
}

type Views = ReturnType<typeof createViews>;

/** Things of a shop as the schema wants them. */
function createViews(cdn: string, now: () => number) {
  const iso = (ms: number) => new Date(ms).toISOString();
  const image = (shop: LocalShop, { path, version, width, height }: LocalFile) => ({
    url: `${cdn}${shop.folder}/${path}?v=${version}`,
    width,
    height,
  });
  const file = (shop: LocalShop, row: LocalFile) => {
    const isReady = row.readyAt <= now();
    return {
      __typename: "MediaImage",
      id: row.gid,
      alt: row.alt,
      updatedAt: iso(row.updatedAt),
      createdAt: iso(row.updatedAt),
      fileStatus: isReady ? "READY" : "PROCESSING",
      status: isReady ? "READY" : "PROCESSING",
      mediaContentType: "IMAGE",
      mimeType: "image/jpeg",
      image: isReady ? image(shop, row) : null,
      originalSource: { fileSize: row.bytes.byteLength },
    };
  };
  const collection = (shop: LocalShop, row: LocalCollection) => ({
    __typename: "Collection",
    id: row.gid,
    title: row.title,
    updatedAt: iso(row.updatedAt),
    image: row.image === undefined ? null : image(shop, row.image),
  });
  return { file, collection };
}

interface PageArguments {
  readonly query?: string | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

function createRoot(shop: LocalShop, views: Views, bulk: BulkOperations, now: () => number) {
  const media = (product: LocalProduct) => product.media.flatMap((gid) => shop.files.get(gid) ?? []);
  const product = (row: LocalProduct) => ({
    __typename: "Product",
    id: row.gid,
    title: row.title,
    media: (page: PageArguments) => connection(media(row), page, (each) => views.file(shop, each)),
  });
  const node = (id: string) => {
    const [file, item, collection] = [shop.files.get(id), shop.products.get(id), shop.collections.get(id)];
    if (file) return views.file(shop, file);
    return item ? product(item) : collection ? views.collection(shop, collection) : null;
  };
  /** Rows that the index knows of, in the order of their last update. */
  const indexed = <Row extends { readonly updatedAt: number }>(
    rows: Iterable<Row>,
    query: string | null | undefined,
  ) => {
    const since = /updated_at:>='?([^'\s]+)'?/.exec(query ?? "")?.[1];
    const from = since === undefined ? 0 : Date.parse(since);
    return [...rows]
      .filter(
        (row) => row.updatedAt >= from && (since === undefined || row.updatedAt <= now() - shop.indexLagMs),
      )
      .toSorted((a, b) => a.updatedAt - b.updatedAt);
  };
  return {
    shop: {
      name: shop.domain.split(".")[0],
      myshopifyDomain: shop.domain,
      url: shop.url,
      primaryDomain: { host: new URL(shop.url).host, url: shop.url },
      domains: [{ url: shop.url }, { url: `https://${shop.domain}` }],
    },
    currentAppInstallation: {
      id: INSTALLATION,
      accessScopes: shop.scopes.map((handle) => ({ handle })),
    },
    product: ({ id }: { id: string }) => {
      const row = shop.products.get(id);
      return row === undefined ? null : product(row);
    },
    collection: ({ id }: { id: string }) => {
      const row = shop.collections.get(id);
      return row === undefined ? null : views.collection(shop, row);
    },
    nodes: ({ ids }: { ids: readonly string[] }) => ids.map(node),
    files: (page: PageArguments) =>
      connection(indexed(shop.files.values(), page.query), page, (each) => views.file(shop, each)),
    collections: (page: PageArguments) =>
      connection(indexed(shop.collections.values(), page.query), page, (each) =>
        views.collection(shop, each),
      ),
    bulkOperation: ({ id }: { id: string }) => bulk.view(shop, id),
    bulkOperationRunQuery: ({ query }: { query: string }) => bulk.start(shop, query),
    metafieldsSet({
      metafields,
    }: {
      metafields: readonly { ownerId: string; namespace: string; key: string; value: string }[];
    }) {
      // Only what belongs to the app itself can be written without a scope, and read by its extension alone.
      if (metafields.some(({ ownerId }) => ownerId !== INSTALLATION))
        return {
          metafields: null,
          userErrors: [{ field: null, message: "Access denied", code: "APP_NOT_AUTHORIZED" }],
        };
      for (const { namespace, key, value } of metafields) shop.metafields.set(`${namespace}.${key}`, value);
      return { metafields: [{ id: "gid://shopify/Metafield/1" }], userErrors: [] };
    },
  };
}

function connection<Row extends { readonly gid: string }, View>(
  rows: readonly Row[],
  { first, after }: PageArguments,
  view: (row: Row) => View,
) {
  const from = after ? rows.findIndex(({ gid }) => gid === Buffer.from(after, "base64").toString()) + 1 : 0;
  const page = rows.slice(from, from + (first ?? 0));
  const end = page.at(-1);
  return {
    nodes: page.map(view),
    edges: page.map((row) => ({ node: view(row), cursor: row.gid })),
    pageInfo: {
      hasNextPage: from + page.length < rows.length,
      hasPreviousPage: from > 0,
      endCursor: end === undefined ? null : Buffer.from(end.gid).toString("base64"),
      startCursor: null,
    },
  };
}
