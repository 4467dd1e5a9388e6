import { tokenBucket } from "./limits.ts";
import { createFakeZone, type FakeZone, parse } from "./zone.ts";

export const BUNNY = { zone: "48213", accessKey: "bunny-key-a1b2c3d4-e5f6" } as const;

/** Purging of one pull zone. https://docs.bunny.net/cdn/purge-cache, with the limits of /docs/cdn-api-purge-rate-limits */
export function createBunnyZone(now: () => number = Date.now): FakeZone {
  const exact = tokenBucket(120, 5, now);
  const wildcard = tokenBucket(20, 0.5, now);
  return createFakeZone({
    name: "bunny",
    denied: { status: 401, body: { Message: "Authorization has been denied for this request." } },
    busy: { status: 429, body: { Message: "Too many requests" } },
    handle({ method, url, headers, body }, cache) {
      if (headers.accesskey !== BUNNY.accessKey) return this.denied;
      if (method !== "POST") return { status: 405, body: {} };
      if (url.pathname === "/purge") {
        const asked = url.searchParams.get("url") ?? "";
        if (!URL.canParse(asked))
          return { status: 400, body: { ErrorKey: "url.invalid", Message: "Invalid url" } };
        const isWide = asked.includes("*") || new URL(asked).pathname.endsWith("/");
        if (!(isWide ? wildcard : exact)()) return this.busy;
        const [begin = ""] = asked.split("*");
        cache.purgeUrls(({ href }) => (isWide ? href.startsWith(begin) : href === new URL(asked).href));
        return { status: 200 };
      }
      if (url.pathname !== `/pullzone/${BUNNY.zone}/purgeCache`)
        return {
          status: 404,
          body: { ErrorKey: "pullzone.not_found", Message: "The pull zone was not found" },
        };
      if (!exact()) return this.busy;
      const tag = Reflect.get(Object(parse(body)), "CacheTag");
      if (headers["content-type"] !== "application/json" || typeof tag !== "string" || tag === "")
        return { status: 400, body: { ErrorKey: "purge.invalid", Message: "The model is not valid" } };
      cache.purgeTags([tag]);
      return { status: 204 };
    },
  });
}
