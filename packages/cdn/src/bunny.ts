import { hash } from "node:crypto";
import type { CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, baseOf, createAsk, expectNoPage, isEmpty } from "./ask.ts";
import { type Hidden, reveal } from "./secret.ts";
import { readsShared, type SharedOptions } from "./shared.ts";

export interface BunnyOptions extends ApiOptions, SharedOptions {
  /** Number of the pull zone. */
  readonly zone: string;
  /** The account's API key. */
  readonly accessKey: Hidden;
}

/** One pull zone of bunny.net. It has no client of its maker's. */
export function createBunnyDriver(options: BunnyOptions): CdnDriver {
  const { zone } = options;
  const name = `bunny ${zone}`;
  const base = baseOf(options.endpoint, "https://api.bunny.net");
  const ask = createAsk(name, () => [reveal(options.accessKey)], options);
  const limits: CdnLimits = {
    // https://docs.bunny.net/docs/cdn-api-purge-rate-limits: a token for each target, counted by account.
    batch: 1,
    calls: { size: 120, perSecond: 5 },
    account: `bunny ${hash("sha256", reveal(options.accessKey))}`,
    // Not stated; seconds.
    settleMs: 10_000,
  };
  const headers = () => ({ AccessKey: reveal(options.accessKey) });
  return {
    name,
    ending: "probed",
    limits,
    reads: { tags: { header: "CDN-Tag", separator: "," }, ...readsShared(options) },
    async purgeTags({ tags }, signal) {
      if (isEmpty(name, tags, 1)) return;
      const said = await ask(
        {
          method: "POST",
          url: `${base}/pullzone/${encodeURIComponent(zone)}/purgeCache`,
          headers: { ...headers(), "Content-Type": "application/json" },
          body: JSON.stringify({ CacheTag: tags[0] }),
        },
        signal,
      );
      expectNoPage(name, said);
    },
    async purgeUrls({ urls }, signal) {
      if (isEmpty(name, urls, 1)) return;
      // An asterisk would be a wildcard.
      const url = (urls[0] ?? "").replaceAll("*", "%2A");
      const said = await ask(
        { method: "POST", url: `${base}/purge?${new URLSearchParams({ url })}`, headers: headers() },
        signal,
      );
      expectNoPage(name, said);
    },
  };
}
