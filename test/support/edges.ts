import { nginxIsMissing, startNginx } from "./nginx.ts";
import { startVarnish, varnishIsMissing } from "./varnish.ts";

/** A kind of edge that Freshet ships: what is true through one is true through each. */
export interface EdgeKind {
  /** Its driver in a configuration, and how it calls itself in `Cache-Status`. */
  readonly driver: "varnish" | "nginx";
  /** Why it does not run here, as part of a suite's name. */
  readonly missing: string | undefined;
  start(options: { readonly backendPort: number }): Promise<Edge>;
}

export interface Edge {
  readonly url: string;
  /** Ends it at once; its port stays, for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what was on its disk; ends it first if it still runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const EDGES: readonly EdgeKind[] = [
  { driver: "varnish", missing: await varnishIsMissing(), start: startVarnish },
  { driver: "nginx", missing: nginxIsMissing(), start: startNginx },
];
