import { tokenBucket } from "./limits.ts";
import { createFakeZone, type FakeZone, parse, type ZoneReply } from "./zone.ts";

export const AZURE = {
  subscription: "5c1f7e9a-0000-4000-8000-000000000001",
  resourceGroup: "pictures",
  profile: "shop",
  frontDoor: "images",
  tenant: "7d2b0c1e-0000-4000-8000-000000000002",
  clientId: "9b3a4d5f-0000-4000-8000-000000000003",
  clientSecret: "azure~secret.8Q~Zk1",
} as const;

const refusal = (status: number, code: string, message: string): ZoneReply => ({
  status,
  body: { error: { code, message } },
});

/** `afdEndpoints/purge` of Azure's resource manager, and the sign-in of an app registration. */
export function createAzureZone(now: () => number = Date.now): FakeZone {
  const allows = tokenBucket(200, 10, now);
  const tokens = new Set<string>();
  const giveToken = (body: string): ZoneReply => {
    const form = Object.fromEntries(new URLSearchParams(body));
    const isGood =
      form.grant_type === "client_credentials" &&
      form.client_id === AZURE.clientId &&
      form.client_secret === AZURE.clientSecret &&
      form.scope === "https://management.azure.com/.default";
    if (!isGood)
      return { status: 401, body: { error: "invalid_client", error_description: "AADSTS7000215" } };
    const token = `eyJ.azure-access-${tokens.size}`;
    tokens.add(token);
    return { status: 200, body: { token_type: "Bearer", expires_in: 3_599, access_token: token } };
  };
  const path = [
    ...[
      "/subscriptions",
      AZURE.subscription,
      "resourceGroups",
      AZURE.resourceGroup,
      "providers",
      "Microsoft.Cdn",
    ],
    ...["profiles", AZURE.profile, "afdEndpoints", AZURE.frontDoor, "purge"],
  ].join("/");
  return createFakeZone({
    name: "azure",
    denied: refusal(401, "InvalidAuthenticationToken", "The access token is invalid."),
    busy: refusal(429, "TooManyRequests", "Number of write requests exceeded the limit."),
    handle({ method, url, headers, body }, cache) {
      if (method === "POST" && url.pathname === `/${AZURE.tenant}/oauth2/v2.0/token`) return giveToken(body);
      const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
      if (!tokens.has(token)) return this.denied;
      if (method !== "POST" || url.pathname !== path) return refusal(404, "ResourceNotFound", "Not found");
      if (!/^\d{4}-\d\d-\d\d$/.test(url.searchParams.get("api-version") ?? ""))
        return refusal(400, "MissingApiVersionParameter", "The api-version query parameter is required.");
      if (!allows()) return this.busy;
      const { contentPaths, domains, ...rest } = Object(parse(body));
      const isTexts = (list: unknown): list is readonly string[] =>
        Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === "string");
      const isGood =
        headers["content-type"] === "application/json" &&
        isTexts(contentPaths) &&
        contentPaths.length <= 100 &&
        // A path without its query; an asterisk stands at the end alone.
        contentPaths.every((each) => /^\/[^?#*]*\*?$/.test(each)) &&
        (domains === undefined || isTexts(domains)) &&
        Object.keys(rest).length === 0;
      if (!isGood) return refusal(400, "BadRequest", "The content paths are not valid.");
      cache.purgeUrls(({ host, pathname }) => {
        const isHere = domains === undefined || domains.includes(host);
        // It makes no difference between large and small letters.
        const asked = pathname.toLowerCase();
        const covers = (each: string) =>
          each.endsWith("*")
            ? asked.startsWith(each.slice(0, -1).toLowerCase())
            : asked === each.toLowerCase();
        return isHere && contentPaths.some(covers);
      });
      const location = `${url.origin}/subscriptions/${AZURE.subscription}/operationresults/1`;
      return { status: 202, headers: { location } };
    },
  });
}
