import type { CdnDriver } from "@freshet/core";
import { type AkamaiOptions, createAkamaiDriver } from "./akamai.ts";
import type { ApiOptions } from "./ask.ts";
import { type AzureOptions, createAzureDriver } from "./azure.ts";
import { type BunnyOptions, createBunnyDriver } from "./bunny.ts";
import { type CloudflareOptions, createCloudflareDriver } from "./cloudflare.ts";
import { type CloudFrontOptions, createCloudFrontDriver } from "./cloudfront.ts";
import { type CloudimageOptions, createCloudimageDriver } from "./cloudimage.ts";
import { createFastlyDriver, type FastlyOptions } from "./fastly.ts";
import { createGoogleDriver, type GoogleOptions } from "./google.ts";
import { createKeycdnDriver, type KeycdnOptions } from "./keycdn.ts";
import { createNginxDriver } from "./nginx.ts";
import { createVarnishDriver } from "./varnish.ts";

/** What each kind of driver needs to know, beside its name. */
export interface Settings {
  readonly akamai: Bought<AkamaiOptions>;
  readonly azure: Bought<AzureOptions>;
  readonly bunny: Bought<BunnyOptions>;
  readonly cloudflare: Bought<CloudflareOptions>;
  readonly cloudfront: Bought<CloudFrontOptions>;
  readonly cloudimage: Bought<CloudimageOptions>;
  readonly fastly: Bought<FastlyOptions>;
  readonly google: Bought<GoogleOptions>;
  readonly keycdn: Bought<KeycdnOptions>;
  readonly nginx: Nodes;
  readonly varnish: Nodes;
}

/** Nodes that are spoken to themselves. */
export interface Nodes {
  /** Base URLs, one per node, e.g. ["http://127.0.0.1:6081"]. */
  readonly nodes: readonly string[];
  readonly timeoutMs?: number | undefined;
}

/** A bought CDN is one node; what is not of this is for tests and embedders. */
type Bought<Options extends ApiOptions> = Omit<Options, "fetch" | "load" | "timeoutMs">;

type Kind = keyof Settings;

/** What a configuration may say under "cdn", one shape per kind of driver. */
export type CdnConfig<K extends Kind = Kind> = { [P in K]: { readonly driver: P } & Settings[P] }[K];

/** A new kind of driver does not compile until it has its line here. */
const KINDS: { readonly [K in Kind]: (config: CdnConfig<K>) => readonly CdnDriver[] } = {
  akamai: (config) => [createAkamaiDriver(config)],
  azure: (config) => [createAzureDriver(config)],
  bunny: (config) => [createBunnyDriver(config)],
  cloudflare: (config) => [createCloudflareDriver(config)],
  cloudfront: (config) => [createCloudFrontDriver(config)],
  cloudimage: (config) => [createCloudimageDriver(config)],
  fastly: (config) => [createFastlyDriver(config)],
  google: (config) => [createGoogleDriver(config)],
  keycdn: (config) => [createKeycdnDriver(config)],
  nginx: ({ nodes, timeoutMs = 5_000 }) => nodes.map((node) => createNginxDriver({ node, timeoutMs })),
  varnish: ({ nodes, timeoutMs = 5_000 }) => nodes.map((node) => createVarnishDriver({ node, timeoutMs })),
};

/** Names of the drivers a configuration may choose from. */
export const CDN_KINDS = Object.keys(KINDS) as readonly Kind[];

/** The drivers of one entry under "cdn": one per node, because each node must take each purge. */
export function createDriver<K extends Kind>(config: CdnConfig<K>): readonly CdnDriver[] {
  return KINDS[config.driver](config);
}

/** The drivers of a whole "cdn" list. */
export function createDrivers(configs: readonly CdnConfig[]): readonly CdnDriver[] {
  return configs.flatMap((config) => createDriver(config));
}
