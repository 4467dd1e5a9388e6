import type { ConnectedSite } from "@freshet/connector";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Assets } from "../assets/assets.ts";
import { problem, type ShopifyErrorCode } from "../errors.ts";
import type { ShopRow } from "../schema.ts";
import type { ShopContext } from "../shops/context.ts";
import type { Lifecycle } from "../shops/lifecycle.ts";
import type { Shops } from "../shops/shops.ts";
import type { HomeAnswer } from "./answers.ts";
import { type Embed, embedView, type HomeParts, healthOf, shopView, stepsOf } from "./home.ts";
import type { AssetQuestion, Lists } from "./lists.ts";
import type { Door } from "./session.ts";
import { sweepView } from "./views.ts";

export interface ApiParts extends HomeParts {
  readonly door: Door;
  readonly shops: Shops;
  readonly assets: Assets;
  readonly lists: Lists;
  readonly lifecycle: Lifecycle;
  readonly sites: ReadonlyMap<string, ConnectedSite<undefined>>;
  /** Told after changes were written down. */
  readonly noticed: () => void;
}

const STATES = ["all", "present", "gone", "updating", "failed"] as const;
const EMBED = ["active", "available", "unavailable"] as const;
const ID = /^[0-9a-f]{16}$/;
const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;
const MOST_IDS = 1_000;
const PRODUCT = /^gid:\/\/shopify\/Product\/\d{1,20}$/;

/** The JSON API of the embedded pages; API.md describes it. Each request carries a session token, and is about its shop alone. */
export async function apiRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { door, shops, assets, lists, lifecycle, now } = parts;

  type Handler = (shop: ShopContext, row: ShopRow, request: FastifyRequest) => Promise<unknown>;
  const route = (method: "GET" | "POST" | "PUT", url: string, handle: Handler) =>
    app.route({
      method,
      url,
      bodyLimit: 65_536,
      handler: async (request, reply: FastifyReply) => {
        const shop = await door.enter(request, reply);
        if (shop === undefined) return reply;
        const row = await shops.get(shop);
        if (row === undefined) return problem(reply, "SESSION_TOKEN_WRONG");
        const answer = await handle(shop, row, request);
        if (answer instanceof Refusal) return problem(reply, answer.code, answer.detail);
        return reply.header("cache-control", "no-store").send(answer);
      },
    });

  const home = async (shop: ShopContext, row: ShopRow): Promise<HomeAnswer> => ({
    shop: shopView(shop, row, parts.config),
    steps: await stepsOf(shop, row, parts),
    embed: embedView(shop, row, parts.config),
    sweep: sweepView(await parts.sweeps.get(shop)),
    // By the hour, so that an answer stays the same where nothing happened.
    images: await lists.counts(shop, Math.floor(now() / HOUR_MS) * HOUR_MS - WEEK_MS),
    health: await healthOf(shop, row, parts),
  });
  route("GET", "/api/home", home);
  route("GET", "/api/health", (shop, row) => healthOf(shop, row, parts));

  route("GET", "/api/assets", async (shop, row, request) => {
    const question = readAssetQuestion(request.query as Query);
    return question instanceof Refusal ? question : await lists.assets(shop, row, question);
  });
  route("GET", "/api/assets/:id", async (shop, row, request) => {
    const id = idOf(request);
    return (id === undefined ? undefined : await lists.asset(shop, row, id)) ?? new Refusal("ASSET_UNKNOWN");
  });
  route("POST", "/api/assets/:id/purge", async (shop, row, request) => {
    const id = idOf(request);
    if (row.project === null) return new Refusal("PROJECT_MISSING");
    if (id === undefined || (await assets.purge(shop, [id], manual(shop))) === 0)
      return new Refusal("ASSET_UNKNOWN");
    parts.noticed();
    return await lists.asset(shop, row, id);
  });
  route("POST", "/api/purge", async (shop, row, request) => {
    const { ids, product, all } = bodyOf(request);
    if (row.project === null) return new Refusal("PROJECT_MISSING");
    if (all === true) return await purgeAll(shop);
    const isProduct = typeof product === "string" && PRODUCT.test(product);
    const wanted = isProduct ? await assets.shownBy(shop, product) : ids;
    if (!isIds(wanted, isProduct ? 0 : 1))
      return new Refusal("BODY_UNREADABLE", `Write ids (1 to ${MOST_IDS} images), product, or all: true.`);
    const purged = await assets.purge(shop, [...new Set(wanted)], manual(shop));
    if (purged > 0) parts.noticed();
    return { purged };
  });
  const purgeAll = async (shop: ShopContext) => {
    const site = parts.sites.get(shop);
    if (site === undefined) return new Refusal("PROJECT_MISSING");
    const cause = { kind: "shopify", id: `admin of ${shop}` };
    try {
      const { invalidation } = await site.invalidations.invalidate({ scope: "all", cause });
      return { purged: "all", invalidation: invalidation.uuid };
    } catch {
      return new Refusal("FRESHET_AWAY");
    }
  };

  route("GET", "/api/changes", async (shop, _row, request) => {
    const { limit, cursor } = request.query as Query;
    const most = readLimit(limit);
    const before =
      cursor === undefined ? undefined : /^[0-9]{1,15}$/.test(String(cursor)) ? Number(cursor) : Number.NaN;
    if (most === undefined || Number.isNaN(before))
      return new Refusal("QUERY_WRONG", "limit is 1 to 100, cursor as an answer said.");
    return await lists.changes(shop, { limit: most, before });
  });

  route("PUT", "/api/switch", async (shop, _row, request) => {
    const { on } = bodyOf(request);
    if (typeof on !== "boolean") return new Refusal("BODY_UNREADABLE", "on is true or false.");
    await lifecycle.turn(shop, on);
    const row = await shops.get(shop);
    return row === undefined ? new Refusal("SESSION_TOKEN_WRONG") : shopView(shop, row, parts.config);
  });
  route("PUT", "/api/embed", async (shop, _row, request) => {
    const { status } = bodyOf(request);
    if (!EMBED.some((each) => each === status))
      return new Refusal("BODY_UNREADABLE", `status is one of ${EMBED.join(", ")}.`);
    const embed: Embed = { status: status as Embed["status"], at: now() };
    await shops.change(shop, { embed: JSON.stringify(embed) });
    const row = await shops.get(shop);
    return row === undefined ? new Refusal("SESSION_TOKEN_WRONG") : embedView(shop, row, parts.config);
  });

  route("GET", "/api/sweep", async (shop) => sweepView(await parts.sweeps.get(shop)));
  route("POST", "/api/sweep", async (shop) => {
    if (!(await parts.sweeps.begin(shop))) return new Refusal("SWEEP_RUNNING");
    await parts.jobs().ask({ shop, kind: "sweep", cause: "manual" });
    parts.jobs().wake();
    return sweepView(await parts.sweeps.get(shop));
  });
}

/** An answer with an error of the table. */
class Refusal {
  readonly code: ShopifyErrorCode;
  readonly detail: string | undefined;
  constructor(code: ShopifyErrorCode, detail?: string) {
    this.code = code;
    this.detail = detail;
  }
}

type Query = Readonly<Record<string, unknown>>;

function isIds(value: unknown, least: number): value is readonly string[] {
  if (!Array.isArray(value) || value.length < least || value.length > MOST_IDS) return false;
  return value.every((id) => typeof id === "string" && ID.test(id));
}

const manual = (shop: ShopContext) => ({ cause: "manual" as const, causeId: `admin of ${shop}` });

function idOf(request: FastifyRequest): string | undefined {
  const { id } = request.params as { readonly id?: string };
  return id !== undefined && ID.test(id) ? id : undefined;
}

function bodyOf(request: FastifyRequest): Query {
  const { body } = request;
  return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Query) : {};
}

function readLimit(value: unknown): number | undefined {
  const limit =
    value === undefined ? 50 : typeof value === "string" && /^[0-9]{1,3}$/.test(value) ? Number(value) : 0;
  return limit >= 1 && limit <= 100 ? limit : undefined;
}

function readAssetQuestion({ state = "present", search, limit, cursor }: Query): AssetQuestion | Refusal {
  const most = readLimit(limit);
  const known = STATES.find((each) => each === state);
  const [, at, id] = /^([0-9]{1,15})\.([0-9a-f]{16})$/.exec(String(cursor ?? "")) ?? [];
  const isWrong = most === undefined || known === undefined || (cursor !== undefined && id === undefined);
  if (isWrong || (search !== undefined && (typeof search !== "string" || search.length > 200)))
    return new Refusal(
      "QUERY_WRONG",
      `state is one of ${STATES.join(", ")}, limit is 1 to 100, cursor as an answer said.`,
    );
  return {
    state: known,
    search: search === undefined || search === "" ? undefined : search,
    limit: most,
    after: at === undefined || id === undefined ? undefined : [Number(at), id],
  };
}
