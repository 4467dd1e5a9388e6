import { slidingWindow } from "./limits.ts";
import { createFakeZone, type FakeZone, parse } from "./zone.ts";

export const CLOUDIMAGE = { token: "doc", key: "cloudimage-key-7c1d9e33" } as const;

const MINUTE = 60_000;
const STATED = 60;

/** The invalidation API of one account: POST /invalidate takes ten originals, as its console does. */
export function createCloudimageZone(now: () => number = Date.now): FakeZone {
  const allows = slidingWindow(STATED, MINUTE, now);
  const error = (status: number, code: string, msg: string) => ({
    status,
    body: { status: "error", code, msg },
  });
  let receipts = 0;
  return createFakeZone({
    name: "cloudimage",
    denied: error(403, "FORBIDDEN", "The key is not valid"),
    busy: error(429, "TOO_MANY", "Too many requests"),
    handle({ method, url, headers, body }, cache) {
      if (headers["x-client-key"] !== CLOUDIMAGE.key) return this.denied;
      if (method !== "POST" || url.pathname !== "/invalidate") return error(404, "NOT_FOUND", "Not found");
      if (!allows()) return this.busy;
      const { scope, urls, ...rest } = Object(parse(body));
      const isOriginal =
        scope === "original" &&
        Array.isArray(urls) &&
        urls.length > 0 &&
        urls.length <= 10 &&
        urls.every((each) => typeof each === "string" && /^\/[^?#*]+$/.test(each));
      const isAll = scope === "all" && urls === undefined;
      if (
        headers["content-type"] !== "application/json" ||
        !(isOriginal || isAll) ||
        Object.keys(rest).length > 0
      )
        return error(400, "BAD_REQUEST", "Unknown scope or wrong urls");
      if (isAll) cache.purgeUrls(() => true);
      else cache.purgeOriginals(urls);
      receipts += 1;
      return {
        status: 201,
        body: {
          status: "success",
          msg: "Your invalidation request has been received",
          invalidation: {
            status: "RECEIVED",
            uuid: `00000000-0000-4000-8000-${String(receipts).padStart(12, "0")}`,
            added_at: "2026-11-28 13:39:52.636426",
          },
        },
      };
    },
  });
}
