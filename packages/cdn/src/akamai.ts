import type { CdnDriver, CdnLimits } from "@freshet/core";
import { type ApiOptions, baseOf, createAsk, field, isEmpty } from "./ask.ts";
import { loadClient } from "./client.ts";
import { CdnError } from "./errors.ts";
import { type Hidden, reveal } from "./secret.ts";

export interface AkamaiOptions extends ApiOptions {
  /** Host of the API client, e.g. "akab-….purge.akamaiapis.net". */
  readonly host: string;
  readonly clientToken: Hidden;
  readonly clientSecret: Hidden;
  readonly accessToken: Hidden;
  readonly network?: "production" | "staging" | undefined;
  /** Gives akamai-edgegrid where it is not installed beside this package. */
  readonly load?: (() => Promise<unknown>) | undefined;
}

/** As much of akamai-edgegrid as signs a request; its own sending knows no signal and no other scheme than https. */
interface EdgeGridModule {
  readonly default: new (
    clientToken: string,
    clientSecret: string,
    accessToken: string,
    host: string,
  ) => { auth(request: object): { readonly request: { readonly headers: Record<string, string> } } };
}

const CLIENT = "akamai-edgegrid";
const LIMITS: CdnLimits = {
  // A body of 50 KB; buckets of requests and of tags. https://techdocs.akamai.com/purge-cache/reference/rate-limiting
  batch: 1_000,
  bytes: 49_000,
  calls: { size: 100, perSecond: 50 },
  targets: { size: 5_000, perSecond: 500 / 60 },
  // "estimatedSeconds": 5.
  settleMs: 5_000,
};
const MOST_BYTES = 50_000;

/**
 * Fast Purge of Akamai. Content is deleted, not invalidated: what is only invalidated may be delivered once more where the origin does not
 * answer.
 */
export function createAkamaiDriver(options: AkamaiOptions): CdnDriver {
  const { host, network = "production", load = () => import(CLIENT) } = options;
  const name = `akamai ${network} ${host}`;
  const base = baseOf(options.endpoint, `https://${host}`);
  const secrets = () => [options.clientToken, options.clientSecret, options.accessToken].map(reveal);
  const ask = createAsk(name, secrets, options);
  const client = loadClient(name, CLIENT, load, (loaded) => {
    const { default: EdgeGrid } = loaded as EdgeGridModule;
    const [clientToken = "", clientSecret = "", accessToken = ""] = secrets();
    return new EdgeGrid(clientToken, clientSecret, accessToken, `https://${new URL(base).host}`);
  });
  const purge = async (kind: "tag" | "url", objects: readonly string[], signal: AbortSignal) => {
    if (isEmpty(name, objects, LIMITS.batch)) return;
    const body = JSON.stringify({ objects });
    if (Buffer.byteLength(body) > MOST_BYTES)
      throw new CdnError("PURGE_TOO_LARGE", name, `${Buffer.byteLength(body)} of ${MOST_BYTES} bytes`);
    const path = `/ccu/v3/delete/${kind}/${network}`;
    const { request } = (await client()).auth({ path, method: "POST", headers: {}, body });
    const { Authorization = "" } = request.headers;
    const headers = { Authorization, "Content-Type": "application/json", Accept: "application/json" };
    const { json } = await ask({ method: "POST", url: base + path, headers, body }, signal);
    if (typeof field(json, "purgeId") !== "string")
      throw new CdnError("NODE_BROKEN", name, "the answer has no purgeId");
  };
  return {
    name,
    ending: "probed",
    limits: LIMITS,
    reads: { tags: { header: "Edge-Cache-Tag", separator: "," } },
    purgeTags: ({ tags }, signal) => purge("tag", tags, signal),
    purgeUrls: ({ urls }, signal) => purge("url", urls, signal),
  };
}
