import { hash } from "node:crypto";
import type { Bucket, CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, baseOf, createAsk, field, isEmpty } from "./ask.ts";
import { CdnError } from "./errors.ts";
import { type Hidden, reveal } from "./secret.ts";

export interface CloudflareOptions extends ApiOptions {
  /** Id of the zone. */
  readonly zone: string;
  /** API token with the permission Cache Purge. */
  readonly token: Hidden;
  /** What the account pays for, which decides how often it may purge; free unless told. */
  readonly plan?: keyof typeof BUCKETS | undefined;
}

/** Requests of an account. https://developers.cloudflare.com/cache/how-to/purge-cache/#availability-and-limits */
const BUCKETS = {
  free: { size: 25, perSecond: 5 / 60 },
  pro: { size: 25, perSecond: 5 },
  business: { size: 50, perSecond: 10 },
  enterprise: { size: 500, perSecond: 50 },
} as const satisfies Record<string, Bucket>;

/** Tags, prefixes or files in one request; Enterprise alone may name 500 files. The same page. */
const BATCH = 100;

/** One zone of Cloudflare. The API is one POST, so its client of 120 MB is not used. */
export function createCloudflareDriver(options: CloudflareOptions): CdnDriver {
  const { zone, plan = "free" } = options;
  const name = `cloudflare ${zone}`;
  const base = baseOf(options.endpoint, "https://api.cloudflare.com");
  const ask = createAsk(name, () => [reveal(options.token)], options);
  const limits: CdnLimits = {
    batch: BATCH,
    ...(plan === "enterprise" ? { urls: 500 } : {}),
    calls: BUCKETS[plan],
    account: `cloudflare ${hash("sha256", reveal(options.token))}`,
    // Half of all purges are everywhere within 150 ms. https://blog.cloudflare.com/instant-purge/
    settleMs: 2_000,
  };
  const purge = async (body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<void> => {
    const { json } = await ask(
      {
        method: "POST",
        url: `${base}/client/v4/zones/${encodeURIComponent(zone)}/purge_cache`,
        headers: { Authorization: `Bearer ${reveal(options.token)}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      },
      signal,
    );
    if (field(json, "success") !== true) throw new CdnError("NODE_BROKEN", name, "success is not true");
  };
  return {
    name,
    ending: "probed",
    limits,
    reads: { tags: { header: "Cache-Tag", separator: "," } },
    async purgeTags({ tags }, signal) {
      if (!isEmpty(name, tags, limits.batch)) await purge({ tags }, signal);
    },
    async purgeUrls({ urls }, signal) {
      if (!isEmpty(name, urls, limits.urls ?? limits.batch)) await purge({ files: urls }, signal);
    },
  };
}
