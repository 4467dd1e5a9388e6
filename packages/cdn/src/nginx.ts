import type { CdnDriver } from "@freshet/core";
import { createControlledDriver, type NodeKind, type NodeOptions } from "./control.ts";

const NGINX: NodeKind = {
  kind: "nginx",
  // A tag with its generation takes at most 36 characters: under 5 kB of the 8 kB that nginx reads of a line.
  batch: 128,
  // nginx closes idle connections after 75 s (keepalive_timeout), and all at once when its configuration is loaded anew.
  keepAliveMs: 2_000,
  purgers: "$freshet_purger in its backend.conf",
};

/** Drives one nginx that runs Freshet's configuration (edge/nginx/nginx.conf). */
export function createNginxDriver(options: NodeOptions): CdnDriver {
  return createControlledDriver(NGINX, options);
}
