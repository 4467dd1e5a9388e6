import type { CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, type Ask, baseOf, createAsk, expectNoPage, isEmpty } from "./ask.ts";
import { CdnError } from "./errors.ts";
import { type Hidden, reveal } from "./secret.ts";
import { readsShared, type SharedOptions } from "./shared.ts";
import { createTokens, tokenOf } from "./tokens.ts";

export interface AzureOptions extends ApiOptions, SharedOptions {
  readonly subscription: string;
  readonly resourceGroup: string;
  /** Name of the Front Door profile. */
  readonly profile: string;
  /** Name of the endpoint in it. */
  readonly frontDoor: string;
  /** An app registration with the role CDN Endpoint Contributor; absent: the machine's managed identity. */
  readonly app?: { readonly tenant: string; readonly id: string; readonly secret: Hidden } | undefined;
  /** Its domains that deliver pictures; absent: all of them. Behind another Host header the server does not know them. */
  readonly domains?: readonly string[] | undefined;
  /** Nothing else is delivered by the endpoint, so that all of it may be purged. */
  readonly dedicated?: boolean | undefined;
  /** Address of Microsoft's sign-in instead of its own. */
  readonly signIn?: string | undefined;
}

const API_VERSION = "2024-02-01";
const SCOPE = "https://management.azure.com/";
const IDENTITY = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01";

/**
 * One endpoint of Azure Front Door. It knows no tags: it is told the paths under which answers left, and a path stands for every query
 * of it. @azure/arm-cdn would be one POST as well, and brings a second library for signing in.
 */
export function createAzureDriver(options: AzureOptions): CdnDriver {
  const { subscription, resourceGroup, profile, frontDoor, app, dedicated = false, domains = [] } = options;
  const name = `azure ${profile}/${frontDoor}`;
  const base = baseOf(options.endpoint, "https://management.azure.com");
  const ask = createAsk(name, () => [app ? reveal(app.secret) : "", ...tokens.secrets()], options);
  const tokens = createTokens((signal) => fetchToken(name, options, ask, signal));
  const limits: CdnLimits = {
    // 100 paths in one purge was the bound of Azure CDN; Front Door states none.
    batch: 100,
    // Writes of a subscription by one identity: a bucket of 200, 10 more a second.
    // https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    calls: { size: 200, perSecond: 10 },
    account: `azure ${subscription}`,
    // A long-running operation of up to ten minutes.
    settleMs: 600_000,
  };
  const steps = [
    "subscriptions",
    subscription,
    "resourceGroups",
    resourceGroup,
    "providers",
    "Microsoft.Cdn",
  ];
  const path = [...steps, "profiles", profile, "afdEndpoints", frontDoor, "purge"]
    .map(encodeURIComponent)
    .join("/");

  const purge = async (contentPaths: readonly string[], signal: AbortSignal) => {
    const body = domains.length === 0 ? { contentPaths } : { contentPaths, domains };
    const said = await tokens.run(
      (token) =>
        ask(
          {
            method: "POST",
            url: `${base}/${path}?api-version=${API_VERSION}`,
            headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
            body: JSON.stringify(body),
          },
          signal,
        ),
      signal,
    );
    expectNoPage(name, said);
  };
  return {
    name,
    ending: "probed",
    limits,
    reads: readsShared(options),
    // "Query string agnostic": https://learn.microsoft.com/azure/frontdoor/standard-premium/how-to-cache-purge
    urlsCover: "path",
    async purgeUrls({ urls }, signal) {
      if (isEmpty(name, urls, limits.batch)) return;
      // An asterisk at the end would be a wildcard.
      const paths = urls.map((url) => new URL(url).pathname.replaceAll("*", "%2A"));
      await purge([...new Set(paths)], signal);
    },
    ...(dedicated ? { purgeProject: (_, signal) => purge(["/*"], signal) } : {}),
  };
}

async function fetchToken(name: string, { app, signIn }: AzureOptions, ask: Ask, signal: AbortSignal) {
  const now = Date.now();
  const { json } = await ask(
    app
      ? {
          method: "POST",
          url: `${baseOf(signIn, "https://login.microsoftonline.com")}/${encodeURIComponent(app.tenant)}/oauth2/v2.0/token`,
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
          body: `${new URLSearchParams({
            grant_type: "client_credentials",
            client_id: app.id,
            client_secret: reveal(app.secret),
            scope: `${SCOPE}.default`,
          })}`,
        }
      : {
          method: "GET",
          url: `${IDENTITY}&${new URLSearchParams({ resource: SCOPE })}`,
          headers: { Metadata: "true" },
        },
    signal,
  ).catch((error: unknown) => {
    // A wrong secret is answered by 400 or 401.
    const isRefused = error instanceof CdnError && error.code === "PURGE_REFUSED";
    throw isRefused ? new CdnError("NODE_DENIED", name, "no access token for the app") : error;
  });
  return tokenOf(name, json, now);
}
