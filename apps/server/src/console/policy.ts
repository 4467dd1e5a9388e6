/** Longer policies are cut off by proxies; pictures of further hosts are then not shown in the console. */
const MOST_HOSTS = 50;
const HOST = /^[a-z0-9.-]+(:\d{1,5})?$/i;

/**
 * What a page of the console may do: run and load what this server gave it, write the styles that carry the nonce, show pictures of this
 * host, of the projects' delivery hosts and of hosts below its own. It talks to this server alone, and stands in nobody's frame.
 */
export function policyOf(nonce: string, host: string | undefined, deliveryHosts: readonly string[]): string {
  const own = host !== undefined && HOST.test(host) && !isAddress(host) ? [`*.${host}`] : [];
  const pictures = [...own, ...deliveryHosts.filter((each) => HOST.test(each))].slice(0, MOST_HOSTS);
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src ${["'self'", "data:", "blob:", ...pictures].join(" ")}`,
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");
}

/** An IPv4 address has no hosts below it. */
const isAddress = (host: string) => /^[\d.]+(:\d+)?$/.test(host);
