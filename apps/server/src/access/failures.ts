import { isIPv6 } from "node:net";
import { LRUCache } from "lru-cache";
import { growing } from "../cache/growing.ts";

/** How many failures are allowed at once, and milliseconds until one more is. */
export interface Allowance {
  readonly burst: number;
  readonly refillMs: number;
}

/** Of wrong keys from one address. */
const KEYS: Allowance = { burst: 20, refillMs: 1_000 };

/**
 * How often an address, or whatever else has a name, failed lately. It keeps a flood of guesses away from the store; right keys are
 * answered whatever else comes from their address, since many people may share one.
 */
export class Failures {
  readonly #spent = new LRUCache<string, { readonly left: number; readonly at: number }>(growing(10_000));
  readonly #now: () => number;
  readonly #allowance: Allowance;

  constructor(now: () => number, allowance = KEYS) {
    this.#now = now;
    this.#allowance = allowance;
  }

  /** Whether the address has no failure left. */
  isSpent(address: string): boolean {
    return this.#left(address) < 1;
  }

  add(address: string): void {
    this.#set(address, Math.max(0, this.#left(address) - 1));
  }

  /** Takes one failure back that was added before it was known whether it would be one. */
  forgive(address: string): void {
    this.#set(address, this.#left(address) + 1);
  }

  /** Whole seconds until one failure is left. */
  secondsUntilOne(address: string): number {
    return Math.ceil((Math.max(0, 1 - this.#left(address)) * this.#allowance.refillMs) / 1_000);
  }

  #set(address: string, left: number): void {
    this.#spent.set(networkOf(address), { left, at: this.#now() });
  }

  #left(address: string): number {
    const { burst, refillMs } = this.#allowance;
    const last = this.#spent.get(networkOf(address));
    if (!last) return burst;
    return Math.min(burst, last.left + Math.max(0, this.#now() - last.at) / refillMs);
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
