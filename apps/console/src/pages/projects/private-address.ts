const V4 = /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$/;
/** Loopback, unique local and link-local. */
const V6 = /^\[(::1|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*)\]$/;
/** How an IPv4 address looks in an IPv6 one once it was parsed. */
const MAPPED = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/;

/** Whether the host of an address is itself a private, loopback or link-local address; a name is none, whatever it begins with. */
export function isPrivateAddress(written: string): boolean {
  const text = written.trim();
  const host = URL.parse(text.includes("://") ? text : `https://${text.replace(/^\/\//, "")}`)?.hostname;
  if (host === undefined) return false;
  if (host === "localhost" || V6.test(host)) return true;
  const [, high, low] = MAPPED.exec(host) ?? [];
  if (high === undefined || low === undefined) return isV4(host);
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return isV4([24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join("."));
}

// A URL's host that ends in a digit is an IPv4 address (WHATWG URL), in its one form.
const isV4 = (host: string) => V4.test(host) && /^\d+(\.\d+){3}$/.test(host);
