import { createHash } from "node:crypto";
import { type Kysely, sql } from "@freshet/store";
import type { Admin } from "../admin/admin.ts";
import { PUBLISH_SETTINGS, SHOP } from "../admin/operations.ts";
import { isLoose, readUserErrors } from "../admin/read.ts";
import type { Config } from "../config.ts";
import type { Control } from "../freshet/control.ts";
import type { Sites } from "../freshet/sites.ts";
import type { Job, Jobs, Outcome } from "../jobs/jobs.ts";
import type { ShopRow } from "../schema.ts";
import type { Seal } from "../secrets.ts";
import { handleOf, type ShopContext } from "./context.ts";
import type { Shops } from "./shops.ts";
import type { Tokens } from "./tokens.ts";

/**
 * A shop comes, goes and may come back: active → uninstalled → erased. When it goes, its pictures are redirected to Shopify, so
 * that theme code which still names us breaks nothing.
 */
export interface Lifecycle {
  /** Makes the shop active and asks for everything that follows from it; harmless when it was active. */
  install(shop: ShopContext): Promise<void>;
  /** Writes down that it went; older news than its last coming changes nothing. Call `jobs.wake` after the commit. */
  leave(shop: ShopContext, at: number | undefined, on: Kysely<unknown>): Promise<void>;
  /** The switch of the merchant. */
  turn(shop: ShopContext, isOn: boolean): Promise<void>;
  readonly setup: (job: Job) => Promise<Outcome>;
  readonly state: (job: Job) => Promise<Outcome>;
  readonly publish: (job: Job) => Promise<Outcome>;
  readonly erase: (job: Job) => Promise<Outcome>;
}

export interface LifecycleOptions {
  readonly config: Config;
  readonly shops: Shops;
  readonly tokens: Tokens;
  readonly admin: Admin;
  readonly control: Control;
  readonly sites: Sites;
  readonly seal: Seal;
  readonly jobs: () => Jobs;
  /** Forgets what the connector has of the shop. */
  readonly forget: (shop: ShopContext) => Promise<void>;
  readonly now: () => number;
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Hosts that Shopify delivers images of every shop from. */
const CDN = "https://cdn.shopify.com";

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { config, shops, tokens, admin, control, sites, seal, now, log } = options;

  /** Its own project where the app may make one, else the one that the operator named. */
  const ensureProject = async (
    shop: ShopContext,
    row: ShopRow,
    origins: readonly string[],
  ): Promise<void> => {
    const allowed = [...new Set([config.gateway ?? CDN, `https://${shop}`, ...origins])];
    if (row.project !== null) {
      if (row.is_project_ours === 1) await control.allowOrigins(row.project, allowed);
      return;
    }
    if (config.project !== undefined) {
      const { name, key } = config.project;
      await keep(shop, {
        project: name,
        project_key: seal.close(key, `project ${shop}`),
        is_project_ours: 0,
      });
      return;
    }
    if (!control.canMakeProjects) return;
    let name = handleOf(shop);
    const has = (project: string) => control.fetchesFrom(project, shop);
    if (!(await control.makeProject(name, allowed)) && !(await has(name))) {
      // Somebody else's, of the same name.
      name = `${name.slice(0, 54)}-${createHash("sha256").update(shop).digest("hex").slice(0, 8)}`;
      if (!(await control.makeProject(name, allowed)) && !(await has(name)))
        throw new Error(`Project ${name} exists and does not fetch from ${shop}. Rename it.`);
    }
    // Perhaps it is from an earlier life of the shop, which had other domains.
    await control.allowOrigins(name, allowed);
    const { id, key } = await control.makeKey(name, "Shopify app");
    await keep(shop, {
      project: name,
      project_key: seal.close(key, `project ${shop}`),
      key_id: id,
      is_project_ours: 1,
    });
    log("project made", { shop, project: name });
  };
  const keep = async (shop: ShopContext, values: Parameters<Shops["change"]>[1]) => {
    await shops.change(shop, values);
    const row = await shops.get(shop);
    if (row !== undefined) sites.put(shop, row);
  };
  const askAll = async (
    shop: ShopContext,
    kinds: readonly ("setup" | "state" | "publish" | "poll" | "sweep")[],
  ) => {
    for (const kind of kinds) await options.jobs().ask({ shop, kind, cause: "manual" });
    options.jobs().wake();
  };

  return {
    async install(shop) {
      const isNew = await shops.install(shop);
      if (isNew) log("shop installed", { shop });
      await options.jobs().hurry(shop);
      if (isNew) await askAll(shop, ["setup"]);
    },

    async leave(shop, at, on) {
      const { rows } = await sql<ShopRow>`select * from shopify_shop where shop = ${shop}`.execute(on);
      const [row] = rows;
      if (row === undefined || row.state !== "active") return;
      // It came back before the news of its going arrived.
      if (at !== undefined && at < Number(row.installed_at)) return;
      await shops.change(shop, { state: "uninstalled", left_at: now() }, on);
      await sql`delete from shopify_token where shop = ${shop}`.execute(on);
      await sql`delete from shopify_job where shop = ${shop} and kind <> 'erase'`.execute(on);
      await options.jobs().ask({ shop, kind: "state", cause: "webhook" }, on);
      log("shop uninstalled", { shop });
    },

    async turn(shop, isOn) {
      await shops.change(shop, { is_on: isOn ? 1 : 0 });
      await askAll(shop, ["state", "publish"]);
    },

    async setup({ shop }) {
      const before = await shops.get(shop);
      if (before === undefined || before.state !== "active") return undefined;
      const about = readShop(await admin.ask(shop, SHOP));
      if (about.domain !== shop)
        throw new Error(`The token of ${shop} belongs to ${about.domain ?? "no shop"}.`);
      await shops.change(shop, {
        name: about.name,
        origins: JSON.stringify(about.origins),
        scopes: about.scopes.join(","),
      });
      await ensureProject(shop, before, about.origins);
      await askAll(shop, ["state", "publish", "poll", "sweep"]);
      return undefined;
    },

    async state({ shop }) {
      const row = await shops.get(shop);
      if (row === undefined || row.project === null || row.project_key === null) return undefined;
      const wanted = row.state === "active" && row.is_on === 1 ? "served" : "redirect";
      // Also the first time: a shop that comes back after it was erased left its project redirecting.
      if (row.told_state === wanted) return undefined;
      const cause =
        row.state === "active" ? (row.is_on === 1 ? "switched on" : "switched off") : "uninstalled";
      const key = seal.open(row.project_key, `project ${shop}`);
      await control.setState(row.project, key, wanted, await shops.nextPlace(shop), `${shop} ${cause}`);
      await shops.change(shop, { told_state: wanted });
      log("delivery told", { shop, state: wanted });
      return undefined;
    },

    async publish({ shop }) {
      const row = await shops.get(shop);
      if (row === undefined || row.state !== "active") return undefined;
      const data = await admin.ask(shop, SHOP);
      const installation =
        isLoose(data) && isLoose(data.currentAppInstallation) ? data.currentAppInstallation : {};
      const value = JSON.stringify(storefrontSettings(row, config));
      const metafield = {
        ownerId: installation.id,
        namespace: "freshet",
        key: "storefront",
        type: "json",
        value,
      };
      const refused = readUserErrors(
        await admin.ask(shop, PUBLISH_SETTINGS, { metafields: [metafield] }),
        "metafieldsSet",
      );
      if (refused !== undefined)
        throw new Error(`Shopify did not take the storefront's settings: ${refused}`);
      await shops.change(shop, { published_at: now() });
      return undefined;
    },

    async erase({ shop }) {
      const row = await shops.get(shop);
      if (row?.project && row.project_key) {
        const key = seal.open(row.project_key, `project ${shop}`);
        // Before the key is lost: whoever still asks is sent to Shopify for ever.
        if (row.told_state !== "redirect")
          await control.setState(row.project, key, "redirect", await shops.nextPlace(shop), `${shop} erased`);
        const others = [...sites.map.values()].filter((each) => each.id !== shop);
        if (!others.some(({ project }) => project === row.project))
          await control.forget(row.project, key, config.name);
        if (row.key_id !== null && control.canMakeProjects) await control.revokeKey(row.project, row.key_id);
      }
      sites.remove(shop);
      await tokens.drop(shop);
      await options.forget(shop);
      await shops.erase(shop);
      log("shop erased", { shop });
      return undefined;
    },
  };
}

/** Where the shop's pictures are delivered: `https://project.img.example`; undefined while no project delivers them. */
export function endpointOf(
  { project }: Pick<ShopRow, "project">,
  { delivery }: Pick<Config, "delivery">,
): string | undefined {
  return project === null ? undefined : delivery.replace("{project}", project);
}

/** What the theme extension reads as `app.metafields.freshet.storefront.value`. */
function storefrontSettings(row: ShopRow, config: Pick<Config, "delivery">) {
  const endpoint = endpointOf(row, config);
  return { enabled: row.is_on === 1 && endpoint !== undefined, endpoint: endpoint ?? "" };
}

function readShop(data: unknown) {
  const { shop, currentAppInstallation } = isLoose(data) ? data : {};
  const { name, myshopifyDomain, url, primaryDomain, domains } = isLoose(shop) ? shop : {};
  const urls = [
    isLoose(primaryDomain) ? primaryDomain.url : undefined,
    url,
    ...(Array.isArray(domains) ? domains.map((each) => (isLoose(each) ? each.url : undefined)) : []),
  ];
  const origins = new Set<string>();
  for (const each of urls) {
    const read = typeof each === "string" ? URL.parse(each) : null;
    if (read !== null && /^https?:$/.test(read.protocol)) origins.add(read.origin);
  }
  const { accessScopes } = isLoose(currentAppInstallation) ? currentAppInstallation : {};
  return {
    domain: typeof myshopifyDomain === "string" ? myshopifyDomain : undefined,
    name: typeof name === "string" ? name.slice(0, 255) : null,
    origins: [...origins],
    scopes: Array.isArray(accessScopes)
      ? accessScopes.map((each) => String(isLoose(each) ? each.handle : ""))
      : [],
  };
}
