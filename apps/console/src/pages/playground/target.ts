/** The request target of a delivery URL that is written whole, without a scheme, or as path and query alone. */
export function targetOf(text: string, hosts: readonly string[] = []): string {
  const trimmed = text.trim().split("#", 1)[0] ?? "";
  const whole = /^(?:https?:)?\/\/[^/?]*(?=[/?]|$)/i.exec(trimmed)?.[0];
  const bare = whole === undefined ? trimmed : trimmed.slice(whole.length);
  const host = hosts.find((each) => bare.toLowerCase().startsWith(`${each.toLowerCase()}/`));
  const target = whole === undefined && host !== undefined ? bare.slice(host.length) : bare;
  return target.startsWith("/") ? target : `/${target}`;
}

/** Whether a text is a delivery URL rather than the address of an original. */
export function isDeliveryUrl(text: string, hosts: readonly string[]): boolean {
  const trimmed = text.trim();
  if (/^\/?v7\//.test(trimmed) || /^(?:https?:)?\/\/[^/?#]+\/v7\//i.test(trimmed)) return true;
  const host = /^(?:https?:)?\/\/([^/?#]+)/i.exec(trimmed)?.[1]?.toLowerCase();
  return host !== undefined && hosts.some((each) => each.toLowerCase() === host);
}

/**
 * Where delivery URLs of a project begin: its own hosts, https unless that is where the console itself is. A project that has none is
 * found by the first label of the name, put before the console's. Where the project answers under the console's own name, that comes
 * first; other names of the reader's machine are at the console's port where they name none.
 */
export function endpointsOf(
  hosts: readonly string[],
  project: string,
  console: { readonly protocol: string; readonly host: string },
): readonly string[] {
  const named = hosts.length > 0 ? hosts : [hostByLabel(project, console.host)];
  const known = named.map((host) =>
    portOf(host) === "" && isLocal(host) && isLocal(console.host) ? host + portOf(console.host) : host,
  );
  const isOwn = known.some((host) => host === console.host || host === nameOf(console.host));
  const sorted = isOwn ? [console.host, ...known.filter((host) => host !== nameOf(console.host))] : known;
  return [...new Set(sorted)].map(
    (host) => `${host === console.host || isLocal(host) ? console.protocol : "https:"}//${host}`,
  );
}

/** No name can be put before an address; every browser leads *.localhost to its own machine. */
function hostByLabel(project: string, host: string): string {
  const isAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/.test(nameOf(host));
  return isAddress ? `${project}.localhost${portOf(host)}` : `${project}.${host}`;
}

const portOf = (host: string) => /:\d+$/.exec(host)?.[0] ?? "";
const nameOf = (host: string) => host.slice(0, host.length - portOf(host).length);
const isLocal = (host: string) => /(?:^|\.)localhost(?::\d+)?$|^127\.|^\[::1\]/i.test(host);
