import { createVerify, type KeyObject, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { type AssetStore, createAssetStore, type StoredAsset } from "./assets.ts";
import { createEvents, type Events } from "./events.ts";
import type { Toolkit } from "./toolkit.ts";

/** A space of Contentful on loopback: as much of its management API as real clients need to create and publish assets. */
export interface FakeContentful {
  readonly url: string;
  readonly host: string;
  readonly space: string;
  readonly store: AssetStore;
  readonly events: Events;
  /** What each alias stands for. */
  readonly aliases: Map<string, string>;
  /** Users of the space, and whether they administer it. */
  readonly members: Map<string, boolean>;
  readonly contentTypes: object[];
  /** The person whose session Contentful's web app has, for whom calls of the app's pages are signed. */
  readonly session: { user: string };
  /** Requests of the app, by path without query. */
  readonly requests: string[];
  /** The next requests of the app are turned away with 429. */
  flood(count: number, resetSeconds?: number): void;
  /** Tokens that the app was given are good no longer. */
  expireTokens(): void;
  readonly tokensGiven: () => number;
  switchAlias(alias: string, environment: string): Promise<void>;
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly space: string;
  readonly app: string;
  /** The public half of the app's key. */
  readonly publicKey: KeyObject;
  readonly toolkit: Toolkit;
  /** The environment that `master` stands for; absent is one of that name. */
  readonly environment?: string;
  /** The app's signing secret, where pages of the app ask for signed calls. */
  readonly signingSecret?: string;
}

const LOCALES = [
  { code: "en-US", name: "English", default: true, fallbackCode: null },
  { code: "de", name: "German", default: false, fallbackCode: "en-US" },
];
const EDITOR = "Bearer editors-token";

class Refusal extends Error {
  readonly status: number;
  readonly id: string;
  constructor(status: number, id: string) {
    super(id);
    this.status = status;
    this.id = id;
  }
}

export async function startFakeContentful(options: FakeOptions): Promise<FakeContentful> {
  const { space, app, publicKey, toolkit } = options;
  let port = 0;
  const { environment = "master" } = options;
  const store = createAssetStore(space, environment, () => `http://127.0.0.1:${port}`);
  const events = createEvents(toolkit);
  const aliases = new Map(environment === "master" ? [] : [["master", environment]]);
  const members = new Map<string, boolean>();
  const contentTypes: object[] = [];
  const session = { user: "editor" };
  const requests: string[] = [];
  const tokens = new Set<string>();
  let given = 0;
  let flooded = { left: 0, reset: 1 };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const { status, id } = error instanceof Refusal ? error : { status: 500, id: String(error) };
      reply(response, status, { sys: { type: "Error", id }, message: id, requestId: "r" });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const file = store.files.get(url.pathname);
    if (file) {
      response
        .writeHead(200, { "content-type": file.contentType, etag: `"${url.pathname}"` })
        .end(file.bytes);
      return;
    }
    const [, spaces, id, ...rest] = url.pathname.split("/").map(decodeURIComponent);
    if (spaces !== "spaces" || id !== space) throw new Refusal(404, "NotFound");
    const body = await readJson(request);
    const { authorization = "" } = request.headers;
    const method = request.method ?? "GET";
    const isApp = authorization !== EDITOR;
    if (isApp) {
      requests.push(`${method} ${url.pathname}`);
      if (flooded.left > 0) {
        flooded.left -= 1;
        response.setHeader("x-contentful-ratelimit-reset", String(flooded.reset));
        throw new Refusal(429, "RateLimitExceeded");
      }
    }
    if (rest[2] === "app_installations" && rest[4] === "access_tokens") {
      if (rest[3] !== app || !isSignedBy(authorization.replace("Bearer ", ""), app, publicKey))
        throw new Refusal(401, "AccessTokenInvalid");
      const token = `app-${randomBytes(12).toString("hex")}`;
      tokens.add(token);
      given += 1;
      return reply(response, 201, { sys: { type: "AppAccessToken" }, token });
    }
    if (isApp && !tokens.has(authorization.replace("Bearer ", "")))
      throw new Refusal(401, "AccessTokenInvalid");
    await route(method, rest, url.searchParams, body, request, response);
  }

  async function route(
    method: string,
    path: readonly string[],
    query: URLSearchParams,
    body: Readonly<Record<string, unknown>>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const [first, name = "", kind, id, action, locale] = path;
    if (first === undefined) return reply(response, 200, { sys: { type: "Space", id: space }, name: space });
    if (first === "space_members") {
      const isAdmin = members.get(name);
      if (isAdmin === undefined) throw new Refusal(404, "NotFound");
      return reply(response, 200, { sys: { type: "SpaceMember", id: name }, admin: isAdmin, roles: [] });
    }
    if (first === "environment_aliases") {
      const items = [...aliases].map(([alias, environment]) => aliasBody(alias, environment));
      return reply(response, 200, list(items, query));
    }
    if (first !== "environments") throw new Refusal(404, "NotFound");
    const environment = aliases.get(name) ?? name;
    if (!store.environments.has(environment)) throw new Refusal(404, "NotFound");
    if (kind === undefined)
      return reply(response, 200, {
        sys: { type: "Environment", id: name, space: link("Space", space), status: { sys: { id: "ready" } } },
        name,
      });
    if (kind === "locales") {
      if (method !== "GET") return reply(response, 200, { ...body, sys: localeSys(String(body.code)) });
      const items = LOCALES.map((each) => ({ ...each, sys: localeSys(each.code), contentDeliveryApi: true }));
      return reply(response, 200, list(items, query));
    }
    if (kind === "content_types") return reply(response, 200, list(contentTypes, query));
    if (kind === "app_installations" && action === "signed_requests") {
      if (id !== app || options.signingSecret === undefined) throw new Refusal(404, "NotFound");
      const { method: signed, path: signedPath, headers = {}, body: text } = body as unknown as AskedToSign;
      const about = { method: signed, path: signedPath, headers, ...(text !== undefined && { body: text }) };
      const who = { spaceId: space, envId: name, userId: session.user, appId: app };
      const additionalHeaders = toolkit.signRequest(options.signingSecret, about, undefined, who);
      return reply(response, 201, { sys: { type: "AppSignedRequest" }, additionalHeaders });
    }
    const assets = [...(store.environments.get(environment)?.values() ?? [])];
    if (kind === "public" && id === "assets") {
      const shown = assets.filter(({ published }) => published).map(store.publicBody);
      return reply(response, 200, list(shown, query));
    }
    if (kind !== "assets") return reply(response, 200, list([], query));
    if (id === undefined) {
      if (method === "GET") {
        const text = query.get("query")?.toLowerCase() ?? "";
        const found = assets.filter(({ fields }) => JSON.stringify(fields).toLowerCase().includes(text));
        return reply(response, 200, list(found.map(store.body), query));
      }
      return written(store.put(environment, undefined, fieldsOf(body)), "create", 201, response);
    }
    const asset = store.get(environment, id);
    if (action === undefined && method === "PUT") {
      if (asset && Number(request.headers["x-contentful-version"]) !== asset.version)
        throw new Refusal(409, "VersionMismatch");
      const isNew = asset === undefined;
      return written(
        store.put(environment, id, fieldsOf(body)),
        isNew ? "create" : "save",
        isNew ? 201 : 200,
        response,
      );
    }
    if (!asset) throw new Refusal(404, "NotFound");
    if (action === undefined && method === "GET") return reply(response, 200, store.body(asset));
    if (action === undefined && method === "DELETE") {
      if (asset.published) throw new Refusal(400, "BadRequest");
      store.environments.get(environment)?.delete(id);
      await tell("delete", asset, store.tombstone(asset));
      return reply(response, 204);
    }
    if (action === "files") {
      await store.process(asset, locale ?? "", measure);
      await tell("save", asset, store.body(asset));
      return reply(response, 204);
    }
    if (action === "published") {
      if (method === "PUT") {
        store.publish(asset);
        await tell("publish", asset, store.publicBody(asset));
        return reply(response, 200, store.body(asset));
      }
      if (!asset.published) throw new Refusal(400, "NotPublished");
      const tombstone = store.tombstone(asset);
      asset.published = undefined;
      await tell("unpublish", asset, tombstone);
      return reply(response, 200, store.body(asset));
    }
    if (action === "archived") {
      if (asset.published) throw new Refusal(400, "BadRequest");
      asset.archivedAt = method === "PUT" ? store.now() : undefined;
      asset.version += 1;
      await tell(method === "PUT" ? "archive" : "unarchive", asset, store.body(asset));
      return reply(response, 200, store.body(asset));
    }
    throw new Refusal(404, "NotFound");
  }

  const written = async (asset: StoredAsset, action: string, status: number, response: ServerResponse) => {
    await tell(action, asset, store.body(asset));
    reply(response, status, store.body(asset));
  };
  const tell = (action: string, { id, environment }: StoredAsset, body: object) =>
    events.tell(`Asset.${action}`, body, { space, environment, path: `assets/${id}` });
  const aliasBody = (alias: string, environment: string) => ({
    sys: {
      type: "EnvironmentAlias",
      id: alias,
      space: { sys: { type: "Link", linkType: "Space", id: space } },
    },
    environment: link("Environment", environment),
  });

  return {
    ...{ space, store, events, aliases, members, contentTypes, session, requests },
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    flood: (left, reset = 1) => {
      flooded = { left, reset };
    },
    expireTokens: () => tokens.clear(),
    tokensGiven: () => given,
    async switchAlias(alias, environment) {
      aliases.set(alias, environment);
      await events.tell("EnvironmentAlias.change_target", aliasBody(alias, environment), {
        ...{ space, environment: alias, path: "" },
      });
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A request that Contentful is asked to sign for the user who is there. */
interface AskedToSign {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const fieldsOf = (body: Readonly<Record<string, unknown>>) => (body.fields ?? {}) as StoredAsset["fields"];

const link = (linkType: string, id: string) => ({ sys: { type: "Link", linkType, id } });

const localeSys = (code: string) => ({ type: "Locale", id: `locale-${code}`, version: 1 });

async function measure(bytes: Uint8Array) {
  const { width, height } = await sharp(bytes).metadata();
  return { image: { width, height } };
}

/** A page of a list, with the filters that are used. */
function list(all: readonly object[], query: URLSearchParams) {
  const ids = query.get("sys.id[in]")?.split(",");
  const wanted = ids
    ? all.filter((each) => ids.includes((each as { readonly sys: { readonly id: string } }).sys.id))
    : all;
  const skip = Number(query.get("skip") ?? 0);
  const limit = Number(query.get("limit") ?? 100);
  const items = wanted.slice(skip, skip + limit);
  return { sys: { type: "Array" }, total: wanted.length, skip, limit, items };
}

function reply(response: ServerResponse, status: number, body?: object): void {
  response.setHeader("content-type", "application/vnd.contentful.management.v1+json");
  response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const text = Buffer.concat(chunks).toString();
  return text === "" || text === "null" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Whether a JWT is the app's own, for ten minutes at most. */
function isSignedBy(jwt: string, app: string, key: KeyObject): boolean {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const verify = createVerify("RSA-SHA256").update(`${head}.${claims}`);
  if (!verify.verify(key, Buffer.from(signature, "base64url"))) return false;
  const { iss, iat, exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<
    string,
    unknown
  >;
  const isTimely = Number(exp) * 1_000 > Date.now() && Number(exp) - Number(iat) <= 600;
  return iss === app && isTimely;
}
