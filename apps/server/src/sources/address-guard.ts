import dns from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { LRUCache } from "lru-cache";
import { buildConnector } from "undici";
import { growing } from "../cache/growing.ts";
import { spentOn, took } from "./times.ts";

/** How far a request may reach: the public internet only, or private, loopback and link-local networks too. */
export type Reach = "public" | "private";

/** Kinds of networks; "other" is reserved for something and leads nowhere. */
export const NETWORKS = ["public", "private", "loopback", "link-local", "other"] as const;
export type Network = (typeof NETWORKS)[number];

/** Code of the errors by which a socket is refused. */
export const ADDRESS_NOT_ALLOWED = "ADDRESS_NOT_ALLOWED";

// Inside ::/3, fc00::/7 and the like live translations of IPv4 addresses that ipaddr.js calls plain unicast
// (::127.0.0.1 is one), so a public IPv6 address must also lie where addresses are really given out.
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];

const PRIVATE_RANGES: ReadonlySet<string> = new Set([
  "private",
  "loopback",
  "linkLocal",
  "uniqueLocal",
  "carrierGradeNat",
]);

/** Whether an address in dotted or colon form may be connected to. What cannot be read may not. */
export function mayConnect(address: string, reach: Reach): boolean {
  const canonical = canonicalAddress(address);
  if (canonical === undefined) return false;
  // An IPv4 address in IPv6 clothes (::ffff:10.0.0.1) is judged as the IPv4 address it reaches.
  const parsed = ipaddr.process(canonical);
  const range = parsed.range();
  if (range === "unicast") return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_IPV6);
  return reach === "private" && PRIVATE_RANGES.has(range);
}

/** One spelling per address: ipaddr.js reads ::127.0.0.1 as ::ffff:127.0.0.1, which is another address. */
function canonicalAddress(address: string): string | undefined {
  if (isIP(address) === 4) return address;
  return isIP(address) === 6 ? URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) : undefined;
}

/** Which network an address belongs to, in a word that names no address. */
export function networkOf(address: string): Network {
  const canonical = canonicalAddress(address);
  if (canonical === undefined) return "other";
  const range = ipaddr.process(canonical).range();
  if (mayConnect(address, "public")) return "public";
  if (range === "loopback") return "loopback";
  if (range === "linkLocal") return "link-local";
  return PRIVATE_RANGES.has(range) ? "private" : "other";
}

/** Whether an error, or what caused it, is a refusal of this guard. */
export function isAddressRefusal(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === ADDRESS_NOT_ALLOWED;
}

function refusal(host: string, address: string): Error {
  const message = `${host} has the address ${address}, which is not on the public internet.`;
  return Object.assign(new Error(message), { code: ADDRESS_NOT_ALLOWED });
}

/** All addresses of a host, in the order in which they should be tried. */
export type Resolve = (host: string) => Promise<readonly dns.LookupAddress[]>;

export const systemResolve: Resolve = (host) => dns.promises.lookup(host, { all: true, order: "verbatim" });

/**
 * Remembers answers for half a minute and joins equal questions in flight: the system's resolver runs on the thread
 * pool that renders also use, and must not be asked once per connection.
 */
export function cachedResolve(resolve: Resolve = systemResolve): Resolve {
  const known = new LRUCache<string, Promise<readonly dns.LookupAddress[]>>({
    ...growing(2_000),
    ttl: 30_000,
  });
  return (host) => {
    const earlier = known.get(host);
    if (earlier !== undefined) return earlier;
    const answer = resolve(host);
    known.set(host, answer);
    answer.catch(() => {
      if (known.get(host) === answer) known.delete(host);
    });
    return answer;
  };
}

/** A socket's own look-up: a host of which any address is out of reach is not connected to at all. */
function guardedLookup(reach: Reach, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    const begun = performance.now();
    resolve(host).then(
      (addresses) => {
        took("dns", performance.now() - begun);
        const refused = addresses.find(({ address }) => !mayConnect(address, reach));
        if (refused !== undefined) return callback(refusal(host, refused.address), "", 0);
        const wanted = addresses.filter(({ family }) => !options.family || options.family === family);
        const [first] = wanted;
        if (first === undefined) {
          const nothing = Object.assign(new Error(`${host} has no address.`), { code: "ENOTFOUND" });
          return callback(nothing, "", 0);
        }
        if (options.all) return callback(null, [...wanted], 0);
        callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => {
        took("dns", performance.now() - begun);
        callback(error, "", 0);
      },
    );
  };
}

/**
 * Connects only to addresses within reach. The check sits in the socket, after every spelling of an address has been
 * read and every name resolved, so that no second look-up can come to another result.
 */
export function guardedConnector(
  reach: Reach,
  timeoutMs: number,
  resolve: Resolve,
): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    lookup: guardedLookup(reach, resolve),
  });
  return (options, callback) => {
    // A literal never reaches the look-up.
    if (isIP(options.hostname) !== 0 && !mayConnect(options.hostname, reach)) {
      return callback(refusal(options.hostname, options.hostname), null);
    }
    const begun = performance.now();
    const before = spentOn("dns");
    connect(options, (...[error, socket]) => {
      took("connect", performance.now() - begun - (spentOn("dns") - before));
      if (error !== null) return callback(error, null);
      const peer = socket.remoteAddress;
      if (peer === undefined || mayConnect(peer, reach)) return callback(null, socket);
      const refused = refusal(options.hostname, peer);
      socket.destroy(refused);
      callback(refused, null);
    });
  };
}
