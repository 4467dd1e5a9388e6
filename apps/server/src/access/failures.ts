import { isIPv6 } from "node:net";
import { LRUCache } from "lru-cache";

/** Wrong keys that an address may send at once, and milliseconds until one more is granted. */
const BURST = 20;
const REFILL_MS = 1_000;

/**
 * How many wrong keys came from an address lately. It keeps a flood of guesses away from the store; right keys are answered whatever
 * else comes from their address, since many people may share one.
 */
export class Failures {
  readonly #spent = new LRUCache<string, { readonly left: number; readonly at: number }>({ max: 10_000 });
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the address has no wrong key left. */
  isSpent(address: string): boolean {
    return this.#left(address) < 1;
  }

  add(address: string): void {
    this.#spent.set(networkOf(address), { left: Math.max(0, this.#left(address) - 1), at: this.#now() });
  }

  #left(address: string): number {
    const last = this.#spent.get(networkOf(address));
    if (!last) return BURST;
    return Math.min(BURST, last.left + Math.max(0, this.#now() - last.at) / REFILL_MS);
  }
}

/** One customer of IPv6 has at least 2^64 addresses. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...rest];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
