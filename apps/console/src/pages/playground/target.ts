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
 * found by the first label of the name, put before the console's.
 */
export function endpointsOf(
  hosts: readonly string[],
  project: string,
  console: { readonly protocol: string; readonly host: string },
): readonly string[] {
  const known = hosts.length > 0 ? hosts : [hostByLabel(project, console.host)];
  return known.map(
    (host) => `${host === console.host || isLocal(host) ? console.protocol : "https:"}//${host}`,
  );
}

/** No name can be put before an address; every browser leads *.localhost to its own machine. */
function hostByLabel(project: string, host: string): string {
  const port = /:\d+$/.exec(host)?.[0] ?? "";
  const isAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])(?::\d+)?$/.test(host);
  return isAddress ? `${project}.localhost${port}` : `${project}.${host}`;
}

const isLocal = (host: string) => /(?:^|\.)localhost(?::\d+)?$|^127\.|^\[::1\]/i.test(host);
