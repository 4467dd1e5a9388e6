import { tokenBucket } from "./limits.ts";
import { createFakeZone, type FakeZone, listOf, type ZoneReply } from "./zone.ts";

export const CLOUDFLARE = {
  zone: "023e105f4ecef8ad9ca31a8372d0c353",
  token: "cf-token-Sn3lZJTBX6kkg7OdcBUAxO",
} as const;

const refusal = (status: number, code: number, message: string): ZoneReply => ({
  status,
  body: { success: false, errors: [{ code, message }], messages: [], result: null },
});

/** `purge_cache` of a zone on the free plan. https://developers.cloudflare.com/api/resources/cache/methods/purge/ */
export function createCloudflareZone(now: () => number = Date.now): FakeZone {
  const allows = tokenBucket(25, 5 / 60, now);
  return createFakeZone({
    name: "cloudflare",
    denied: refusal(403, 10_000, "Authentication error"),
    busy: refusal(429, 971, "Please wait and consider throttling your request speed"),
    handle({ method, url, headers, body }, cache) {
      if (headers.authorization !== `Bearer ${CLOUDFLARE.token}`) return this.denied;
      if (method !== "POST" || url.pathname !== `/client/v4/zones/${CLOUDFLARE.zone}/purge_cache`)
        return refusal(404, 7_003, "Could not route to the address");
      if (!allows()) return this.busy;
      const tags = listOf(body, "tags");
      const files = listOf(body, "files");
      const list = tags ?? files;
      if (headers["content-type"] !== "application/json" || !list)
        return refusal(
          400,
          1_092,
          "Request must contain one of purge_everything, files, tags, hosts or prefixes",
        );
      if (list.length > 100) return refusal(400, 1_094, "Cannot purge more than 100 items per request");
      if (tags) cache.purgeTags(tags);
      else cache.purgeUrls(({ href }) => list.includes(href));
      return {
        status: 200,
        body: { success: true, errors: [], messages: [], result: { id: CLOUDFLARE.zone } },
      };
    },
  });
}
