import type { CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, baseOf, createAsk, field, isEmpty } from "./ask.ts";
import { CdnError } from "./errors.ts";
import { type Hidden, reveal } from "./secret.ts";

export interface FastlyOptions extends ApiOptions {
  /** Id of the service. */
  readonly service: string;
  /** API token with the scope purge_select. */
  readonly token: Hidden;
}

const LIMITS: CdnLimits = {
  // At most 256 keys a call; a URL is a call of its own. https://www.fastly.com/documentation/reference/api/purging/
  batch: 256,
  urls: 1,
  // 100,000 purges an hour. https://www.fastly.com/documentation/reference/api/#rate-limiting
  calls: { size: 1_000, perSecond: 25 },
  // A shield may refill an edge from a copy that is not purged yet; purging again after 2 s mends it.
  // https://www.fastly.com/documentation/solutions/examples/prevent-race-conditions-with-purge-all-and-shielding/
  settleMs: 2_000,
};

/** One service of Fastly. The API is one POST, so its 11 MB client is not used. */
export function createFastlyDriver(options: FastlyOptions): CdnDriver {
  const { service } = options;
  const name = `fastly ${service}`;
  const base = baseOf(options.endpoint, "https://api.fastly.com");
  const ask = createAsk(name, () => [reveal(options.token)], options);
  const headers = () => ({ "Fastly-Key": reveal(options.token), Accept: "application/json" });
  return {
    name,
    ending: "probed",
    limits: LIMITS,
    reads: { tags: { header: "Surrogate-Key", separator: " " }, lifetime: "Surrogate-Control" },
    async purgeTags({ tags }, signal) {
      if (isEmpty(name, tags, LIMITS.batch)) return;
      const { json } = await ask(
        {
          method: "POST",
          url: `${base}/service/${encodeURIComponent(service)}/purge`,
          headers: { ...headers(), "Content-Type": "application/json" },
          body: JSON.stringify({ surrogate_keys: tags }),
        },
        signal,
      );
      // The answer has an id for each key that was accepted.
      const missing = tags.filter((tag) => typeof field(json, tag) !== "string");
      if (missing.length > 0)
        throw new CdnError("NODE_BROKEN", name, `${missing.length} of ${tags.length} keys not confirmed`);
    },
    async purgeUrls({ urls }, signal) {
      if (isEmpty(name, urls, 1)) return;
      const [url = ""] = urls;
      const { json } = await ask(
        { method: "POST", url: `${base}/purge/${url.replace(/^https?:\/\//, "")}`, headers: headers() },
        signal,
      );
      if (field(json, "status") !== "ok") throw new CdnError("NODE_BROKEN", name, "the status is not ok");
    },
  };
}
