import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { slidingWindow } from "./limits.ts";
import { createFakeZone, type FakeZone, listOf, parse, type ZoneReply } from "./zone.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const EMAIL = "freshet@pictures-1.iam.gserviceaccount.com";
const MINUTE = 60_000;

export const GOOGLE = {
  project: "pictures-1",
  urlMap: "images",
  /** A service account's key as Google hands it out; tokens are given at this address. */
  key: (tokens: string) =>
    JSON.stringify({
      type: "service_account",
      client_email: EMAIL,
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      private_key_id: "0123456789abcdef",
      token_uri: tokens,
    }),
} as const;

const refusal = (code: number, message: string): ZoneReply => ({
  status: code,
  body: { error: { code, message } },
});

/** `urlMaps.invalidateCache`, and the endpoint that gives access tokens for signed assertions (RFC 7523). */
export function createGoogleZone(now: () => number = Date.now): FakeZone {
  const allows = slidingWindow(500, MINUTE, now);
  const tokens = new Set<string>();
  let operations = 0;
  const giveToken = (body: string, self: string): ZoneReply => {
    const form = new URLSearchParams(body);
    const assertion = form.get("assertion") ?? "";
    const isGood =
      form.get("grant_type") === "urn:ietf:params:oauth:grant-type:jwt-bearer" &&
      isSigned(assertion, self, now());
    if (!isGood)
      return { status: 400, body: { error: "invalid_grant", error_description: "Invalid JWT Signature." } };
    const token = `ya29.${tokens.size}.google-access`;
    tokens.add(token);
    return { status: 200, body: { access_token: token, expires_in: 3_599, token_type: "Bearer" } };
  };
  return createFakeZone({
    name: "google",
    denied: refusal(401, "Request had invalid authentication credentials."),
    busy: refusal(429, "Quota exceeded for quota metric 'Invalidate cache'"),
    handle({ method, url, headers, body }, cache, { isPartial }) {
      if (url.pathname === "/token" && method === "POST") return giveToken(body, `${url.origin}/token`);
      const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
      if (!tokens.has(token)) return this.denied;
      const path = `/compute/v1/projects/${GOOGLE.project}/global/urlMaps/${GOOGLE.urlMap}/invalidateCache`;
      if (method !== "POST" || url.pathname !== path) return refusal(404, "The resource was not found");
      if (!allows()) return this.busy;
      const tags = listOf(body, "cacheTags");
      const isGood = headers["content-type"] === "application/json" && tags && tags.length <= 10;
      if (!isGood) return refusal(400, "Invalid value for field 'resource.cacheTags'");
      operations += 1;
      const operation = {
        kind: "compute#operation",
        name: `operation-${operations}`,
        operationType: "invalidateCache",
      };
      if (isPartial)
        return {
          status: 200,
          body: { ...operation, status: "DONE", error: { errors: [{ code: "RESOURCE_ERROR" }] } },
        };
      cache.purgeTags(tags);
      return { status: 200, body: { ...operation, status: "RUNNING" } };
    },
  });
}

function isSigned(assertion: string, audience: string, now: number): boolean {
  const [head = "", claims = "", signature = ""] = assertion.split(".");
  const text = (part: string) => Object(parse(Buffer.from(part, "base64url").toString()));
  const { iss, aud, scope, iat, exp } = text(claims);
  const key = createPublicKey(privateKey);
  return (
    text(head).alg === "RS256" &&
    iss === EMAIL &&
    aud === audience &&
    scope === "https://www.googleapis.com/auth/compute" &&
    Math.abs(iat * 1_000 - now) < 300_000 &&
    exp - iat <= 3_600 &&
    verify("RSA-SHA256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url"))
  );
}
