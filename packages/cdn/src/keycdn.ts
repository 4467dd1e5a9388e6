import { hash } from "node:crypto";
import type { CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, baseOf, createAsk, field, isEmpty } from "./ask.ts";
import { CdnError } from "./errors.ts";
import { type Hidden, reveal } from "./secret.ts";
import { readsShared, type SharedOptions } from "./shared.ts";

export interface KeycdnOptions extends ApiOptions, SharedOptions {
  /** Number of the zone. */
  readonly zone: string;
  readonly apiKey: Hidden;
}

/** One zone of KeyCDN. It has no client of its maker's for Node. */
export function createKeycdnDriver(options: KeycdnOptions): CdnDriver {
  const { zone } = options;
  const name = `keycdn ${zone}`;
  const base = baseOf(options.endpoint, "https://api.keycdn.com");
  const basic = () => Buffer.from(`${reveal(options.apiKey)}:`).toString("base64");
  const ask = createAsk(name, () => [reveal(options.apiKey), basic()], options);
  const limits: CdnLimits = {
    // 128 characters of tags and 20 requests a minute, as KeyCDN's support told the authors of the Drupal module
    // (https://www.drupal.org/node/2878035); nothing newer is published.
    batch: 100,
    bytes: 128,
    urls: 5,
    perMinute: 20,
    account: `keycdn ${hash("sha256", reveal(options.apiKey))}`,
    // "A few seconds globally." https://www.keycdn.com/support/purge-cdn-cache
    settleMs: 10_000,
  };
  const purge = async (how: string, body: unknown, signal: AbortSignal): Promise<void> => {
    const { json } = await ask(
      {
        method: "DELETE",
        url: `${base}/zones/${how}/${encodeURIComponent(zone)}.json`,
        headers: { Authorization: `Basic ${basic()}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      },
      signal,
    );
    if (field(json, "status") !== "success")
      throw new CdnError("NODE_BROKEN", name, "the status is not success");
  };
  return {
    name,
    ending: "probed",
    limits,
    reads: { tags: { header: "Cache-Tag", separator: " " }, ...readsShared(options) },
    async purgeTags({ tags }, signal) {
      if (!isEmpty(name, tags, limits.batch)) await purge("purgetag", { tags }, signal);
    },
    async purgeUrls({ urls }, signal) {
      if (isEmpty(name, urls, limits.urls ?? limits.batch)) return;
      await purge("purgeurl", { urls: urls.map((url) => url.replace(/^https?:\/\//, "")) }, signal);
    },
  };
}
