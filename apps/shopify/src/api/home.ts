import type { Desk } from "@freshet/connector";
import type { Config } from "../config.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Sweeps } from "../jobs/sweep.ts";
import type { ShopRow } from "../schema.ts";
import type { ShopContext } from "../shops/context.ts";
import { endpointOf } from "../shops/lifecycle.ts";
import { originsOf } from "../shops/shops.ts";
import type { Tokens } from "../shops/tokens.ts";
import type { EmbedAnswer, EmbedStatus, HealthAnswer, ShopAnswer, Step } from "./answers.ts";
import { sweepView, timeOf } from "./views.ts";

/** What App Bridge's `app.extensions()` said last, as the pages handed it on. */
export interface Embed {
  readonly status: EmbedStatus;
  readonly at: number;
}

/** The file name of the app embed block in the theme extension. */
const EMBED_BLOCK = "lazy-images";
/** As shopify.app.toml asks for them. */
const SCOPES = ["read_products", "read_files"];
const POLL_IS_LATE_MS = 10 * 60_000;

export interface HomeParts {
  readonly config: Config;
  readonly desk: Desk;
  readonly jobs: () => Jobs;
  readonly sweeps: Sweeps;
  readonly tokens: Tokens;
  readonly now: () => number;
}

const readEmbed = (row: ShopRow): Embed | undefined =>
  row.embed === null ? undefined : (JSON.parse(row.embed) as Embed);

export function embedView(shop: ShopContext, row: ShopRow, { clientId }: Config): EmbedAnswer {
  const embed = readEmbed(row);
  const query = new URLSearchParams({
    context: "apps",
    template: "index",
    activateAppId: `${clientId}/${EMBED_BLOCK}`,
  });
  return {
    status: embed?.status ?? null,
    told_at: timeOf(embed?.at),
    activate_url: `https://${shop}/admin/themes/current/editor?${query}`,
  };
}

export async function stepsOf(shop: ShopContext, row: ShopRow, parts: HomeParts): Promise<readonly Step[]> {
  const { config } = parts;
  const sweep = await parts.sweeps.get(shop);
  const waiting = await parts.jobs().waiting(shop);
  const stuck = (kind: string) =>
    waiting.find((each) => each.kind === kind && each.error !== null)?.error ?? undefined;
  const hasAccess = await parts.tokens.has(shop);
  const embed = readEmbed(row);
  const setup = stuck("setup");
  const canHaveProject = config.project !== undefined || config.adminKey !== undefined;
  const found = sweepView(sweep);
  return [
    hasAccess
      ? {
          id: "access",
          state: "done",
          note: "Shopify lets the app read products and files. It writes neither.",
        }
      : {
          id: "access",
          state: "todo",
          note: "Open the app in the Shopify admin, so that it gets access again.",
        },
    row.project !== null
      ? { id: "project", state: "done", note: `Project ${row.project} delivers the pictures.` }
      : canHaveProject
        ? {
            id: "project",
            state: "working",
            note: setup ?? "The project that delivers the pictures is being made.",
          }
        : {
            id: "project",
            state: "blocked",
            note: "Whoever runs the app has to give it FRESHET_ADMIN_KEY or FRESHET_SHOPIFY_PROJECT.",
          },
    row.published_at !== null
      ? { id: "storefront", state: "done", note: "The theme extension knows where pictures are delivered." }
      : {
          id: "storefront",
          state: "working",
          note: stuck("publish") ?? "The theme extension is being told where pictures are delivered.",
        },
    row.swept_at !== null
      ? { id: "images", state: "done", note: `${found.total ?? found.seen} images were looked through.` }
      : {
          id: "images",
          state: "working",
          note: found.error ?? `${found.seen} of ${found.total ?? "all"} images were looked through.`,
        },
    embed?.status === "active"
      ? { id: "embed", state: "done", note: "The app embed is on in the published theme." }
      : { id: "embed", state: "todo", note: "Switch the app embed on in the theme editor, and save." },
  ];
}

/** How the shop stands: `ok`, `behind` (changes are under way), `attention` (something is wrong; the notes say what), `off`. */
export async function healthOf(shop: ShopContext, row: ShopRow, parts: HomeParts): Promise<HealthAnswer> {
  const { now } = parts;
  const { states, waiting } = await parts.desk.counts(shop);
  const jobs = await parts.jobs().waiting(shop);
  const troubles = jobs.filter((each) => each.error !== null);
  const hasAccess = await parts.tokens.has(shop);
  const polledAt = row.polled_at === null ? undefined : Number(row.polled_at);
  const isLate =
    polledAt !== undefined && now() - polledAt > Math.max(POLL_IS_LATE_MS, parts.config.pace.pollMs * 3);
  const scopes = row.scopes === "" ? [] : row.scopes.split(",");
  const denied = scopes.length === 0 ? [] : SCOPES.filter((scope) => !scopes.includes(scope));
  const notes = [
    ...(denied.length === 0
      ? []
      : [
          `Shopify does not let the app ${denied.join(" and ")}. Open the app and agree to what it asks for.`,
        ]),
    ...(hasAccess ? [] : ["Shopify took the app's access back. Open the app to give it again."]),
    ...(row.project === null ? ["No project delivers the pictures yet."] : []),
    ...(row.poll_error === null ? [] : [`Files could not be asked for: ${row.poll_error}`]),
    ...(isLate ? ["Files were not asked for in a while."] : []),
    ...troubles.map((each) => `${each.kind} waits: ${each.error}`),
    ...(waiting?.remark?.startsWith("Waiting to try again") ? [waiting.remark] : []),
  ];
  const isBehind = waiting !== undefined || jobs.length > 0;
  return {
    state: notes.length > 0 ? "attention" : row.is_on === 0 ? "off" : isBehind ? "behind" : "ok",
    notes: [...new Set(notes)].slice(0, 20),
    lag_ms: waiting === undefined ? 0 : Math.max(0, now() - waiting.since),
    events: states,
    jobs: jobs.length,
    webhook_at: timeOf(row.heard_at),
    polled_at: timeOf(row.polled_at),
    poll_every_ms: parts.config.pace.pollMs,
    scopes,
  };
}

export function shopView(shop: ShopContext, row: ShopRow, config: Config): ShopAnswer {
  return {
    domain: shop,
    name: row.name,
    origins: originsOf(row),
    state: row.state,
    installed_at: timeOf(row.installed_at),
    is_on: row.is_on === 1,
    delivery: row.told_state,
    project: row.project,
    endpoint: endpointOf(row, config) ?? null,
  };
}
