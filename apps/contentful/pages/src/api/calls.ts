import type { BaseAppSDK } from "@contentful/app-sdk";
import { CallError, problemOf } from "./problem.ts";
import type { Asked, Asset, Block, Check, Comparison, EventLine, Policy, Status, Use } from "./shapes.ts";

/** What editors ask of assets. */
export type Wish = "purge" | "re-version" | "block" | "unblock";

/** The connector's API. Every call is signed by Contentful for the user who makes it, and rejects with a `CallError`. */
export interface Calls {
  status(): Promise<Status>;
  check(): Promise<readonly Check[]>;
  /** In the order of the ids, however many they are. */
  assets(ids: readonly string[]): Promise<readonly Asset[]>;
  listAssets(where: { readonly state?: string; readonly after?: string }): Promise<AssetList>;
  events(where: {
    readonly asset?: string;
    readonly state?: string;
    readonly before?: string;
    readonly limit?: number;
  }): Promise<{ readonly events: readonly EventLine[]; readonly next: string | null }>;
  usage(ids: readonly string[]): Promise<readonly Use[]>;
  blocks(): Promise<readonly Block[]>;
  comparison(): Promise<{ readonly comparison: Comparison | null; readonly error: string | null }>;
  ask(wish: Wish, ids: readonly string[]): Promise<readonly Asked[]>;
  setPolicy(change: Partial<Policy>): Promise<Policy>;
  setSecrets(secrets: { readonly api_key?: string; readonly webhook_secret?: string }): Promise<void>;
  dropSecret(which: "api_key" | "old_webhook_secret" | "webhook_secrets"): Promise<void>;
  compare(): Promise<Comparison | null>;
}

interface AssetList {
  readonly assets: readonly Asset[];
  readonly next: string | null;
}

interface OfLocale {
  readonly locale: string | null;
}

/** Assets that one call may name. */
const MOST_ASSETS = 100;
const PAGE = 25;
const LONGEST_MS = 30_000;

/** `base` is the address of the connector, without a slash at the end. */
export function createCalls(sdk: BaseAppSDK, base: string): Calls {
  const { origin, pathname } = new URL(base);
  const prefix = pathname.replace(/\/+$/, "");

  const call = async <Answer>(route: string, body?: object, isFirst = true): Promise<Answer> => {
    const [method = "GET", name = ""] = route.split(" ");
    const path = `${prefix}/contentful/api/${name}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = await sign(method, path, text);
    const response = await fetch(origin + path, {
      ...{ method, headers, cache: "no-store", credentials: "omit" },
      ...(text !== undefined && { body: text }),
      signal: AbortSignal.timeout(LONGEST_MS),
    }).catch(() => {
      throw new CallError({
        code: "CONNECTOR_UNREACHABLE",
        title: "Freshet's connector does not answer.",
        detail: `It is looked for at ${base}. Check that it runs, and that its configuration allows these pages.`,
      });
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as Answer;
    const refused = refusal(response.status, answer);
    // The same call twice in one millisecond has one signature, which is good once; what was refused for that was not done.
    if (isFirst && refused.code === "CALL_NOT_GENUINE" && refused.detail === "replayed")
      return call(route, body, false);
    throw refused;
  };

  const sign = async (method: string, path: string, body: string | undefined) => {
    const appDefinitionId = sdk.ids.app;
    if (appDefinitionId === undefined) throw notSigned("The app has no id here.");
    try {
      const { additionalHeaders } = await sdk.cma.appSignedRequest.create(
        { appDefinitionId },
        {
          ...{ method: method as "GET" | "POST" | "PUT", path, headers: {} },
          ...(body !== undefined && { body }),
        },
      );
      return { ...additionalHeaders };
    } catch (thrown) {
      throw notSigned(problemOf(thrown).detail);
    }
  };

  const inParts = async <Each>(
    ids: readonly string[],
    each: (part: readonly string[]) => Promise<readonly Each[]>,
  ): Promise<readonly Each[]> => {
    const all: Each[] = [];
    for (let from = 0; from < ids.length; from += MOST_ASSETS)
      all.push(...(await each(ids.slice(from, from + MOST_ASSETS))));
    return all;
  };

  /** The default locale's file stands first: where nobody named a locale, it is what visitors get. */
  const ordered = (asset: Asset): Asset => {
    const rank = (locale: string | null) => (locale === null ? 0 : locale === sdk.locales.default ? 1 : 2);
    const byLocale = (a: OfLocale, b: OfLocale) =>
      rank(a.locale) - rank(b.locale) || String(a.locale).localeCompare(String(b.locale));
    return { ...asset, files: asset.files.toSorted(byLocale), stable: asset.stable.toSorted(byLocale) };
  };

  return {
    status: () => call("GET status"),
    check: async () => (await call<{ checks: readonly Check[] }>("GET check")).checks,
    assets: (ids) =>
      inParts(ids, async (part) =>
        (await call<{ assets: readonly Asset[] }>("POST assets", { assets: part })).assets.map(ordered),
      ),
    async listAssets(where) {
      const { assets, next } = await call<AssetList>("POST assets", { limit: PAGE, ...where });
      return { assets: assets.map(ordered), next };
    },
    events: (where) => call("POST events", { limit: PAGE, ...where }),
    usage: (ids) =>
      inParts(
        ids,
        async (part) => (await call<{ uses: readonly Use[] }>("POST usage", { assets: part })).uses,
      ),
    blocks: async () => (await call<{ blocks: readonly Block[] }>("GET blocks")).blocks,
    comparison: () => call("GET backfill"),
    ask: (wish, ids) =>
      inParts(
        ids,
        async (part) => (await call<{ events: readonly Asked[] }>(`POST ${wish}`, { assets: part })).events,
      ),
    setPolicy: async (change) => (await call<{ policy: Policy }>("PUT policy", change)).policy,
    setSecrets: async (secrets) => void (await call("PUT secrets", secrets)),
    dropSecret: async (which) => void (await call("POST drop-secret", { which })),
    compare: async () => (await call<{ comparison: Comparison | null }>("POST backfill")).comparison,
  };
}

/** Whether a connector is at an address: it refuses what nobody signed, in words of its own. A text says what is wrong. */
export async function findConnector(base: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(LONGEST_MS);
    const response = await fetch(`${base}/contentful/api/status`, { credentials: "omit", signal });
    const answer = (await response.json()) as { readonly code?: unknown };
    return answer.code === "CALL_NOT_GENUINE"
      ? undefined
      : `What answers at ${base} is no connector of Freshet.`;
  } catch {
    return `No connector answers at ${base}, or its configuration does not allow these pages (pageOrigins).`;
  }
}

const notSigned = (detail: string | undefined) =>
  new CallError({
    code: "NOT_SIGNED",
    title: "Contentful did not sign the call. Is the app installed?",
    detail,
  });

function refusal(status: number, answer: unknown): CallError {
  const { code, title, detail } = (typeof answer === "object" && answer !== null ? answer : {}) as Readonly<
    Record<string, unknown>
  >;
  return new CallError({
    code: typeof code === "string" ? code : `HTTP_${status}`,
    title: typeof title === "string" ? title : `The connector answered ${status}.`,
    detail: typeof detail === "string" ? detail : undefined,
  });
}
