import type { Reach } from "./address-guard.ts";
import type { SourcePolicy } from "./source.ts";

/** An entry of `origins.allow`, read: a host as `URL` spells it and, where the entry has one, the port. */
interface AllowedHost {
  readonly host: string;
  readonly port: string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** Reads `example.com`, `example.com:8080`, `127.0.0.1` or `[::1]:8080`; undefined for anything else. */
export function readAllowedHost(entry: string): AllowedHost | undefined {
  if (!/^(\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\*]+)(:\d{1,5})?$/i.test(entry)) return undefined;
  const parsed = URL.parse(`http://${entry}`);
  const host = withoutFinalDot(parsed?.hostname ?? "");
  if (host === "") return undefined;
  return { host, port: /:(\d+)$/.exec(entry.replace(/^\[.*\]/, ""))?.[1] };
}

/**
 * How far a project lets a fetch of this URL reach; undefined when it may not be fetched at all. An entry covers its
 * subdomains and, without a port, every port. Private networks are open only to hosts that are themselves written
 * out: somebody else may own a subdomain.
 */
export function reachOf(url: URL, policy: Pick<SourcePolicy, "allow" | "allowPrivate">): Reach | undefined {
  const host = withoutFinalDot(url.hostname);
  const port = url.port === "" ? DEFAULT_PORTS[url.protocol] : url.port;
  let reach: Reach | undefined;
  for (const entry of policy.allow) {
    if (entry === "*") {
      reach = "public";
      continue;
    }
    const allowed = readAllowedHost(entry);
    if (allowed === undefined || (allowed.port !== undefined && allowed.port !== port)) continue;
    if (allowed.host === host) {
      if (policy.allowPrivate) return "private";
      reach = "public";
    } else if (host.endsWith(`.${allowed.host}`)) {
      reach = "public";
    }
  }
  return reach;
}

function withoutFinalDot(host: string): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}
