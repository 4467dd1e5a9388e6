import type { CdnDriver } from "@freshet/core";
import { createVarnishDriver } from "./varnish.ts";

/** What a configuration may say under "cdn", one shape per kind of driver. */
export type CdnConfig = {
  readonly driver: "varnish";
  /** Base URLs, one per node, e.g. ["http://127.0.0.1:6081"]. */
  readonly nodes: readonly string[];
  readonly timeoutMs?: number | undefined;
};

type Kind = CdnConfig["driver"];

/** A new kind of driver does not compile until it has its line here. */
const KINDS: { readonly [K in Kind]: (config: Extract<CdnConfig, { driver: K }>) => readonly CdnDriver[] } = {
  varnish: ({ nodes, timeoutMs = 5_000 }) => nodes.map((node) => createVarnishDriver({ node, timeoutMs })),
};

/** Names of the drivers a configuration may choose from. */
export const CDN_KINDS = Object.keys(KINDS) as readonly Kind[];

/** The drivers of one entry under "cdn": one per node, because each node must take each purge. */
export function createDriver(config: CdnConfig): readonly CdnDriver[] {
  return KINDS[config.driver](config);
}

/** The drivers of a whole "cdn" list. */
export function createDrivers(configs: readonly CdnConfig[]): readonly CdnDriver[] {
  return configs.flatMap(createDriver);
}
