import { createHash, createHmac } from "node:crypto";
import { tokenBucket } from "./limits.ts";
import { createFakeZone, type FakeZone, listOf, type ZoneReply, type ZoneRequest } from "./zone.ts";

export const AKAMAI = {
  host: "akab-h05tnam3wl42son7.purge.akamaiapis.net",
  clientToken: "akab-client-token-xxx",
  clientSecret: "akamai+client/secret=",
  accessToken: "akab-access-token-yyy",
} as const;

const refusal = (status: number, title: string): ZoneReply => ({
  status,
  headers: { "content-type": "application/api-problem+json" },
  body: { supportId: "17PY1552425241133633-211776704", title, httpStatus: status },
});
/** How far a signature's time may be from the server's. */
const TOLERANCE_MS = 30_000;

/** Fast Purge v3 with signatures, sizes and buckets. https://techdocs.akamai.com/purge-cache/reference/rate-limiting */
export function createAkamaiZone(now: () => number = Date.now): FakeZone {
  const requests = tokenBucket(100, 50, now);
  const tags = tokenBucket(5_000, 500 / 60, now);
  const urls = tokenBucket(10_000, 200, now);
  const nonces = new Set<string>();
  return createFakeZone({
    name: "akamai",
    denied: refusal(401, "The signature does not match"),
    busy: refusal(429, "Rate Limit exceeded"),
    handle(request, cache) {
      const { method, url, headers, body } = request;
      const nonce = signedNonce(request, now());
      // A request that was seen before is a replay.
      if (nonce === undefined || nonces.has(nonce)) return this.denied;
      nonces.add(nonce);
      const [, kind, network] =
        /^\/ccu\/v3\/(?:delete|invalidate)\/(tag|url)\/(\w+)$/.exec(url.pathname) ?? [];
      if (method !== "POST" || kind === undefined || !["production", "staging"].includes(network ?? ""))
        return refusal(404, "Not found");
      if (Buffer.byteLength(body) > 50_000) return refusal(413, "Request entity too large");
      const objects = listOf(body, "objects");
      if (headers["content-type"] !== "application/json" || !objects) return refusal(400, "Bad request");
      const isTag = (tag: string) => /^[A-Za-z0-9!#$%'+./^_`|~-]{1,128}$/.test(tag);
      if (kind === "tag" ? !objects.every(isTag) : !objects.every((each) => URL.canParse(each)))
        return refusal(400, "Bad request");
      if (!requests() || !(kind === "tag" ? tags : urls)(objects.length)) return this.busy;
      if (kind === "tag") cache.purgeTags(objects);
      else cache.purgeUrls(({ href }) => objects.includes(href));
      return {
        status: 201,
        body: {
          httpStatus: 201,
          detail: "Request accepted",
          supportId: "17PY1552425241133633-211776705",
          purgeId: "e535071c-26b2-11e7-94d7-276f2f54d938",
          estimatedSeconds: 5,
        },
      };
    },
  });
}

/** EdgeGrid: https://techdocs.akamai.com/developer/docs/edgegrid. The nonce of a request that is signed as it should be. */
function signedNonce(
  { method, url, headers, body }: Omit<ZoneRequest, "status">,
  now: number,
): string | undefined {
  const { authorization = "" } = headers;
  const parts =
    /^EG1-HMAC-SHA256 client_token=([^;]+);access_token=([^;]+);timestamp=([^;]+);nonce=([^;]+);signature=(.+)$/.exec(
      authorization,
    );
  const [, clientToken, accessToken, timestamp = "", nonce = "", signature] = parts ?? [];
  if (clientToken !== AKAMAI.clientToken || accessToken !== AKAMAI.accessToken) return undefined;
  const [, day, time] = /^(\d{8})T(\d\d:\d\d:\d\d)\+0000$/.exec(timestamp) ?? [];
  if (day === undefined) return undefined;
  const at = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${time}Z`);
  if (!(Math.abs(at - now) <= TOLERANCE_MS)) return undefined;
  const digest = body === "" ? "" : createHash("sha256").update(body).digest("base64");
  const unsigned = authorization.slice(0, authorization.lastIndexOf("signature="));
  const text = [method, "https", headers.host, url.pathname + url.search, "", digest, unsigned].join("\t");
  const key = createHmac("sha256", AKAMAI.clientSecret).update(timestamp).digest("base64");
  return createHmac("sha256", key).update(text).digest("base64") === signature ? nonce : undefined;
}
