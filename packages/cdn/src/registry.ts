import type { CdnDriver } from "@freshet/core";
import { createNginxDriver } from "./nginx.ts";
import { createVarnishDriver } from "./varnish.ts";

/** What each kind of driver needs to know, beside its name. */
export interface Settings {
  readonly nginx: Nodes;
  readonly varnish: Nodes;
}

/** Nodes that are spoken to themselves. */
export interface Nodes {
  /** Base URLs, one per node, e.g. ["http://127.0.0.1:6081"]. */
  readonly nodes: readonly string[];
  readonly timeoutMs?: number | undefined;
}

type Kind = keyof Settings;

/** What a configuration may say under "cdn", one shape per kind of driver. */
export type CdnConfig<K extends Kind = Kind> = { [P in K]: { readonly driver: P } & Settings[P] }[K];

/** A new kind of driver does not compile until it has its line here. */
const KINDS: { readonly [K in Kind]: (config: CdnConfig<K>) => readonly CdnDriver[] } = {
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
