import { slidingWindow } from "./limits.ts";
import { createFakeZone, type FakeZone, listOf } from "./zone.ts";

export const KEYCDN = { zone: "1042", apiKey: "sk_prod_keycdn0123456789" } as const;

const MINUTE = 60_000;

/** Purging of one zone. https://www.keycdn.com/api#purge-zone-tag, with the limits that its support named. */
export function createKeycdnZone(now: () => number = Date.now): FakeZone {
  const allows = slidingWindow(20, MINUTE, now);
  const basic = `Basic ${Buffer.from(`${KEYCDN.apiKey}:`).toString("base64")}`;
  return createFakeZone({
    name: "keycdn",
    denied: { status: 401, body: { status: "error", error_message: "Authentication failed" } },
    busy: { status: 429, body: { status: "error", error_message: "Too many requests" } },
    handle({ method, url, headers, body }, cache) {
      if (headers.authorization !== basic) return this.denied;
      const [, how, zone] = /^\/zones\/(purgetag|purgeurl)\/(\w+)\.json$/.exec(url.pathname) ?? [];
      if (method !== "DELETE" || how === undefined || zone !== KEYCDN.zone)
        return { status: 404, body: { status: "error", error_message: "Not found" } };
      if (!allows()) return this.busy;
      const list = listOf(body, how === "purgetag" ? "tags" : "urls");
      if (headers["content-type"] !== "application/json" || !list)
        return { status: 400, body: { status: "error", error_message: "Invalid parameters" } };
      if (how === "purgetag") {
        if (JSON.stringify(list).length > 128)
          return { status: 400, body: { status: "error", error_message: "tags is too long" } };
        cache.purgeTags(list);
      } else {
        if (list.some((each) => each.includes("://")))
          return { status: 400, body: { status: "error", error_message: "Invalid url" } };
        cache.purgeUrls(({ host, pathname, search }) => list.includes(`${host}${pathname}${search}`));
      }
      return { status: 200, body: { status: "success", description: "Cache has been cleared." } };
    },
  });
}
