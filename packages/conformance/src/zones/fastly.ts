import { slidingWindow } from "./limits.ts";
import { createFakeZone, type FakeZone, listOf } from "./zone.ts";

export const FASTLY = { service: "SU1Z0isxPaozGVKXdv0eY", token: "fastly-token-5f8e1c7a90" } as const;

const HOUR = 3_600_000;

/** Purging as https://www.fastly.com/documentation/reference/api/purging/ describes it. */
export function createFastlyZone(now: () => number = Date.now): FakeZone {
  const allows = slidingWindow(100_000, HOUR, now);
  return createFakeZone({
    name: "fastly",
    denied: { status: 401, body: { msg: "Provided credentials are missing or invalid" } },
    busy: { status: 429, body: { msg: "You have exceeded your hourly purge limit" } },
    handle({ method, url, headers, body }, cache, { isPartial }) {
      if (headers["fastly-key"] !== FASTLY.token) return this.denied;
      if (method !== "POST") return { status: 405, body: { msg: "Method not allowed" } };
      if (!allows()) return this.busy;
      const [, single] = /^\/purge\/(.+)$/.exec(url.pathname + url.search) ?? [];
      if (single !== undefined) {
        cache.purgeUrls(({ host, pathname, search }) => `${host}${pathname}${search}` === single);
        return { status: 200, body: { status: "ok", id: `${FASTLY.service}-1` } };
      }
      if (url.pathname !== `/service/${FASTLY.service}/purge`)
        return { status: 404, body: { msg: "Record not found", detail: "Cannot load service" } };
      const keys = listOf(body, "surrogate_keys");
      const isGood =
        headers["content-type"] === "application/json" &&
        keys !== undefined &&
        keys.length <= 256 &&
        keys.every((key) => key.length <= 1_024 && !/\s/.test(key));
      if (!isGood) return { status: 400, body: { msg: "Bad request", detail: "Invalid surrogate keys" } };
      const taken = isPartial ? keys.slice(1) : keys;
      cache.purgeTags(taken);
      return {
        status: 200,
        body: Object.fromEntries(taken.map((key, at) => [key, `${FASTLY.service}-${at}`])),
      };
    },
  });
}
