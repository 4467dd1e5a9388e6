import type { CdnDriver } from "@freshet/core";
import { createControlledDriver, type NodeKind, type NodeOptions } from "./control.ts";

const VARNISH: NodeKind = {
  kind: "varnish",
  // A tag with its generation takes at most 36 characters: under 5 kB of the 8 kB that Varnish reads (http_req_hdr_len).
  batch: 128,
  // Varnish closes idle connections after 5 s (timeout_idle).
  keepAliveMs: 2_000,
  purgers: "purgers in its backend.vcl",
};

/** Drives one Varnish that runs Freshet's VCL (edge/varnish/freshet.vcl). */
export function createVarnishDriver(options: NodeOptions): CdnDriver {
  return createControlledDriver(VARNISH, options);
}
